"""What the viewer asks for: objects in view, one object with its roofs and their sun, places of the live city."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import lru_cache
from typing import Any

import duckdb
import shapely

from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.nearby import heard_at, ways_from
from toimiva.capabilities.twin.reality import mesh_sources, mesh_version
from toimiva.capabilities.twin.seeing import seen_at
from toimiva.capabilities.twin.settings import credits, labels, view
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import NotFound
from toimiva.engines.citymodels.api import metres

__all__ = [
    "MOST_SHOWN",
    "Box",
    "First",
    "around",
    "first_view",
    "in_view",
    "label",
    "looked_at",
    "object_of",
    "standing_at",
]

MOST_SHOWN = 200
_NEAR, _FAR = 120.0, 500.0  # metres over the ground: a view that nobody stated, of a few objects and of a city
_DEGREE = 111_000.0  # metres
_SUN = "SELECT object, source, sum(energy) AS energy FROM solar WHERE kind = 'RoofSurface' GROUP BY object, source"
_WHOLE = "(SELECT any_value(r.attributes) FROM objects r WHERE r.id = o.root AND r.source = o.source)"


@dataclass(frozen=True, slots=True)
class Box:
    """West, south, east, north in degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class First:
    """What the page says before anybody has moved: objects in view, and plans."""

    table: Mapping[str, Any]
    branches: Sequence[str]


def around(at: Mapping[str, float]) -> Box:
    """Two kilometres around a view."""
    return Box(at["longitude"] - 0.02, at["latitude"] - 0.01, at["longitude"] + 0.02, at["latitude"] + 0.01)


def looked_at(city: City) -> Mapping[str, float]:
    """Where the first view is: as stated, or over most of the objects where none is stated or nothing stands there.
    `height` is over the `ground`, which is in metres above the ellipsoid."""
    stated = view(city)
    ground = _ground_within(city.id, around(stated), keeping.state(city)) if stated else None
    if ground is not None:
        return {**stated, "ground": ground}
    return _over_most(city.id, keeping.state(city)) or stated


@lru_cache(maxsize=16)
def _ground_within(city_id: str, box: Box, _state: keeping.State) -> float | None:
    """Where most of the objects in a box stand; None where there are none."""
    with keeping.opened(cities.load(city_id)) as asked:
        ((ground,),) = asked.execute(
            "SELECT median(ground + undulation) FROM objects WHERE placed AND longitude BETWEEN ? AND ? "
            "AND latitude BETWEEN ? AND ?", [box.west, box.east, box.south, box.north]
        ).fetchall()  # fmt: skip
    return None if ground is None else round(ground, 1)


@lru_cache(maxsize=16)
def _over_most(city_id: str, _state: keeping.State) -> Mapping[str, float]:
    """A view over most of the objects, as high as they lie wide; empty where none is placed."""
    with keeping.opened(cities.load(city_id)) as asked:
        ((longitude, latitude, ground, wide),) = asked.execute(
            "SELECT median(longitude), median(latitude), median(ground + undulation), "
            f"{_DEGREE} * (quantile_cont(north, 0.9) - quantile_cont(south, 0.1)) FROM objects WHERE placed"
        ).fetchall()
    if longitude is None:
        return {}
    height = min(max(wide, _NEAR), _FAR)
    return {"longitude": longitude, "latitude": latitude, "height": round(height, 1), "ground": round(ground, 1)}


def first_view(city: City, branch: str, box: Box) -> First:
    """Asked of the lake again only where the twin has changed."""
    return _first_view(city.id, branch, box, keeping.state(city))


@lru_cache(maxsize=16)
def _first_view(city_id: str, branch: str, box: Box, _state: keeping.State) -> First:
    city = cities.load(city_id)
    return First(in_view(city, branch, box), keeping.branches(city))


def in_view(city: City, branch: str, box: Box) -> dict[str, Any]:
    """The largest objects in a box, at most MOST_SHOWN, with the sun on their roofs; and how many there are in all."""
    with keeping.opened(city, branch) as asked:
        within = (
            f"FROM objects o LEFT JOIN ({_SUN}) s ON s.object = o.id AND s.source = o.source WHERE o.placed AND "
            "o.faces > 0 AND o.longitude BETWEEN ? AND ? AND o.latitude BETWEEN ? AND ?"
        )
        edges = [box.west, box.east, box.south, box.north]
        rows = asked.execute(
            f"SELECT o.id, {label(city)} AS name, o.kind, o.top - o.ground, o.roof_area, s.energy, "
            "coalesce(o.attributes ->> 'height_from', '') = 'guess', "
            f"o.longitude, o.latitude, count(*) OVER () {within} "
            f"ORDER BY (o.top - o.ground) * greatest(o.roof_area, 1) DESC, o.id LIMIT {MOST_SHOWN}", edges
        ).fetchall()  # fmt: skip
    shown = [
        {"id": key, "name": name, "kind": kind, "height": _round(height), "roof": _round(roof), "sun": _mwh(sun),
         "guessed": guessed, "longitude": longitude, "latitude": latitude}
        for key, name, kind, height, roof, sun, guessed, longitude, latitude, _ in rows
    ]  # fmt: skip
    return {"objects": shown, "all": rows[0][-1] if rows else 0}


def label(city: City) -> str:
    """SQL for what an object `o` is called: its name, or an attribute that the city has named; else as what it is a
    part of is called."""
    whole = f"(SELECT any_value({_called(city, 'r')}) FROM objects r WHERE r.id = o.root AND r.source = o.source)"
    return f"coalesce({_called(city, 'o')}, {whole}, '')"


