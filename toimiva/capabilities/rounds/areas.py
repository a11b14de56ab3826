"""The map of a round: who is offered a place, by area, and where units are. Areas only, never where anyone lives."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from shapely.geometry import Point

from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.rounds.models import Round
from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities
from toimiva.core.geography import api as geography
from toimiva.core.lake import api as lake

__all__ = ["AreaMap", "as_geojson", "counts_of", "map_of"]

_SMALLEST = 5
_STEPS = 5


@dataclass(frozen=True, slots=True)
class AreaMap:
    """SVG paths by area with their counts, unit points, and whether the shapes are schematic."""

    view_box: str
    areas: list[dict[str, Any]]
    units: list[dict[str, float]]
    limits: list[tuple[int, str]]
    schematic: bool


def map_of(row: Round, language: str) -> AreaMap:
    """Who is offered a place, by sub-area; counts under five are told as that."""
    city = cities.load(row.city)
    counts = counts_of(row)
    shapes, schematic = geography.shapes(city)
    top = max(counts.values(), default=1)
    areas = [
        {
            "path": geography.svg_path(shape_), "name": geography.area_name(city, code, language),
            "count": counts[code], "few": 0 < counts[code] < _SMALLEST, "step": _step(counts[code], top),
        }
        for code, shape_ in shapes.items()
    ]  # fmt: skip
    units = [
        {"x": x, "y": -y}
        for x, y in lake.read(row.city, _definition(row).allocation.units).select("x", "y").iter_rows()
    ]
    lived_in = {code: shape_ for code, shape_ in shapes.items() if counts[code]} or shapes
    return AreaMap(geography.view_box(lived_in.values()), areas, units, _limits(top), schematic)


def as_geojson(row: Round, language: str, few: str) -> dict[str, Any]:
    """The same map as GeoJSON; `few` is what is said of a count under five."""
    city = cities.load(row.city)
    counts = counts_of(row)
    top = max(counts.values(), default=1)
    areas = [
        (shape_, {"step": _step(counts[code], top), "words": f"{name}: {few if 0 < n < _SMALLEST else n}"})
        for code, shape_ in geography.shapes(city)[0].items()
        for name, n in [(geography.area_name(city, code, language), counts[code])]
    ]
    units = lake.read(row.city, _definition(row).allocation.units).select("x", "y", f"name_{language}")
    return geography.collection([*areas, *((Point(x, y), {"words": name}) for x, y, name in units.iter_rows())])


def counts_of(row: Round) -> Counter[str]:
    """Who is offered a place, by sub-area."""
    return _counts(row.id, _definition(row).cohort.subject, sum(offers.count_states(row.id, 1).values()))


def _definition(row: Round) -> services.Definition:
    return services.get_service(cities.load(row.city), row.service).definition


@lru_cache(maxsize=8)
def _counts(round_id: str, subject: str, _offers: int) -> Counter[str]:
    """By sub-area; counted again only when there are more offers."""
    basis = (json.loads(offer.basis) for offer in offers.offers_of(round_id, wave=1))
    return Counter(str(item["facts"][subject].get("sub_area")) for item in basis)


def _step(count: int, top: int) -> int:
    return 0 if count < _SMALLEST else min(_STEPS - 1, 1 + count * (_STEPS - 1) // (top + 1))


def _limits(top: int) -> list[tuple[int, str]]:
    """Each step that the map may have, with the counts that it stands for."""
    edges = [max(_SMALLEST, -(-(top + 1) * step // (_STEPS - 1))) for step in range(_STEPS - 1)] + [top + 1]
    steps = [(step, low, high - 1) for step, (low, high) in enumerate(pairwise(edges), start=1) if low < high]
    return [(0, f"0–{_SMALLEST - 1}"), *((step, f"{low}–{high}") for step, low, high in steps)]
