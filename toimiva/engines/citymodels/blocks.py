"""Outlines raised to blocks: a floor, a flat roof and walls, all facing outwards. A tree is one of eight sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from toimiva.engines.citymodels.objects import Polygon

__all__ = ["AT_ZERO", "block", "tree"]

AT_ZERO = {"stands_at": "zero"}  # an attribute of blocks whose ground nobody has told

_BRANCHES = 2.0  # metres above the ground: where a crown begins

Point = tuple[float, float]


def block(rings: Sequence[Sequence[Point]], low: float, high: float, part: str, solid: int = 0) -> list[Polygon]:
    """A block between two heights (metres) over an outline with holes; only its floor where the heights are one."""
    outer, *holes = (list(ring) for ring in rings)
    turned = [_turned(outer, anticlockwise=True), *(_turned(hole, anticlockwise=False) for hole in holes)]
    floor = [[value for x, y in reversed(ring) for value in (x, y, low)] for ring in turned]
    if high <= low:
        return [Polygon(f"{part}/ground", "GroundSurface", f"{part}/ground", "0", floor)]
    roof = [[value for x, y in ring for value in (x, y, high)] for ring in turned]
    faces = [("ground", "GroundSurface", floor), ("roof", "RoofSurface", roof)]
    for number, (here, there) in enumerate((ring[at - 1], ring[at]) for ring in turned for at in range(len(ring))):
        wall = [*here, low, *there, low, *there, high, *here, high]
        faces.append((f"wall-{number}", "WallSurface", [wall]))
    return [Polygon(f"{part}/{name}", kind, f"{part}/{name}", "1", shape, solid=solid) for name, kind, shape in faces]


def tree(
    at: Point, base: float, height: float, crown: float, part: str, *, metre: Point = (1.0, 1.0), solid: int = 0
) -> list[Polygon]:
    """A tree of `height` metres with a `crown` so many metres wide, which lets no light through from two metres up:
    what its shadow is in summer. `metre` is how much one is along each axis."""
    turns = [math.tau * side / 8 for side in range(8)]
    ring = [
        (at[0] + crown / 2 * metre[0] * math.cos(turn), at[1] + crown / 2 * metre[1] * math.sin(turn)) for turn in turns
    ]
    faces = block([ring], base + min(_BRANCHES, height / 2), base + height, part, solid)
    return [replace(face, kind="PlantCover") for face in faces]


def _turned(ring: list[Point], *, anticlockwise: bool) -> list[Point]:
    doubled = sum(x * y2 - x2 * y for (x, y), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True))
    return ring if (doubled > 0) == anticlockwise else ring[::-1]
