"""The map of a round: children by area and where units are, as SVG shapes. Areas only, never where a child lives.

Boundaries loaded with `city load --data` are drawn as they are; without them each area is the cells nearest its middle
(Voronoi), and the map says that it is schematic.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import shapely
from shapely.geometry import MultiPoint, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.rounds.models import Round
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.geography import api as geography
from toimiva.core.lake import api as lake

__all__ = ["AreaMap", "map_of"]

_SMALLEST = 5
_STEPS = 5
_MARGIN = 1500.0


@dataclass(frozen=True, slots=True)
class AreaMap:
    """SVG paths by area with their counts, unit points, and whether the shapes are schematic."""

    view_box: str
    areas: list[dict[str, Any]]
    units: list[dict[str, float]]
    limits: list[str]
    schematic: bool


def map_of(row: Round, language: str) -> AreaMap:
    """Children offered a place, by sub-area; counts under five are told as that."""
    city = cities.load(row.city)
    counts = _counts(row.id, sum(offers.count_states(row.id, 1).values()))
    shapes, schematic = _shapes(city)
    top = max(counts.values(), default=1)
    areas = [
        {
            "path": _path(shape_), "name": geography.area_name(city, code, language),
            "count": counts[code], "few": 0 < counts[code] < _SMALLEST, "step": _step(counts[code], top),
        }
        for code, shape_ in shapes.items()
    ]  # fmt: skip
    units = [{"x": x, "y": -y} for x, y in lake.read(row.city, "units.units").select("x", "y").iter_rows()]
    lived_in = {code: shape_ for code, shape_ in shapes.items() if counts[code]} or shapes
    return AreaMap(_view_box(lived_in), areas, units, _limits(top), schematic)


@lru_cache(maxsize=8)
def _counts(round_id: str, _offers: int) -> Counter[str]:
    """Children by sub-area; counted again only when there are more offers."""
    basis = (json.loads(offer.basis) for offer in offers.offers_of(round_id, wave=1))
    return Counter(str(item["facts"]["child"].get("sub_area")) for item in basis)


def _step(count: int, top: int) -> int:
    return 0 if count < _SMALLEST else min(_STEPS - 1, 1 + count * (_STEPS - 1) // (top + 1))


def _limits(top: int) -> list[str]:
    edges = [_SMALLEST, *(-(-(top + 1) * step // (_STEPS - 1)) for step in range(1, _STEPS - 1)), top + 1]
    return [f"0-{_SMALLEST - 1}", *(f"{low}-{high - 1}" for low, high in pairwise(edges))]


def _shapes(city: City) -> tuple[Mapping[str, BaseGeometry], bool]:
    loaded = geography.areas(city)
    if loaded:
        return {code: shape.simplify(40) for code, shape in loaded.items()}, False
    points = tuple((code, area["x"], area["y"]) for code, area in sorted(geography.sub_areas(city).items()))
    return _voronoi(points), True


@lru_cache(maxsize=4)
def _voronoi(points: tuple[tuple[str, float, float], ...]) -> dict[str, BaseGeometry]:
    middles = MultiPoint([(x, y) for _, x, y in points])
    around = middles.convex_hull.buffer(_MARGIN)
    cells = shapely.voronoi_polygons(middles, extend_to=box(*around.bounds))
    tree = shapely.STRtree(list(cells.geoms))
    found = {}
    for code, x, y in points:
        cell = cells.geoms[int(tree.query(Point(x, y), predicate="intersects")[0])]
        found[code] = cell.intersection(around).intersection(Point(x, y).buffer(_MARGIN * 1.4))
    return found


def _path(geometry: BaseGeometry) -> str:
    parts = [geometry] if isinstance(geometry, Polygon) else list(getattr(geometry, "geoms", []))
    rings = [part.exterior.coords for part in parts if isinstance(part, Polygon)]
    return " ".join("M" + " L".join(f"{x:.0f} {-y:.0f}" for x, y in ring) + " Z" for ring in rings)


def _view_box(shapes: Mapping[str, BaseGeometry]) -> str:
    if not shapes:
        return "0 0 1 1"
    west, south, east, north = shapely.total_bounds(list(shapes.values()))
    return f"{west:.0f} {-north:.0f} {east - west:.0f} {north - south:.0f}"
