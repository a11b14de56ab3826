"""What faces get: a year's sun by area, and hours of sun on a day, from points spread over each face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toimiva.engines.solids.api import Faces
from toimiva.engines.sun.rays import Scene
from toimiva.engines.sun.sky import SkyYear, patches

__all__ = ["ALBEDO", "Got", "Spread", "hours_of_sun", "sky_seen", "spread", "year_on"]

Floats = NDArray[np.float64]
ALBEDO = 0.2  # of ground and walls around: concrete and grass
_AREA = 10.0  # m2 for each point
_LEAST, _MOST = 4, 24
_OFF = 0.02  # metres in front of the face


@dataclass(frozen=True, slots=True)
class Spread:
    """Points (p, 3) just in front of faces, and the face of each; `normals` (faces, 3) are turned to the sky where a
    face is a roof."""

    points: Floats
    face: NDArray[np.int64]
    normals: Floats
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Got:
    """By face: kWh/m2 a year as it stands, and with nothing around; the share of the sky that it sees, weighted as a
    level or tilted face receives it."""

    sun: Floats
    unshaded: Floats
    sky: Floats


def spread(faces: Faces, roof: NDArray[np.bool_], times: int = 1) -> Spread:
    """Points over each face, one to ten square metres and 4 to 24 in all, or so many times as many: the same faces, the
    same points."""
    corners, owner = faces.triangles
    a, b, c = (faces.points[corners[:, at]] for at in range(3))
    sizes = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)
    counts = np.clip(np.ceil(faces.areas / _AREA), _LEAST, _MOST).astype(np.int64) * times
    counts[np.bincount(owner, minlength=len(faces)) == 0] = 0
    totals = np.bincount(owner, sizes, len(faces))
    ends = np.cumsum(sizes)
    starts = np.cumsum(totals) - totals
    face = np.repeat(np.arange(len(faces)), counts)
    number = np.arange(len(face)) - np.repeat(np.cumsum(counts) - counts, counts)
    where = starts[face] + (number + 0.5) / counts[face] * totals[face]
    triangle = np.minimum(np.searchsorted(ends, where), len(ends) - 1)
    # the golden ratio's sequence in two dimensions spreads them evenly (Roberts 2018)
    u, v = (number * 0.7548776662466927 + 0.5) % 1, (number * 0.5698402909980532 + 0.5) % 1
    over = u + v > 1
    u, v = np.where(over, 1 - u, u)[:, None], np.where(over, 1 - v, v)[:, None]
    points = a[triangle] + u * (b - a)[triangle] + v * (c - a)[triangle]
    normals = np.where((roof & (faces.normals[:, 2] < 0))[:, None], -faces.normals, faces.normals)
    return Spread(points + _OFF * normals[face], face, normals, counts)


def year_on(faces: Faces, roof: NDArray[np.bool_], scene: Scene, year: SkyYear) -> Got:
    """A year on each face: beam, sky and what the ground throws back."""
    at = spread(faces, roof)
    sky, angles = patches()
    normals = at.normals
    beam, beam_free = _seen(at, scene, year.directions, year.beam)
    share, share_free = _seen(at, scene, sky, angles / np.pi)
    ground = year.total * ALBEDO * (1 - normals[:, 2]) / 2
    return Got(beam + year.diffuse * share + ground, beam_free + year.diffuse * share_free + ground, share)


def sky_seen(faces: Faces, roof: NDArray[np.bool_], scene: Scene) -> Floats:
    """The share of the sky that each face sees, 0 to 1, weighted as it receives it; a free wall sees a half."""
    sky, angles = patches()
    return _seen(spread(faces, roof), scene, sky, angles / np.pi)[0]


def _seen(at: Spread, scene: Scene, directions: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """For each face the sum of weights by the cosine: what is not hidden, and all."""
    cosine = np.maximum(at.normals @ directions.T, 0)
    weighted = cosine * weights
    counts = np.maximum(at.counts, 1)
    seen = np.zeros(len(at.normals))
    step = max(1, 4_000_000 // max(len(directions), 1))
    for start in range(0, len(at.points), step):
        face = at.face[start : start + step]
        free = scene.free(at.points[start : start + step], directions)
        seen += np.bincount(face, (weighted[face] * free).sum(axis=1), len(at.normals))
    return seen / counts, weighted.sum(axis=1)


def hours_of_sun(faces: Faces, roof: NDArray[np.bool_], scene: Scene, path: Floats, hours_each: float) -> Floats:
    """Hours that the sun shines on each face along its path (t, 3), a mean over the face."""
    at = spread(faces, roof)
    up = path[np.any(path != 0, axis=1)]
    seen: Floats = np.zeros(len(faces))
    if len(up) and len(at.points):
        towards = (at.normals @ up.T > 0)[at.face]
        lit = (scene.free(at.points, up) & towards).sum(axis=1)
        seen = np.bincount(at.face, lit, len(faces)).astype(float)
    return seen / np.maximum(at.counts, 1) * hours_each
