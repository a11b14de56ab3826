"""Systems of a file's own: metres from an anchor that is told in a system of the world (`EngineeringCRS`, OGC 03-105r1
and 07-036, 12; the examples of OGC 12-019 for CityGML). Their axes run east, north and up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from toimiva.engines.citymodels.gml import id_of, local

__all__ = ["Anchor", "Anchors", "shifted"]

_PLACES = ("anchorPoint", "anchorDefinition")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a system of a file's own has its zero: in a system of the world as written, and there."""

    srs: str
    at: tuple[float, float, float]


class Anchors(dict[str, Anchor]):
    """The anchors that a file tells, by what its geometries call their systems (`#id`)."""

    def add(self, system: Any) -> None:
        """Take in an `EngineeringCRS` element; one without an anchor that can be read stays unknown."""
        told = next((one for one in system.iter("*") if local(one) in _PLACES and one.get("codeSpace")), None)
        numbers = _numbers(told.text) if told is not None else []
        if told is not None and len(numbers) == 3:
            self[f"#{id_of(system)}"] = Anchor(told.get("codeSpace"), (numbers[0], numbers[1], numbers[2]))


def _numbers(text: str | None) -> list[float]:
    try:
        return [float(one) for one in (text or "").split()]
    except ValueError:
        return []


def shifted(ring: Sequence[float], at: Sequence[float]) -> list[float]:
    """A ring (x, y, z one after another) as far from zero as its anchor is."""
    return [value + at[place % 3] for place, value in enumerate(ring)]
