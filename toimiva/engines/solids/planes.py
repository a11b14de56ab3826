"""Faults of rings and faces, by val3dity's codes 101 to 208 (Ledoux 2018, doi:10.1186/s40965-018-0043-x)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy
import shapely
from numpy.typing import NDArray

from toimiva.engines.solids.faces import Faces, Floats, Integers

__all__ = ["MESSAGES", "PLANARITY", "SNAP", "face_faults"]

SNAP = 0.001  # metres: points nearer than this are one
PLANARITY = 0.01  # metres from the plane
_FOLD = np.cos(np.radians(20.0))
_SLIVER = 0.001  # metres: lower triangles say nothing about a face's direction
_SAME = 1e-6  # metres: points that fall on each other as a face is seen from its front

MESSAGES = {
    101: "A ring has fewer than three points.",
    102: "Two points in a row are the same.",
    103: "A ring does not end where it begins.",
    104: "A ring crosses or touches itself.",
    201: "Rings of a face cross each other.",
    202: "Two rings of a face are the same.",
    203: "The points of a face do not lie in one plane.",
    204: "A face is folded: its parts point in different directions.",
    205: "Holes cut a face in pieces.",
    206: "A hole lies outside its face.",
    207: "A hole lies in another hole.",
    208: "A hole runs the same way round as the outer ring.",
    301: "A shell has fewer than four faces.",
    302: "A shell is not closed.",
    303: "More than two faces meet at an edge, or a shell touches itself at a point.",
    305: "A shell is in several pieces.",
    306: "A shell crosses itself.",
    307: "A face is turned the wrong way.",
    401: "Shells of a solid cross each other.",
    402: "Two shells of a solid are the same.",
    403: "A cavity lies outside its solid.",
    404: "Cavities cut a solid in pieces.",
    405: "A shell is turned inside out.",
    501: "Solids that stand together overlap.",
    502: "Two solids are the same.",
    503: "Solids that belong together do not touch.",
    601: "Parts of a building overlap.",
    609: "The object has no faces.",
    1001: "Coordinates cannot be read.",
    1002: "Coordinates are not finite.",
    1003: "A reference leads nowhere or in a circle.",
    1004: "The nesting is too deep.",
    1005: "A template cannot be placed.",
    1006: "What a face is called does not fit the way it faces.",
    1007: "The same object is there twice.",
    1008: "An object has two geometries of one level of detail.",
    1009: "An object lies far from the others of its file.",
    1010: "The file is not as its schema says.",
}
_REASONS = {
    "Self-intersection": 201, "Duplicate Rings": 202, "Interior is disconnected": 205,
    "Hole lies outside shell": 206, "Holes are nested": 207, "Nested holes": 207, "Nested shells": 207,
}  # fmt: skip


def face_faults(faces: Faces) -> Iterator[tuple[int, int]]:
    """(face, code) of everything wrong with rings and faces. A face with a broken ring is looked at no further."""
    broken: set[int] = set()
    for face, code in _ring_faults(faces):
        broken.add(face)
        yield face, code
    sound = np.setdiff1d(np.arange(len(faces)), np.fromiter(broken, np.int64, len(broken)))
    bent = sound[faces.bends[sound] > PLANARITY]
    yield from ((int(face), 203) for face in bent)
    yield from ((face, 204) for face in _folded(faces, np.setdiff1d(sound, bent)))
    yield from _hole_faults(faces, sound[np.diff(faces.faces)[sound] > 1])


def _ring_faults(faces: Faces) -> Iterator[tuple[int, int]]:
    of_ring = np.repeat(np.arange(len(faces)), np.diff(faces.faces))
    sizes = np.diff(faces.rings)
    near = np.linalg.norm(faces.points - faces.points[faces.following], axis=1) < SNAP
    doubled = np.add.reduceat(near, faces.rings[:-1]) > 0
    few = sizes < 3
    yield from ((int(of_ring[ring]), 101) for ring in np.flatnonzero(few))
    yield from ((int(of_ring[ring]), 102) for ring in np.flatnonzero(doubled & ~few))
    whole = np.flatnonzero(~doubled & ~few)
    steep = np.linalg.norm(faces.flat - faces.flat[faces.following], axis=1) < _SAME
    crossed = ~shapely.is_simple(_rings(faces, whole)) | (np.add.reduceat(steep, faces.rings[:-1]) > 0)[whole]
    yield from ((int(of_ring[ring]), 104) for ring in whole[crossed])


def _rings(faces: Faces, wanted: Integers) -> NDArray[np.object_]:
    """Rings as shapes in the planes of their faces."""
    sizes = np.diff(faces.rings)[wanted]
    starts = faces.rings[wanted]
    points = np.repeat(starts - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())
    return np.asarray(shapely.linearrings(faces.flat[points], indices=np.repeat(np.arange(len(wanted)), sizes)))


def _folded(faces: Faces, flat: Integers) -> list[int]:
    """Faces that a triangle is turned 20 degrees or more from, however they are cut: any way first, then without
    narrow triangles where there is a better way."""
    corners, owner = faces.triangles
    suspected = np.intersect1d(owner[_turned_away(faces, corners, faces.normals[owner])], flat)
    return [face for face in suspected.tolist() if _folds(faces.only(np.array([face])))]


def _folds(face: Faces) -> bool:
    """By a Delaunay triangulation within the rings."""
    outer, *holes = _rings(face, np.arange(len(face.rings) - 1))
    outline = shapely.polygons(outer, holes or None)
    cut = shapely.get_coordinates(shapely.get_parts(shapely.constrained_delaunay_triangles(outline))).reshape(-1, 4, 2)
    _, corners = scipy.spatial.KDTree(face.flat).query(cut[:, :3])
    turned = face.flat[corners]
    sides = turned[:, 1:] - turned[:, :1]
    back = sides[:, 0, 0] * sides[:, 1, 1] - sides[:, 0, 1] * sides[:, 1, 0] < 0
    corners[back] = corners[back][:, ::-1]
    return bool(_turned_away(face, corners, face.normals[np.zeros(len(corners), np.int64)]).any())


def _turned_away(faces: Faces, corners: Integers, normals: Floats) -> NDArray[np.bool_]:
    """Which triangles are not slivers and are turned 20 degrees or more from the normal of their face."""
    a, b, c = (faces.points[corners[:, at]] for at in range(3))
    across = np.cross(b - a, c - a)
    double = np.linalg.norm(across, axis=1)
    longest = np.max([np.linalg.norm(side, axis=1) for side in (b - a, c - b, a - c)], axis=0)
    tall = double > _SLIVER * np.maximum(longest, SNAP)
    cosine = np.einsum("ij,ij->i", across, normals) / np.where(double > 0, double, 1)
    return np.asarray(tall & (cosine < _FOLD))


def _hole_faults(faces: Faces, holed: Integers) -> Iterator[tuple[int, int]]:
    for face in holed.tolist():
        rings = np.arange(faces.faces[face], faces.faces[face + 1])
        outer, *holes = _rings(faces, rings)
        along = faces.ring_vectors[rings] @ faces.normals[face]
        if np.any(along[1:] > 0):
            yield face, 208
        shape = shapely.polygons(outer, holes)
        if shapely.is_valid(shape):
            continue
        reason = str(shapely.is_valid_reason(shape)).partition("[")[0]
        yield face, _hole_code(reason, outer, holes)


def _hole_code(reason: str, outer: shapely.LinearRing, holes: list[shapely.LinearRing]) -> int:
    """GEOS names one fault; which of ours it is depends on how the rings lie."""
    shapes = [shapely.Polygon(ring) for ring in (outer, *holes)]
    if any(one.equals(other) for at, one in enumerate(shapes) for other in shapes[:at]):
        return 202
    if any(one.relate_pattern(shapes[0], "FF*FF****") or one.disjoint(shapes[0]) for one in shapes[1:]):
        return 206
    inner = shapes[1:]
    if any(one.within(other) for one in inner for other in inner if one is not other):
        return 207
    if reason.startswith("Self-intersection") and any(
        ring.crosses(other) for at, ring in enumerate((outer, *holes)) for other in (outer, *holes)[:at]
    ):
        return 201
    return _REASONS.get(reason, 201)
