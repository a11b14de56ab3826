"""Faults of shells, by val3dity's codes 301 to 307: how faces meet at edges and points, and where they cross."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np
import scipy

from toimiva.engines.solids.crossings import cross_themselves
from toimiva.engines.solids.faces import Faces, Floats, Integers
from toimiva.engines.solids.planes import SNAP

__all__ = ["Shell", "corner_numbers", "shell_faults", "signed_volume"]

Edge = tuple[int, int]


def corner_numbers(points: Floats) -> Integers:
    """A number for each point, the same for points nearer than 1 mm to each other (by chains of such)."""
    exact, number = np.unique(points, axis=0, return_inverse=True)
    number = number.reshape(-1)
    pairs = scipy.spatial.cKDTree(exact).query_pairs(SNAP, output_type="ndarray")
    if not len(pairs):
        return number
    links = scipy.sparse.coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(exact), len(exact)))
    return scipy.sparse.csgraph.connected_components(links, directed=False)[1][number]


class Shell:
    """The faces of one shell with their corners numbered, and their edges as they run."""

    def __init__(self, faces: Faces, corners: Integers) -> None:
        self.faces, self.corners = faces, corners
        after = corners[faces.following]
        self.edges = np.stack([corners, after], axis=1)
        self.owner = faces.face_of_point

    def directed(self) -> Counter[Edge]:
        """How often each edge is run through, one way."""
        return Counter(map(tuple, self.edges.tolist()))

    def pieces(self) -> int:
        """Into how many parts the faces fall that share edges."""
        return len(set(_joined(len(self.faces), self.edges, self.owner)))


def _joined(count: int, edges: Integers, owner: Integers) -> list[int]:
    """The piece of each face: faces are joined where they share an edge, whichever way it runs."""
    ends = np.sort(edges, axis=1)
    _, number = np.unique(ends, axis=0, return_inverse=True)
    order = np.argsort(number, kind="stable")
    same = number.reshape(-1)[order][1:] == number.reshape(-1)[order][:-1]
    one, other = owner[order][1:][same], owner[order][:-1][same]
    links = scipy.sparse.coo_array((np.ones(len(one)), (one, other)), shape=(count, count))
    return scipy.sparse.csgraph.connected_components(links, directed=False)[1].tolist()


def shell_faults(shell: Shell) -> list[int]:
    """Codes of what is wrong with the shell as a whole. One that is not closed is looked at no further."""
    if len(shell.faces) < 4:
        return [301]
    found = list(dict.fromkeys(_edge_faults(shell.directed())))
    if 302 in found or 303 in found:
        return found
    if shell.pieces() > 1:
        found.append(305)
    elif _touches_itself(shell):
        found.append(303)
    if not found and cross_themselves(shell.faces, shell.corners):
        found.append(306)
    return found


def _edge_faults(directed: Counter[Edge]) -> Iterator[int]:
    for (start, end), count in directed.items():
        back = directed.get((end, start), 0)
        if count + back > 2:
            yield 303
        elif count + back == 1:
            yield 302
        elif count == 2:
            yield 307


def _touches_itself(shell: Shell) -> bool:
    """Whether the faces around some point form more than one fan (a vertex that is not manifold)."""
    after: dict[int, dict[int, int]] = defaultdict(dict)
    ends, owners = shell.edges.tolist(), shell.faces.rings
    for start, end in zip(owners[:-1].tolist(), owners[1:].tolist(), strict=True):
        ring = [edge[0] for edge in ends[start:end]]
        for at, corner in enumerate(ring):
            after[corner][ring[at - 1]] = ring[(at + 1) % len(ring)]
    return any(_fans(links) > 1 for links in after.values())


def _fans(links: dict[int, int]) -> int:
    left, count = dict(links), 0
    while left:
        count += 1
        here = next(iter(left))
        while here in left:
            here = left.pop(here)
    return count


def signed_volume(faces: Faces) -> float:
    """Volume in m3 by the divergence theorem; negative where the faces are turned inwards."""
    corners, _ = faces.triangles
    near = faces.points - faces.points[0]
    a, b, c = (near[corners[:, at]] for at in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c))) / 6
