"""Faults of solids and of solids together, by val3dity's codes 401 to 405, 501 to 503 and 601."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, TypeAlias

import manifold3d
import numpy as np
import scipy

from toimiva.engines.solids.faces import Faces, Floats
from toimiva.engines.solids.shells import corner_numbers, signed_volume

__all__ = ["Body", "body_of", "overlap", "solid_faults", "together_faults"]

_NOTHING = 0.001  # m3 and m2: less is the roundness of coordinates
_JOINED = 0.01  # metres: solids nearer than this touch
Body: TypeAlias = Any  # manifold3d.Manifold, which tells no types


def body_of(faces: Faces, origin: Floats) -> Body | None:
    """A shell as a body turned outwards, in metres from `origin`; None where it is not closed."""
    corners, _ = faces.triangles
    number = corner_numbers(faces.points)
    _, first = np.unique(number, return_index=True)
    triangles = number[corners]
    after = np.roll(triangles, 1, axis=1)
    triangles = triangles[(triangles != after).all(axis=1)]
    if signed_volume(faces) < 0:
        triangles = triangles[:, ::-1]
    points = np.ascontiguousarray(faces.points[first] - origin)
    body = manifold3d.Manifold(manifold3d.Mesh64(points, np.ascontiguousarray(triangles, dtype=np.uint64)))
    return None if body.is_empty() else body


def overlap(one: Body, other: Body) -> float:
    """The volume that two bodies have in common, m3."""
    low, high, low2, high2 = (
        np.array(box) for body in (one, other) for box in np.split(np.array(body.bounding_box()), 2)
    )
    if np.any(low >= high2) or np.any(low2 >= high):
        return 0.0
    return float((one ^ other).volume())


def solid_faults(shells: Sequence[Faces]) -> Iterator[int]:
    """What is wrong with a solid of closed shells, its outer one first."""
    outwards = [signed_volume(shell) > 0 for shell in shells]
    if not outwards[0] or any(outwards[1:]):
        yield 405
    bodies: list[Body] = [body_of(shell, shells[0].points[0]) for shell in shells]
    if len(bodies) < 2 or any(body is None for body in bodies):
        return
    outer, *cavities = bodies
    found = {code for cavity in cavities for code in _cavity(outer, cavity)}
    if any(_cross_or_share(one, other) for one, other in combinations(cavities, 2)):
        found.add(401)
    yield from sorted(found)
    if found:
        return
    left = outer
    for cavity in cavities:
        left = left - cavity
    if sum(piece.volume() > 0 for piece in left.decompose()) > 1:  # a cavity is a piece of less than nothing
        yield 404


def _cavity(outer: Body, cavity: Body) -> Iterator[int]:
    common = overlap(outer, cavity)
    if common < _NOTHING:
        yield 403
    elif abs(common - outer.volume()) < _NOTHING and abs(common - cavity.volume()) < _NOTHING:
        yield 402
    elif cavity.volume() - common > _NOTHING:
        yield 401
    elif (outer - cavity).surface_area() < outer.surface_area() + cavity.surface_area() - _NOTHING:
        yield 401  # they share part of a face


def _cross_or_share(one: Body, other: Body) -> bool:
    """Whether two cavities have a volume or a part of a face in common."""
    shared = one.surface_area() + other.surface_area() - (one + other).surface_area()
    return overlap(one, other) > _NOTHING or shared > _NOTHING


def together_faults(bodies: Sequence[Body]) -> Iterator[int]:
    """What is wrong with solids that make one composite solid: they may share faces, and nothing more."""
    touching: list[tuple[int, int]] = []
    found: set[int] = set()
    for (at, one), (to, other) in combinations(enumerate(bodies), 2):
        common = overlap(one, other)
        if common > _NOTHING:
            same = abs(common - one.volume()) < _NOTHING and abs(common - other.volume()) < _NOTHING
            found.add(502 if same else 501)
        elif one.min_gap(other, 2 * _JOINED) < _JOINED:
            touching.append((at, to))
    if not found and _pieces(len(bodies), touching) > 1:
        found.add(503)
    yield from sorted(found)


def _pieces(count: int, links: Sequence[tuple[int, int]]) -> int:
    pairs = np.array(links, dtype=np.int64).reshape(-1, 2)
    joined = scipy.sparse.coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return int(scipy.sparse.csgraph.connected_components(joined, directed=False)[0])
