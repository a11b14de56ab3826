"""What stands around buildings and has no faces: places of services, and roads with what drives on them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

__all__ = ["TREE", "Place", "Road", "Surroundings", "is_surrounding", "number", "surroundings_of_features"]

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a service is given: `kind` is library, school, playground, ...; x and y as the file has them."""

    id: str
    kind: str
    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Road:
    """A road's middle line; `kind` as OpenStreetMap's highway. `speed` in km/h, `daily` vehicles in a day of both
    directions, `heavy` the share of lorries and buses among them; None where the file does not say."""

    id: str
    kind: str
    name: str
    line: list[Point]
    speed: float | None = None
    lanes: float | None = None
    daily: float | None = None
    heavy: float | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Places and roads of a file, in its reference system as written."""

    srs: str
    places: list[Place] = field(default_factory=list)
    roads: list[Road] = field(default_factory=list)

    @property
    def first(self) -> Point | None:
        """Some point of them, None where there are none."""
        if self.places:
            return self.places[0].x, self.places[0].y
        return self.roads[0].line[0] if self.roads else None


def number(told: Any) -> float | None:
    """A number that stands first in a text (`12`, `12 m`, `5.5`), or None."""
    try:
        value = float(str(told).split()[0])
    except (ValueError, IndexError):
        return None
    return value if math.isfinite(value) else None


TREE = "tree"


def is_surrounding(feature: Any) -> bool:
    """Whether a feature of GeoJSON is a place or a road: a point that has a `kind` (trees stand by themselves), or a
    line."""
    geometry = (feature.get("geometry") or {}) if isinstance(feature, dict) else {}
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    named = (feature.get("properties") or {}).get("kind") if kind == "Point" else None
    return (bool(named) and named != TREE) or kind in ("LineString", "MultiLineString")


def surroundings_of_features(features: list[Any], srs: str) -> Surroundings:
    """Points of GeoJSON that have a `kind` are places; lines are roads, with `daily`, `heavy` and `speed` if told."""
    return Surroundings(srs, list(_places(features)), list(_roads(features)))


def _places(features: list[Any]) -> Iterator[Place]:
    for key, told, geometry in _told(features):
        if geometry["type"] == "Point":
            x, y = geometry["coordinates"][:2]
            yield Place(key, str(told["kind"]), str(told.get("name") or ""), float(x), float(y))


def _roads(features: list[Any]) -> Iterator[Road]:
    for key, told, geometry in _told(features):
        lines = {"LineString": [geometry["coordinates"]], "MultiLineString": geometry["coordinates"]}
        for at, line in enumerate(lines.get(geometry["type"], [])):
            points = [(float(point[0]), float(point[1])) for point in line]
            kind, name = str(told.get("kind") or told.get("highway") or "road"), str(told.get("name") or "")
            numbers = {one: number(told.get(one)) for one in ("speed", "lanes", "daily", "heavy")}
            yield Road(f"{key}/{at}", kind, name, points, **numbers)


def _told(features: list[Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for at, feature in enumerate(features):
        if is_surrounding(feature):
            told = feature.get("properties") or {}
            yield str(feature.get("id") or told.get("id") or f"feature-{at}"), told, feature["geometry"]
