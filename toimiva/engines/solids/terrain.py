"""The terrain as a grid of heights, or drawn through whatever points are known. Metres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from toimiva.engines.solids.faces import Floats

__all__ = ["LEVEL", "Terrain", "terrain_through"]


@dataclass(frozen=True, slots=True)
class Terrain:
    """Heights (rows from south, columns from west) at points `cell` apart, the first at `west` and `south`; straight
    between them, and level beyond."""

    heights: Floats
    west: float
    south: float
    cell: float

    def at(self, x: Floats, y: Floats) -> Floats:
        """Heights at places."""
        if self.heights.size == 1:
            return np.full(np.shape(x), self.heights[0, 0])
        where = np.stack([(y - self.south) / self.cell, (x - self.west) / self.cell])
        told: Floats = scipy.ndimage.map_coordinates(self.heights, where, order=1, mode="nearest")
        return told


LEVEL = Terrain(np.zeros((1, 1)), 0.0, 0.0, 1.0)


def terrain_through(points: Floats, box: tuple[float, float, float, float], cell: float) -> Terrain:
    """The terrain of a box (west, south, east, north) through points (n, 3), straight between them (Delaunay), beyond
    them as high as the nearest; level at zero without points."""
    if not len(points):
        return LEVEL
    west, south, east, north = box
    x, y = np.meshgrid(np.arange(west, east + cell, cell), np.arange(south, north + cell, cell))
    places, z = points[:, :2], points[:, 2]
    heights = z[scipy.spatial.KDTree(places).query(np.stack([x, y], axis=-1))[1]]
    around = places - places[0]
    if len(np.unique(around, axis=0)) > 3 and np.linalg.matrix_rank(around, tol=1.0) > 1:
        within = scipy.interpolate.LinearNDInterpolator(around, z)(x - places[0, 0], y - places[0, 1])
        heights = np.where(np.isfinite(within), within, heights)
    return Terrain(heights, west, south, cell)
