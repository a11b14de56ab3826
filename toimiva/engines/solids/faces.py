"""Faces by column: the points, rings and faces of many objects in flat arrays, so that NumPy does the arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import mapbox_earcut as earcut
import numpy as np
from numpy.typing import NDArray

__all__ = ["Faces", "Floats", "Integers", "faces_of"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Faces:
    """`points` (n, 3) in metres; ring r has the points `rings[r]` to `rings[r + 1]`; face f has the rings `faces[f]`
    to `faces[f + 1]`, its outer ring first. Rings do not repeat their first point, and each has one point or more."""

    points: Floats
    rings: Integers
    faces: Integers

    @classmethod
    def sized(cls, points: Floats, rings: Integers, faces: Integers) -> Faces:
        """Faces by how many points each ring has, and how many rings each face."""
        return cls(points, _starts(rings), _starts(faces))

    def __len__(self) -> int:
        return len(self.faces) - 1

    @cached_property
    def ring_vectors(self) -> Floats:
        """Newell's area vector of each ring, (rings, 3) in m2: its length is the area, its direction the normal."""
        ring = np.repeat(np.arange(len(self.rings) - 1), np.diff(self.rings))
        middle = self.points[self.rings[:-1]]
        here = self.points - middle[ring]
        after = here[self.following]
        return 0.5 * np.add.reduceat(np.cross(here, after), self.rings[:-1])

    @cached_property
    def following(self) -> Integers:
        """For each point the index of the next one of its ring."""
        after = np.arange(1, len(self.points) + 1)
        after[self.rings[1:] - 1] = self.rings[:-1]
        return after

    @cached_property
    def normals(self) -> Floats:
        """Unit normal of each face by its outer ring, (faces, 3); zero where it has no area."""
        outer = self.ring_vectors[self.faces[:-1]]
        length = np.linalg.norm(outer, axis=1, keepdims=True)
        return np.divide(outer, length, out=np.zeros_like(outer), where=length > 0)

    @cached_property
    def areas(self) -> Floats:
        """Area of each face without its holes, m2."""
        sizes = np.linalg.norm(self.ring_vectors, axis=1)
        outer = sizes[self.faces[:-1]]
        return 2 * outer - np.add.reduceat(sizes, self.faces[:-1])

    @cached_property
    def face_of_point(self) -> Integers:
        """The face that each point belongs to."""
        of_ring = np.repeat(np.arange(len(self)), np.diff(self.faces))
        return np.repeat(of_ring, np.diff(self.rings))

    @cached_property
    def slopes(self) -> Floats:
        """Degrees from the horizontal: 0 is a flat roof seen from above, 90 a wall, 180 faces down."""
        return np.degrees(np.arccos(np.clip(self.normals[:, 2], -1, 1)))

    @cached_property
    def azimuths(self) -> Floats:
        """Degrees clockwise from the north of the grid towards which each face falls; NaN where it is level."""
        level = np.hypot(self.normals[:, 0], self.normals[:, 1]) < 1e-6
        turned = np.degrees(np.arctan2(self.normals[:, 0], self.normals[:, 1])) % 360
        return np.where(level, np.nan, turned)

    @cached_property
    def flat(self) -> Floats:
        """Each point in its face's plane, (n, 2): turned so that outer rings run anticlockwise."""
        axis_u, axis_v = self._axes
        origin = self.points[self.rings[self.faces[:-1]]][self.face_of_point]
        moved = self.points - origin
        face = self.face_of_point
        return np.stack([np.einsum("ij,ij->i", moved, axis[face]) for axis in (axis_u, axis_v)], axis=1)

    @cached_property
    def _axes(self) -> tuple[Floats, Floats]:
        helper = np.where(np.abs(self.normals[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
        u = np.cross(helper, self.normals)
        length = np.linalg.norm(u, axis=1, keepdims=True)
        u = np.divide(u, length, out=np.tile([1.0, 0.0, 0.0], (len(u), 1)), where=length > 0)
        v = np.cross(self.normals, u)
        return u, np.where(np.any(v != 0, axis=1, keepdims=True), v, [[0.0, 1.0, 0.0]])

    @cached_property
    def bends(self) -> Floats:
        """How far the point farthest from each face's plane lies from it, metres: the plane through the middle of its
        points that they lie nearest to (least squares)."""
        starts = self.rings[self.faces[:-1]]
        counts = np.diff(np.append(starts, len(self.points)))
        # from a point of its own first: metres of a projection have too many digits before the point
        near = self.points - self.points[starts][self.face_of_point]
        middle = np.add.reduceat(near, starts) / counts[:, None]
        near = near - middle[self.face_of_point]
        spread = np.add.reduceat(near[:, :, None] * near[:, None, :], starts)
        across = np.linalg.eigh(spread)[1][:, :, 0]  # the way they spread least
        return np.maximum.reduceat(np.abs(np.einsum("ij,ij->i", near, across[self.face_of_point])), starts)

    @cached_property
    def triangles(self) -> tuple[Integers, Integers]:
        """Corner indices (t, 3) into `points`, and the face of each triangle; turned as their faces are."""
        starts = self.rings[self.faces[:-1]]
        counts = np.diff(np.append(starts, len(self.points)))
        single = np.diff(self.faces) == 1
        three = np.flatnonzero(single & (counts == 3))
        four = np.flatnonzero(single & (counts == 4))
        four = four[self._convex(starts[four])]
        other = np.setdiff1d(np.flatnonzero(counts >= 3), np.concatenate([three, four]), assume_unique=True)
        parts: list[tuple[Integers, Integers]] = [(starts[three, None] + np.arange(3), three)]
        parts += [(starts[four, None] + corners, four) for corners in ([0, 1, 2], [0, 2, 3])]
        parts.append(self._cut(other, starts, counts))
        corners = np.concatenate([part for part, _ in parts])
        owners = np.concatenate([owner for _, owner in parts])
        order = np.argsort(owners, kind="stable")
        return self._turned(corners[order]), owners[order]

    def _convex(self, starts: Integers) -> NDArray[np.bool_]:
        corners = self.flat[starts[:, None] + np.arange(4)]
        sides = np.roll(corners, -1, axis=1) - corners
        after = np.roll(sides, -1, axis=1)
        return np.all(sides[..., 0] * after[..., 1] - sides[..., 1] * after[..., 0] > 0, axis=1)

    def _cut(self, faces: Integers, starts: Integers, counts: Integers) -> tuple[Integers, Integers]:
        """Triangles of faces of any shape, with holes or without."""
        ends = (self.rings[1:] - np.repeat(self.rings[self.faces[:-1]], np.diff(self.faces))).astype(np.uint32)
        cut = [
            earcut.triangulate_float64(self.flat[start : start + count], ends[first:last])
            for start, count, first, last in zip(
                starts[faces].tolist(), counts[faces].tolist(), self.faces[faces].tolist(),
                self.faces[faces + 1].tolist(), strict=True,
            )
        ]  # fmt: skip
        sizes = [len(one) // 3 for one in cut]
        corners = np.concatenate([np.zeros(0, np.uint32), *cut]).reshape(-1, 3).astype(np.int64)
        return corners + np.repeat(starts[faces], sizes)[:, None], np.repeat(faces, sizes)

    def _turned(self, corners: Integers) -> Integers:
        """The same triangles, all anticlockwise in their faces' planes."""
        a, b, c = (self.flat[corners[:, at]] for at in range(3))
        backwards = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0] < 0
        corners[backwards] = corners[backwards][:, ::-1]
        return corners

    def only(self, wanted: Integers) -> Faces:
        """These faces alone."""
        rings = _ranges(self.faces[wanted], self.faces[wanted + 1])
        points = _ranges(self.rings[rings], self.rings[rings + 1])
        ring_sizes, face_sizes = np.diff(self.rings)[rings], np.diff(self.faces)[wanted]
        return Faces.sized(self.points[points], ring_sizes, face_sizes)


def _ranges(starts: Integers, ends: Integers) -> Integers:
    """start .. end - 1 for each pair, one after another."""
    sizes = ends - starts
    return np.repeat(starts - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())


def _starts(sizes: Integers) -> Integers:
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])


def faces_of(rings: Iterable[Sequence[Sequence[float]]]) -> Faces:
    """Faces from their rings, each ring's coordinates one after another."""
    flat: list[float] = []
    ring_sizes, face_sizes = [], []
    for face in rings:
        face_sizes.append(len(face))
        for ring in face:
            flat.extend(ring)
            ring_sizes.append(len(ring) // 3)
    points = np.array(flat, dtype=np.float64).reshape(-1, 3)
    return Faces.sized(points, np.array(ring_sizes, dtype=np.int64), np.array(face_sizes, dtype=np.int64))
