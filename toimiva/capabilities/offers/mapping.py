"""The places of an offer on a map: the one that is offered and the others near it. Never where the child lives.

Whoever has the link sees the page, so the way from home is not drawn, only told as a distance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shapely.geometry import MultiPoint, Point, box

from toimiva.capabilities.offers.wordings import unit_spots
from toimiva.core.city.api import City
from toimiva.core.geography import api as geography

__all__ = ["PlaceMap", "map_of_places", "places_as_geojson"]

_AROUND_M = 700.0  # shown around the places
_SCALE_M = 500  # of the bar


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the map: its number in the list (0 is the offered one) and name."""

    number: int
    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class PlaceMap:
    """What an SVG of the places is made of; lengths in metres, `unit` what a hundredth of the width is."""

    view_box: str
    areas: Sequence[Mapping[str, str]]
    spots: Sequence[Spot]
    unit: float
    scale: Mapping[str, float]
    schematic: bool


def places_as_geojson(city: City, table: str, names: Sequence[tuple[str, str]], language: str) -> dict[str, Any] | None:
    """The same places and the areas around them as GeoJSON; None where their coordinates are not known."""
    where = unit_spots(city.id, table)
    spots = [(Point(where[u]), {"number": n, "words": name}) for n, (u, name) in enumerate(names) if u in where]
    if not spots:
        return None
    around = box(*MultiPoint([spot for spot, _ in spots]).buffer(_AROUND_M).bounds)
    areas = [
        (shape.intersection(around), {"step": 0, "words": geography.area_name(city, code, language)})
        for code, shape in geography.shapes(city)[0].items()
        if shape.intersects(around)
    ]
    return geography.collection([*areas, *spots])


def map_of_places(city: City, table: str, names: Sequence[tuple[str, str]], language: str) -> PlaceMap | None:
    """A map of these units (id and name, the offered one first); None where their coordinates are not known."""
    where = unit_spots(city.id, table)
    known = [(number, name, where[unit]) for number, (unit, name) in enumerate(names) if unit in where]
    if not known or known[0][0] != 0:
        return None
    points = [Point(spot) for _, _, spot in known]
    bounds = geography.view_box(points, _AROUND_M)
    west, top, width, height = map(float, bounds.split())
    shown = box(west, -top - height, west + width, -top)
    shapes, schematic = geography.shapes(city)
    near = {code: shape.intersection(shown) for code, shape in shapes.items() if shape.intersects(shown)}
    areas = [
        {"path": geography.svg_path(s), "name": geography.area_name(city, code, language)} for code, s in near.items()
    ]
    spots = [Spot(number, name, round(x), round(-y)) for number, name, (x, y) in known]
    unit = width / 100
    scale = {"x": west + 4 * unit, "y": top + height - 4 * unit, "to": west + 4 * unit + _SCALE_M, "metres": _SCALE_M}
    return PlaceMap(bounds, areas, spots, round(unit, 1), scale, schematic)
