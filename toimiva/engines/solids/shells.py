"""Faults of shells, by val3dity's codes 301 to 307: how faces meet at edges and points, and where they cross."""

from __future__ import annotations

from collections import Counter
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
    return _joined(len(exact), pairs[:, 0], pairs[:, 1])[number]


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
        """Into how many parts the faces fall that share points."""
        count = len(self.faces)
        both = count + int(self.corners.max()) + 1
        return len(np.unique(_joined(both, self.owner, count + self.corners)[:count]))

    def touches_itself(self) -> bool:
        """Whether faces close around some point, and others are there besides: such a vertex is not manifold. Fans
        that are open may become one where the shell is closed."""
        after, count = self.faces.following, len(self.corners)
        _, number = np.unique(np.sort(self.edges, axis=1), axis=0, return_inverse=True)
        order = np.argsort(number.reshape(-1), kind="stable")
        same = np.flatnonzero(np.diff(number.reshape(-1)[order]) == 0)
        one, other = order[same], order[same + 1]  # sides, by the point each begins at
        along = (self.edges[one] == self.edges[other]).all(axis=1)
        begins, ends = np.where(along, other, after[other]), np.where(along, after[other], other)
        fan = _joined(count, np.append(one, after[one]), np.append(begins, ends))
        alone = np.setdiff1d(np.arange(count), np.append(one, other))
        is_open = np.isin(fan, fan[np.append(alone, after[alone])])
        several = np.bincount(np.unique(np.stack([self.corners, fan], axis=1), axis=0)[:, 0]) > 1
        return bool((several[self.corners] & ~is_open).any())


def _joined(count: int, one: Integers, other: Integers) -> Integers:
    """The part that each of `count` things is in, where the pairs hang together."""
    links = scipy.sparse.coo_array((np.ones(len(one)), (one, other)), shape=(count, count))
    return np.asarray(scipy.sparse.csgraph.connected_components(links, directed=False)[1], dtype=np.int64)


def shell_faults(shell: Shell) -> list[int]:
    """Codes of what is wrong with the shell as a whole, each looked at where those before it hold: that it is of one
    piece, then that it is a surface everywhere, then that it is closed and its faces are turned alike."""
    if len(shell.faces) < 4:
        return [301]
    if shell.pieces() > 1:
        return [305]
    found = list(dict.fromkeys(_edge_faults(shell.directed())))
    if 303 in found or shell.touches_itself():
        return [303]
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


def signed_volume(faces: Faces) -> float:
    """Volume in m3 by the divergence theorem; negative where the faces are turned inwards."""
    corners, _ = faces.triangles
    near = faces.points - faces.points[0]
    a, b, c = (near[corners[:, at]] for at in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c))) / 6
