"""Where faces of a shell pass through each other: sides of triangles against triangles, and triangles in one plane."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from toimiva.engines.solids.faces import Faces, Floats, Integers

__all__ = ["cross_themselves"]

_INSIDE = 1e-6  # of a side or a triangle: what only touches does not cross
_APART = 0.001  # metres between planes that count as one
_TOUCHING = 1e-7  # metres: a corner on a face
_MOST_PAIRS = 4_000_000


def cross_themselves(faces: Faces, corners: Integers) -> bool:
    """Whether two faces cross, or lie on each other. `corners` numbers the points, the same for the same place."""
    triangles, owner = faces.triangles
    one, other = _near(faces.points[triangles])
    apart = owner[one] != owner[other]
    one, other = one[apart], other[apart]
    if not len(one):
        return False
    shared = _shared(corners[triangles[one]], corners[triangles[other]])
    ends = faces.points[triangles]
    # Faces that share a side can cross only by lying on each other.
    free = shared < 2
    pierced = _pierce(ends[one[free]], ends[other[free]]) or _pierce(ends[other[free]], ends[one[free]])
    both = np.append(one[free], other[free]), np.append(other[free], one[free])
    return pierced or _lie_on(ends[one], ends[other]) or _touch(faces, *both)


def _near(triangles: Floats) -> tuple[Integers, Integers]:
    """Pairs of triangles whose boxes meet, each pair once."""
    low, high = triangles.min(axis=1), triangles.max(axis=1)
    boxes = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    one, other = shapely.STRtree(boxes).query(boxes)
    once = one < other
    one, other = one[once], other[once]
    over = (low[one, 2] <= high[other, 2]) & (low[other, 2] <= high[one, 2])
    return one[over][:_MOST_PAIRS], other[over][:_MOST_PAIRS]


def _shared(one: Integers, other: Integers) -> NDArray[np.int64]:
    return np.asarray((one[:, :, None] == other[:, None, :]).any(axis=2).sum(axis=1))


def _pierce(sides_of: Floats, through: Floats) -> bool:
    """Whether a side of a triangle of the first passes through the inside of its partner (Möller and Trumbore 1997)."""
    a = through[:, 0]
    edge1, edge2 = through[:, 1] - a, through[:, 2] - a
    for at in range(3):
        start = sides_of[:, at]
        along = sides_of[:, (at + 1) % 3] - start
        across = np.cross(along, edge2)
        volume = np.einsum("ij,ij->i", edge1, across)
        sizes = np.linalg.norm(along, axis=1) * np.linalg.norm(np.cross(edge1, edge2), axis=1)
        sure = np.abs(volume) > 1e-6 * np.maximum(sizes, 1e-12)
        scale = np.divide(1.0, volume, out=np.zeros_like(volume), where=sure)
        away = start - a
        u = scale * np.einsum("ij,ij->i", away, across)
        turned = np.cross(away, edge1)
        v = scale * np.einsum("ij,ij->i", along, turned)
        t = scale * np.einsum("ij,ij->i", edge2, turned)
        inner = (u > _INSIDE) & (v > _INSIDE) & (u + v < 1 - _INSIDE) & (t > _INSIDE) & (t < 1 - _INSIDE)
        if np.any(sure & inner & _deep(along, t, through)):
            return True
    return False


def _touch(faces: Faces, one: Integers, other: Integers) -> bool:
    """Whether a corner of a triangle of the first lies in the face of its partner, away from that face's border."""
    corners, owner = faces.triangles
    a, b, c = (faces.points[corners[other, at]] for at in range(3))
    normal = np.cross(b - a, c - a)
    double = np.einsum("ij,ij->i", normal, normal)
    for at in range(3):
        away = faces.points[corners[one, at]] - a
        height = np.abs(np.einsum("ij,ij->i", away, normal)) / np.sqrt(np.maximum(double, 1e-12))
        u, v = (
            np.einsum("ij,ij->i", across, normal) / np.maximum(double, 1e-12)
            for across in (np.cross(away, c - a), np.cross(b - a, away))
        )
        inside = (height < _TOUCHING) & (u > -_INSIDE) & (v > -_INSIDE) & (u + v < 1 + _INSIDE) & (double > 1e-12)
        for pair in np.flatnonzero(inside).tolist():
            first, second, third = faces.flat[corners[other[pair]]]
            place = first + u[pair] * (second - first) + v[pair] * (third - first)
            if _border(faces, int(owner[other[pair]])).distance(shapely.Point(place)) > _APART:
                return True
    return False


def _border(faces: Faces, face: int) -> shapely.MultiLineString:
    bounds = faces.rings[faces.faces[face] : faces.faces[face + 1] + 1].tolist()
    rings = [faces.flat[start:end] for start, end in pairwise(bounds)]
    return shapely.MultiLineString([np.append(ring, ring[:1], axis=0) for ring in rings])


def _deep(along: Floats, t: Floats, through: Floats) -> NDArray[np.bool_]:
    """Passing by more than a millimetre on both sides of the plane: less is the roundness of coordinates."""
    normal = np.cross(through[:, 1] - through[:, 0], through[:, 2] - through[:, 0])
    length = np.linalg.norm(normal, axis=1)
    height = np.abs(np.einsum("ij,ij->i", along, normal)) / np.where(length > 0, length, 1)
    return np.minimum(height * t, height * (1 - t)) > _APART


def _lie_on(one: Floats, other: Floats) -> bool:
    """Whether two triangles lie in one plane and cover each other."""
    normal = np.cross(one[:, 1] - one[:, 0], one[:, 2] - one[:, 0])
    length = np.linalg.norm(normal, axis=1)
    unit = normal / np.where(length > 0, length, 1)[:, None]
    away = np.abs(np.einsum("ijk,ik->ij", other - one[:, :1], unit)).max(axis=1)
    for pair in np.flatnonzero((away < _APART) & (length > 0)).tolist():
        drop = int(np.argmax(np.abs(unit[pair])))
        keep = [axis for axis in range(3) if axis != drop]
        common = shapely.Polygon(one[pair][:, keep]).intersection(shapely.Polygon(other[pair][:, keep]))
        if not common.buffer(-_APART).is_empty:  # slivers along a shared side are no overlap
            return True
    return False
