"""What the terrain hides of the sky: hills from a hundred metres to ten kilometres away.

Nearer than that buildings and their own ground decide. The earth falls away with the square of the distance, and light
bends after it (coefficient of refraction 0.13, as in surveying).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from toimiva.engines.solids.api import Floats, Terrain

__all__ = ["FARTHEST", "Horizon"]

_NEAREST, FARTHEST = 100.0, 10_000.0  # metres
_DISTANCES = np.geomspace(_NEAREST, FARTHEST, 120)  # a twenty-fifth apart
_FALLS = _DISTANCES**2 * (1 - 0.13) / (2 * 6_371_000.0)
_ALIKE = np.array([50.0, 50.0, 5.0])  # metres within which points have one horizon
_AT_ONCE = 20_000  # pairs of places and directions


class Horizon:
    """Terrain in the frame of the points that look at it."""

    def __init__(self, terrain: Terrain) -> None:
        self.terrain = terrain
        self.highest = float(terrain.heights.max())

    def clear(self, points: Floats, directions: Floats) -> NDArray[np.bool_]:
        """(p, d): whether no hill stands in the way from each point in each direction (unit vectors)."""
        boxes, of_point = np.unique(np.floor(points / _ALIKE).astype(np.int64), axis=0, return_inverse=True)
        places = (boxes + 0.5) * _ALIKE
        told = np.ones((len(places), len(directions)), dtype=bool)
        level = np.hypot(directions[:, 0], directions[:, 1])
        rise = directions[:, 2] / np.maximum(level, 1e-9)
        low = np.flatnonzero(rise * _NEAREST < self.highest - places[:, 2].min()) if len(places) else np.zeros(0, int)
        step = max(1, _AT_ONCE // max(len(low), 1))
        for start in range(0, len(places) if len(low) else 0, step):
            some = places[start : start + step]
            told[start : start + step, low] = rise[low] >= self._rises(some, directions[low] / level[low, None])
        return told[of_point.reshape(-1)]

    def reach(self, points: Floats, directions: Floats) -> Floats:
        """(n,): metres from each point to the hill that stands in the way of its own direction; infinite for none."""
        told = np.full(len(points), np.inf)
        level = np.maximum(np.hypot(directions[:, 0], directions[:, 1]), 1e-9)
        rise = directions[:, 2] / level
        low = np.flatnonzero(rise * _NEAREST < self.highest - points[:, 2])
        for start in range(0, len(low), _AT_ONCE):
            some = low[start : start + _AT_ONCE]
            towards = directions[some, :2] / level[some, None]
            x, y = (points[some, at, None] + towards[:, at, None] * _DISTANCES for at in (0, 1))
            higher = self.terrain.at(x, y) - _FALLS - points[some, 2, None] > rise[some, None] * _DISTANCES
            told[some] = np.where(higher.any(axis=1), _DISTANCES[higher.argmax(axis=1)], np.inf)
        return told

    def _rises(self, places: Floats, towards: Floats) -> Floats:
        """(places, directions): the steepest rise to the terrain."""
        x, y = (places[:, at, None, None] + towards[None, :, at, None] * _DISTANCES for at in (0, 1))
        told: Floats = ((self.terrain.at(x, y) - _FALLS - places[:, 2, None, None]) / _DISTANCES).max(axis=2)
        return told
