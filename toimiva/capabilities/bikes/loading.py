"""Stations from an operator's feed (GBFS 2 and 3, station_information.json and station_status.json), or simulated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from django.db import transaction

from toimiva.capabilities.bikes.models import Station
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import Invalid
from toimiva.core.geography import api as geography

__all__ = ["load_feed", "simulate", "stations"]


def stations(city: City) -> list[Station]:
    """Stations of a city by number; nobody changes them but by loading."""
    return list(Station.objects.filter(city=city.id).order_by("number"))


def load_feed(city: City, folder: Path) -> int:
    """Stations of a feed in a folder, in place of those before; how many. Raises Invalid, and changes nothing then."""
    told = [_read(folder / f"station_{name}.json") for name in ("information", "status")]
    information, status = ({str(one.get("station_id")): one for one in stations} for stations in told)
    try:
        rows = [_station(city, number, one, status[number]) for number, one in information.items() if number in status]
    except (KeyError, TypeError, ValueError) as error:
        why = f"{type(error).__name__}: {error}"
        raise Invalid(
            what="The feed has a station that is not as GBFS says.", why=why, mend="See that field."
        ) from error
    return _keep(city, rows)


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        stations = orjson.loads(path.read_bytes())["data"]["stations"]
        if not isinstance(stations, list) or not all(isinstance(one, dict) for one in stations):
            raise ValueError("data.stations is no list of objects")
        return stations
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"{type(error).__name__}: {error}"
        raise Invalid(what=f"{path.name} is no GBFS feed.", why=why, mend="Give a folder of GBFS 2 or 3.") from error


def _station(city: City, number: str, one: Mapping[str, Any], now: Mapping[str, Any]) -> Station:
    names = one["name"] if isinstance(one["name"], list) else [{"language": "fi", "text": one["name"]}]
    bikes = now.get("num_vehicles_available", now.get("num_bikes_available"))
    return Station(
        city=city.id, number=number, names={name["language"]: str(name["text"]) for name in names},
        longitude=_within(one["lon"], 180), latitude=_within(one["lat"], 90), capacity=one.get("capacity"),
        bikes=int(bikes),
        docks=now.get("num_docks_available"), renting=bool(now["is_renting"]), reported=_instant(now["last_reported"]),
    )  # fmt: skip


def _within(value: Any, most: float) -> float:
    number = float(value)
    if not abs(number) <= most:
        raise ValueError(f"{value} is no coordinate")
    return number


def _instant(value: Any) -> dt.datetime:
    """GBFS 3 writes RFC 3339, GBFS 2 seconds since 1970."""
    if isinstance(value, int | float):
        return dt.datetime.fromtimestamp(value, dt.UTC)
    return dt.datetime.fromisoformat(value).astimezone(dt.UTC)


def simulate(city: City, *, stations: int, seed: int) -> int:
    """Stations about the middles of sub-areas, with bikes as they happen to be: labelled simulated."""
    random, areas = np.random.default_rng(seed), sorted(geography.sub_areas(city).items())
    return _keep(city, list(_simulated(city, stations, random, areas)))


def _simulated(city: City, stations: int, random: np.random.Generator, areas: list[Any]) -> Iterator[Station]:
    now = cities.now(city.id)
    for number in range(stations):
        _, area = areas[number % len(areas)]
        away = random.normal(0, 250, 2)
        longitude, latitude = geography.to_degrees(area["x"] + away[0], area["y"] + away[1])
        capacity = int(random.integers(12, 40))
        bikes = int(random.binomial(capacity, 0.45))
        round_ = number // len(areas) + 1
        yield Station(
            city=city.id, number=f"{number + 1:03}", capacity=capacity, bikes=bikes, docks=capacity - bikes,
            renting=True,
            names={"fi": f"{area['name_fi']} {round_}", "sv": f"{area['name_sv']} {round_}"}, reported=now,
            simulated=True,
            longitude=float(longitude), latitude=float(latitude),
        )  # fmt: skip


def _keep(city: City, rows: list[Station]) -> int:
    with transaction.atomic():
        Station.objects.filter(city=city.id).delete()
        Station.objects.bulk_create(rows, batch_size=500)
    return len(rows)
