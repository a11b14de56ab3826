"""Points drawn to scale, north up, without a map of the ground."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Spot", "Spots", "spots_of"]

Spot = tuple[float, float, str]  # x and y, and what it is


@dataclass(frozen=True, slots=True)
class Spots:
    """A drawing of 100 wide: its height, and points as (x, y, words)."""

    height: float
    points: Sequence[Spot]

    @property
    def box(self) -> str:
        """The SVG's viewBox."""
        return f"0 0 100 {self.height}"


def spots_of(places: Sequence[Spot]) -> Spots | None:
    """Places in degrees (east, north, words) as a drawing; None where there is none."""
    if not places:
        return None
    xs, ys = [x for x, _, _ in places], [y for _, y, _ in places]
    west, east, south, north = min(xs) - 0.002, max(xs) + 0.002, min(ys) - 0.001, max(ys) + 0.001
    scale = 100 / (east - west)
    upward = scale / math.cos(math.radians((north + south) / 2))
    points = [(round((x - west) * scale, 2), round((north - y) * upward, 2), words) for x, y, words in places]
    return Spots(round((north - south) * upward, 2), points)
