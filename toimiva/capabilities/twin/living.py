"""Layers of the living city: sensors, city bikes, buses, rounds by area (open counts only), and noise before walls.

Each place has what stands on the picture (`label`) and what the list says (`words`), in the reader's language.
"""

from __future__ import annotations

from typing import Any

import polars as pl
from django.utils.translation import gettext_lazy

from toimiva.capabilities.bikes import api as bikes
from toimiva.capabilities.buses import api as buses
from toimiva.capabilities.sensors import api as sensors
from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.showing import Box
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.publishing.api import open_tables
from toimiva.engines.noise.api import RECEIVER_HEIGHT

__all__ = ["MOST_WALLS", "live", "noise_in"]

MOST_WALLS = 10_000
Place = dict[str, Any]


def live(city: City, language: str) -> dict[str, list[Place]]:
    """Places by layer, each in degrees."""
    return {
        "sensors": _sensors(),
        "bikes": _bikes(city, language),
        "buses": _buses(city),
        "rounds": _rounds(city, language),
    }


def _sensors() -> list[Place]:
    return [
        {
            **_at(place.point), "label": ", ".join(_value(one) for one in newest if one.at) or place.name,
            "words": f"{place.name}: {', '.join(f'{one.words} {_value(one)}' for one in newest if one.at)}",
            "simulated": bool(place.properties.get("simulated")),
        }
        for place, newest in sensors.placed() if place.point
    ]  # fmt: skip


def _value(one: Any) -> str:
    value = one.text if one.number is None else f"{round(one.number, 1):g}"
    return f"{value} {one.unit}".strip()


def _bikes(city: City, language: str) -> list[Place]:
    free = gettext_lazy("bikes free")
    return [
        {
            **_at((one.longitude, one.latitude)), "label": str(one.bikes),
            "words": f"{cities.text_in(one.names, language)}: {one.bikes} {free}", "simulated": one.simulated,
        }
        for one in bikes.stations(city)
    ]  # fmt: skip


def _buses(city: City) -> list[Place]:
    going = gettext_lazy("on its way")
    return [
        {
            **_at((one.longitude, one.latitude)), "label": one.label or one.route or one.number,
            "words": f"{one.label or one.route or one.number}: {going}", "simulated": one.simulated,
        }
        for one in buses.vehicles_at(city, cities.now(city.id))
    ]  # fmt: skip


def _rounds(city: City, language: str) -> list[Place]:
    """Places offered by each service's newest round, by area: counts that are published, none under five."""
    table, offered = open_tables["rounds-by-area"], gettext_lazy("places offered")
    rows = table.rows(city)
    newest = rows.group_by("service", maintain_order=True).agg(pl.last("round"))
    areas = open_tables["sub-areas"].rows(city)
    told = rows.join(newest, on=["service", "round"]).drop_nulls("offered").join(
        areas, left_on="area", right_on="code"
    )  # fmt: skip
    name = "name_sv" if language == "sv" else "name_fi"
    return [
        {
            **_at((row["longitude"], row["latitude"])), "label": str(row["offered"]),
            "words": f"{row[name]}: {row['offered']} {offered} ({row['service']})",
            "simulated": table.is_simulated(city),
        }
        for row in told.sort("offered", descending=True).iter_rows(named=True)
    ]  # fmt: skip


def _at(point: tuple[float, float] | None) -> Place:
    longitude, latitude = point or (None, None)
    return {"longitude": longitude, "latitude": latitude}


def noise_in(city: City, branch: str, box: Box) -> list[tuple[float, float, float, int]]:
    """Longitude, latitude, height above the ellipsoid and dB (Lden) before walls in a box, the loudest first, at most
    MOST_WALLS."""
    with keeping.opened(city, branch) as asked:
        rows = asked.execute(
            f"SELECT n.longitude, n.latitude, o.ground + o.undulation + {RECEIVER_HEIGHT}, n.den FROM noise n "
            "JOIN objects o ON o.id = n.object AND o.source = n.source WHERE n.longitude BETWEEN ? AND ? "
            f"AND n.latitude BETWEEN ? AND ? ORDER BY n.den DESC, n.wall LIMIT {MOST_WALLS}",
            [box.west, box.east, box.south, box.north],
        ).fetchall()  # fmt: skip
    return [(round(lon, 6), round(lat, 6), round(height, 1), round(den)) for lon, lat, height, den in rows]
