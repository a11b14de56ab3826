"""What faces see: view factors by Monte Carlo rays (Malley's method), and how far one sees from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toimiva.engines.solids.api import Faces
from toimiva.engines.sun.rays import Scene
from toimiva.engines.sun.surfaces import Spread, spread

__all__ = ["FURTHEST", "Views", "views_from"]

Floats = NDArray[np.float64]
FURTHEST = 300.0  # metres: what lies beyond is as far
_DENSE, _RAYS = 4, 32  # times as many points as for the sun, and rays from each
_AT_ONCE = 16_000  # points: some 100 MB
_LEVEL = np.sin(np.radians(10))
_BELOW = 1.0  # metres under a face's ground: covers of the ground that lie a little lower are seen before it
_GOLDEN, _APART = np.pi * (3 - np.sqrt(5)), 2 * np.pi * 0.7548776662466927  # turns that never meet again


@dataclass(frozen=True, slots=True)
class Views:
    """By face: `shares` (f, kinds + 2) of the half-sphere before it, weighted by the cosine, that each kind of triangle
    takes, then the ground and the sky, 1 in all; `open` (f,) metres to what stands in the way, a mean over directions
    from level to ten degrees upwards, each FURTHEST at most."""

    shares: Floats
    open: Floats


def views_from(faces: Faces, scene: Scene, kinds: NDArray[np.int64], count: int, ground: Floats) -> Views:
    """What each face sees: `kinds` (t,) are numbers below `count` of the scene's triangles, `ground` (f,) the height of
    the level ground before each face. A share of a face errs by 0.02 at most, as far as rays go."""
    at = spread(faces, np.zeros(len(faces), dtype=bool), _DENSE)
    shares, metres, level = np.zeros((len(faces), count + 2)), np.zeros(len(faces)), np.zeros(len(faces))
    for start in range(0, len(at.points), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        face, towards = np.repeat(at.face[some], _RAYS), _directions(at, some)
        points = np.repeat(at.points[some], _RAYS, axis=0)
        what, far = scene.first(points, towards)
        kind = np.where(what < 0, count + 1, np.append(kinds, 0)[what])
        kind[_to_ground(points, towards, ground[face]) < far] = count
        far = _behind_hills(scene, points, towards, kind, far, count)
        shares += np.bincount(face * (count + 2) + kind, minlength=shares.size).reshape(shares.shape)
        near_level = (towards[:, 2] >= 0) & (towards[:, 2] < _LEVEL)
        metres += np.bincount(face[near_level], np.minimum(far[near_level], FURTHEST), len(faces))
        level += np.bincount(face[near_level], minlength=len(faces))
    return Views(shares / np.maximum(at.counts * _RAYS, 1)[:, None], metres / np.maximum(level, 1))


def _behind_hills(
    scene: Scene, points: Floats, towards: Floats, kind: NDArray[np.int64], far: Floats, ground: int
) -> Floats:
    """How far each ray goes; one to the sky ends at a hill of the horizon, which is ground, and `kind` says so."""
    up = np.flatnonzero(kind > ground)
    if scene.horizon is None or not len(up):
        return far
    hills = scene.horizon.reach(points[up], towards[up])
    kind[up[np.isfinite(hills)]] = ground
    shorter = far.copy()
    shorter[up] = np.minimum(far[up], hills)
    return shorter


def _directions(at: Spread, some: slice) -> Floats:
    """(p * _RAYS, 3): over the half-sphere before each point, as dense as the cosine; turned from point to point."""
    number = np.arange(_RAYS)
    radius = np.sqrt((number + 0.5) / _RAYS)
    turn = number * _GOLDEN + (np.arange(len(at.points))[some] * _APART)[:, None]
    normal = at.normals[at.face[some]]
    beside = np.cross(normal, np.where(np.abs(normal[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]]))
    beside /= np.maximum(np.linalg.norm(beside, axis=1, keepdims=True), 1e-12)
    along = np.cross(normal, beside)
    parts = (
        (radius * np.cos(turn))[..., None] * beside[:, None], (radius * np.sin(turn))[..., None] * along[:, None],
        np.sqrt(1 - radius**2)[None, :, None] * normal[:, None],
    )  # fmt: skip
    return sum(parts, np.zeros(3)).reshape(-1, 3)


def _to_ground(points: Floats, towards: Floats, ground: Floats) -> Floats:
    """Metres along each ray to the level ground; infinite where it goes up."""
    down = np.minimum(towards[:, 2], -1e-9)
    return np.where(towards[:, 2] < 0, np.minimum(ground - _BELOW - points[:, 2], -1e-3) / down, np.inf)