def _called(city: City, one: str) -> str:
    attributes = [f"attributes ->> '$.\"{keeping.quoted(name)}\"'" for name in labels(city)]
    told = [f"nullif({one}.{name}, '')" for name in ["name", *attributes]]
    return f"coalesce({', '.join(told)})"


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _mwh(kwh: float | None) -> float | None:
    return None if kwh is None else round(kwh / 1000, 1)


def object_of(city: City, branch: str, key: str, at: tuple[float, float] | None = None) -> dict[str, Any]:
    """One object: what is known of it and of what it is a part of, its roofs with their sun, what the last check found.
    `at` (degrees) marks the roof there. Raises NotFound."""
    with keeping.opened(city, branch) as asked:
        row = asked.execute(
            f"SELECT *, {label(city)} AS label, {_WHOLE} AS of_whole FROM objects o WHERE id = ? "
            "ORDER BY source LIMIT 1",
            [key],
        ).fetchone()
        names = [name for name, *_ in asked.description or ()]
        if row is None:
            raise NotFound(what="There is no such object in the twin.", why=key[:80], mend="Ask for it by its id.")
        told = dict(zip(names, row, strict=True))
        roofs = asked.execute(
            "SELECT id, surface, area, slope, azimuth, rings FROM faces WHERE object = ? AND source = ? AND shown "
            "AND kind = 'RoofSurface' ORDER BY area DESC, id", [key, told["source"]]
        ).fetchall()  # fmt: skip
        sun = _sun_of(asked, key)
        heard, ways = heard_at(asked, key, told["source"]), ways_from(asked, key, told["source"])
        seen = seen_at(asked, key, told["source"])
        faults = asked.execute(
            "SELECT code, message, part FROM findings WHERE object = ? AND source = ? ORDER BY ALL",
            [key, told["source"]],
        ).fetchall()  # fmt: skip
    spot = shapely.Point(metres(told["epsg"], *at)) if at and roofs else None
    return {
        "id": key, "name": told["label"], "kind": told["kind"], "source": told["source"],
        "height": _round(told["top"] - told["ground"]) if told["faces"] else None,
        "ground": _round(told["ground"]), "volume": _round(told["volume"]), "roof_area": _round(told["roof_area"]),
        "longitude": told["longitude"], "latitude": told["latitude"],
        "attributes": {**json.loads(told["of_whole"] or "{}"), **json.loads(told["attributes"])},
        "roofs": [_roof(roof, sun, spot) for roof in roofs], "noise": heard, "ways": ways, "view": seen,
        "faults": [{"code": code, "message": message, "part": part} for code, message, part in faults],
    }  # fmt: skip


def standing_at(city: City, branch: str, at: tuple[float, float]) -> str:
    """The id of the highest object with a roof over a place in degrees; "" where there is none."""
    with keeping.opened(city, branch) as asked:
        rows = asked.execute(
            "SELECT o.id, f.epsg, f.rings FROM objects o JOIN faces f ON f.object = o.id AND f.source = o.source "
            "WHERE o.placed AND ? BETWEEN o.west AND o.east AND ? BETWEEN o.south AND o.north AND f.shown "
            "AND f.kind = 'RoofSurface' ORDER BY f.high DESC, o.id", list(at)
        ).fetchall()  # fmt: skip
    over = (key for key, epsg, rings in rows if _outline(rings).covers(shapely.Point(metres(epsg, *at))))
    return next(over, "")


def _sun_of(asked: duckdb.DuckDBPyConnection, key: str) -> Mapping[str, Mapping[str, float]]:
    """What each of an object's faces gets in a year, where it was computed."""
    rows = asked.execute("SELECT face, sun, energy, electricity, shade FROM solar WHERE object = ?", [key]).fetchall()
    names = ("sun", "energy", "electricity", "shade")
    return {face: dict(zip(names, got, strict=True)) for face, *got in rows}


def _roof(roof: Sequence[Any], sun: Mapping[str, Mapping[str, float]], spot: shapely.Point | None) -> dict[str, Any]:
    face, surface, area, slope, azimuth, rings = roof
    got = sun.get(face)
    outline = _outline(rings)
    return {
        "face": face, "surface": surface, "area": _round(area), "slope": _round(slope),
        "azimuth": None if azimuth is None else round(azimuth), "here": bool(spot and outline.covers(spot)),
        "sun": got and round(got["sun"]), "sun_mwh": got and _mwh(got["energy"]),
        "electricity_mwh": got and _mwh(got["electricity"]), "shade": got and round(100 * got["shade"]),
    }  # fmt: skip


def _outline(rings: Sequence[Sequence[float]]) -> shapely.Polygon:
    return shapely.Polygon(list(zip(rings[0][0::3], rings[0][1::3], strict=True)))


def credited(city: City) -> list[str]:
    """Whom the data in the twin is by, each once. Asked of the lake again only where it has changed."""
    return _credited(city.id, (keeping.state(city), mesh_version(city)))


@lru_cache(maxsize=16)
def _credited(city_id: str, _state: tuple[keeping.State, int]) -> list[str]:
    city = cities.load(city_id)
    sources = mesh_sources(city)
    if keeping.is_there(city):
        with keeping.opened(city) as asked:
            told = "SELECT source FROM all_objects UNION SELECT source FROM places UNION SELECT source FROM roads"
            sources |= {source for (source,) in asked.sql(told).fetchall()}
    known = credits(city)
    fitting = [next((text for files, text in known if fnmatch(source, files)), None) for source in sorted(sources)]
    return list(dict.fromkeys(text for text in fitting if text))
