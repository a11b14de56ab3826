"""Which tile each object stands in: the largest first and highest up, so that a far view needs few of them.

Every object is in exactly one tile (refinement ADD): a change of one object changes one tile.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Region", "Tiling", "arrange"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
DEEPEST = 18


@dataclass(frozen=True, slots=True)
class Region:
    """West, south, east, north in radians; least and greatest height in metres above the ellipsoid."""

    west: float
    south: float
    east: float
    north: float
    low: float
    high: float

    def listed(self) -> list[float]:
        """As 3D Tiles writes it."""
        return [self.west, self.south, self.east, self.north, self.low, self.high]


@dataclass(frozen=True, slots=True)
class Tiling:
    """`level`, `x` and `y` of each object's tile, and how many levels there are."""

    level: Integers
    x: Integers
    y: Integers
    levels: int


def arrange(middles: Floats, sizes: Floats, root: Region, most: int) -> Tiling:
    """Tiles for objects with these middles (n, 2: longitude and latitude in radians): at most `most` in each but the
    deepest. Ties in size go by the order given."""
    count = len(sizes)
    level, x, y = (np.zeros(count, dtype=np.int64) for _ in range(3))
    across = np.array([root.east - root.west, root.north - root.south])
    share = np.clip((middles - [root.west, root.south]) / np.where(across > 0, across, 1), 0, np.nextafter(1, 0))
    left, depth = np.lexsort((np.arange(count), -sizes)), 0
    while len(left):
        cells = (share[left] * 2**depth).astype(np.int64)
        order = np.lexsort((cells[:, 1], cells[:, 0]))
        starts = np.flatnonzero(np.any(np.diff(cells[order], axis=0, prepend=-1) != 0, axis=1))
        rank = np.empty(len(left), dtype=np.int64)
        rank[order] = np.arange(len(left)) - np.repeat(starts, np.diff(np.append(starts, len(left))))
        here = (rank < most) | (depth == DEEPEST)
        level[left[here]], x[left[here]], y[left[here]] = depth, cells[here, 0], cells[here, 1]
        left, depth = left[~here], depth + 1
    return Tiling(level, x, y, int(level.max(initial=0)) + 1)
