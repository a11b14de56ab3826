"""Whether something stands in the way: rays through triangles, by Embree."""

from __future__ import annotations

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from toimiva.engines.sun.horizon import Horizon

__all__ = ["Scene"]

_RAYS = 2_000_000  # cast at a time


class Scene:
    """Triangles (t, 3, 3) in metres; rays start and go in the same frame, which it moves to `origin`: its own middle
    unless told. Scenes to compare have one origin, so that a ray that both let pass is rounded alike in both. Hills of
    the `horizon` hide the sky and the sun."""

    def __init__(
        self, triangles: NDArray[np.float64], origin: NDArray[np.float64] | None = None, horizon: Horizon | None = None
    ) -> None:
        middle = triangles.reshape(-1, 3).mean(axis=0) if len(triangles) else np.zeros(3)
        self.origin = middle if origin is None else origin
        self.horizon = horizon
        self.scene = EmbreeScene()
        self.count = len(triangles)
        self.empty = not self.count
        if not self.empty:
            self.mesh = TriangleMesh(self.scene, (triangles - self.origin).astype(np.float32))

    def free(self, points: NDArray[np.float64], directions: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(p, d): whether nothing stands in the way from each point in each direction."""
        over_hills = self.horizon.clear(points, directions) if self.horizon else True
        return self._between(points, directions) & over_hills

    def _between(self, points: NDArray[np.float64], directions: NDArray[np.float64]) -> NDArray[np.bool_]:
        """What triangles leave free."""
        clear = np.ones((len(points), len(directions)), dtype=bool)
        if self.empty:
            return clear
        near, along = (points - self.origin).astype(np.float32), directions.astype(np.float32)
        step = max(1, _RAYS // max(len(along), 1))
        for start in range(0, len(near), step):
            some = near[start : start + step]
            hit = self.scene.run(np.repeat(some, len(along), axis=0), np.tile(along, (len(some), 1)), query="OCCLUDED")
            clear[start : start + step] = (hit == -1).reshape(len(some), len(along))
        return clear

    def first(
        self, points: NDArray[np.float64], directions: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Of each point in its own direction (n): the first triangle that stands in the way, -1 for none, and how far
        it is, infinite for none."""
        if self.empty:
            return np.full(len(points), -1), np.full(len(points), np.inf)
        near, along = (points - self.origin).astype(np.float32), directions.astype(np.float32)
        hit = self.scene.run(near, along, query="INTERSECT", output=1)
        what = hit["primID"].astype(np.int64)
        return what, np.where(what < 0, np.inf, hit["tfar"])
