"""What every reader gives: city objects with polygons. Coordinates are metres (or degrees) as the file has them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

__all__ = [
    "OUTSIDE_SOLIDS",
    "CityObject",
    "DrapedFace",
    "Finding",
    "Polygon",
    "Unreadable",
    "hex_colour",
    "on_earth",
    "only_on_earth",
]

OUTSIDE_SOLIDS = -1
_FARTHEST = 1e12  # no system of the earth has a coordinate as large, and its powers can still be summed


class Unreadable(Exception):
    """A file that cannot be read: what, why, how to mend it, and the line (0 where there is none)."""

    def __init__(self, what: str, *, why: str = "", mend: str = "", line: int = 0) -> None:
        self.what, self.why, self.mend, self.line = what, why, mend, line
        super().__init__(" ".join(part for part in (what, why, mend) if part))

    def __reduce__(self) -> tuple[Any, ...]:
        """As it goes from one process to another."""
        return partial(Unreadable, why=self.why, mend=self.mend, line=self.line), (self.what,)


@dataclass(slots=True, frozen=True)
class Finding:
    """One thing wrong with an object: val3dity's code where it has one, or ours from 1001; which part; which line."""

    code: int
    part: str
    message: str
    line: int = 0


@dataclass(slots=True)
class Polygon:
    """A flat face: its outer ring, then its holes, each as x, y, z one after another, the first point not repeated.

    `kind` is the thematic surface (RoofSurface, ...), "" where the file does not say; `surface` the id of that surface.
    `solid` numbers the object's solids from 0, OUTSIDE_SOLIDS for faces of none; `shell` 0 is the outer shell.
    """

    id: str
    kind: str
    surface: str
    lod: str
    rings: list[list[float]]
    attributes: dict[str, Any] = field(default_factory=dict)
    solid: int = OUTSIDE_SOLIDS
    shell: int = 0
    line: int = 0


@dataclass(slots=True)
class CityObject:
    """A building, bridge, tree, ...; parts name their parent. `srs` is the reference system as written, "" for none.

    `solids` says how the solids belong together: Solid, MultiSolid or CompositeSolid.
    """

    id: str
    kind: str
    parent: str = ""
    name: str = ""
    srs: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    polygons: list[Polygon] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    solids: str = "Solid"
    line: int = 0


def only_on_earth(found: CityObject) -> CityObject:
    """An object without faces whose coordinates are not finite or that no place on earth has: those are findings."""
    sound = [polygon for polygon in found.polygons if all(map(on_earth, polygon.rings))]
    if len(sound) < len(found.polygons):
        kept = set(map(id, sound))
        found.findings += [
            Finding(1002, polygon.id, "Coordinates are not finite, or larger than any on earth.", polygon.line)
            for polygon in found.polygons if id(polygon) not in kept
        ]  # fmt: skip
        found.polygons = sound
    return found


def on_earth(ring: Sequence[float]) -> bool:
    """Whether there are coordinates, finite and as small as those of places are."""
    return bool(ring) and all(map(math.isfinite, ring)) and min(ring) > -_FARTHEST and max(ring) < _FARTHEST


@dataclass(slots=True, frozen=True)
class DrapedFace:
    """A flat face as it looks: its outer ring, then its holes, as a Polygon has them.

    `picture` is the photograph on it as the file names it, and `uv` has a pair for each point, ring after ring, from
    the photograph's lower left corner, 0 to 1 within it. Without a photograph both are empty, and `colour` (as
    "#a5604e") is what the file says, "" where it says none. `kind` is the thematic surface, or the object's kind.
    """

    rings: Sequence[Sequence[float]]
    kind: str
    srs: str = ""
    picture: str = ""
    uv: Sequence[float] = ()
    colour: str = ""


def hex_colour(told: Sequence[Any]) -> str:
    """A colour of red, green and blue, 0 to 1 each, as "#a5604e"; "" for what is none."""
    try:
        parts = [round(255 * min(max(float(part), 0), 1)) for part in told]
    except (TypeError, ValueError):
        return ""
    return "#{:02x}{:02x}{:02x}".format(*parts) if len(parts) == 3 else ""
