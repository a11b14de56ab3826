"""Where vehicles are at an instant; simulated ones go up and down their line as the clock goes, labelled simulated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import transaction
from pyproj import Geod

from toimiva.capabilities.buses.models import Vehicle
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import Conflict
from toimiva.core.geography import api as geography

__all__ = ["Position", "simulate", "vehicles_at"]

SILENT = dt.timedelta(minutes=10)
_EARTH = Geod(ellps="WGS84")
_STOPS = 7
_OF_LINE = 6  # simulated vehicles on a line
_SPEED = 6.5  # metres a second, stops counted


@dataclass(frozen=True, slots=True)
class Position:
    """A vehicle at an instant: degrees, bearing clockwise from north, speed in metres a second (None: not told)."""

    number: str
    label: str
    route: str
    trip: str
    longitude: float
    latitude: float
    bearing: float | None
    speed: float | None
    at: dt.datetime
    simulated: bool


def vehicles_at(city: City, at: dt.datetime) -> list[Position]:
    """Vehicles by number; one that has been silent for SILENT is left out."""
    found = (_position(row, at) for row in Vehicle.objects.filter(city=city.id).order_by("number"))
    return [one for one in found if abs(at - one.at) <= SILENT]


def _position(row: Vehicle, at: dt.datetime) -> Position:
    longitude, latitude, bearing, when = row.longitude, row.latitude, row.bearing, row.reported
    if row.line:
        longitude, latitude, bearing = _on_line(row.line, (at - row.reported).total_seconds() * (row.speed or 0))
        when = at
    return Position(
        row.number, row.label, row.route, row.trip, longitude, latitude, bearing, row.speed, when, row.simulated
    )


def _on_line(line: list[list[float]], metres: float) -> tuple[float, float, float]:
    """Longitude, latitude and bearing so many metres up a line, or down it again."""
    longitudes, latitudes = np.array(line).T
    bearings, _, lengths = _EARTH.inv(longitudes[:-1], latitudes[:-1], longitudes[1:], latitudes[1:])
    whole = float(lengths.sum())
    gone = metres % (2 * whole)
    down = gone > whole
    along = 2 * whole - gone if down else gone
    ends = np.cumsum(lengths)
    at = min(int(np.searchsorted(ends, along)), len(lengths) - 1)
    into = along - (ends[at] - lengths[at])
    longitude, latitude, _ = _EARTH.fwd(longitudes[at], latitudes[at], bearings[at], into)
    return round(float(longitude), 6), round(float(latitude), 6), float(bearings[at] + (180 if down else 0)) % 360


def simulate(city: City, *, lines: int, seed: int) -> int:
    """Vehicles on made-up lines between sub-areas, in place of those that are there; how many.

    Raises Conflict for a city that has no two sub-areas to go between.
    """
    if len(geography.sub_areas(city)) < 2:
        raise Conflict(what=f"{city.id} has no two sub-areas to go between.", mend="Load a feed instead: `buses load`.")
    rows = list(_simulated(city, lines, np.random.default_rng(seed)))
    with transaction.atomic():
        Vehicle.objects.filter(city=city.id).delete()
        Vehicle.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def _simulated(city: City, lines: int, random: np.random.Generator) -> Iterator[Vehicle]:
    now, spots = cities.now(city.id), [(a["x"], a["y"]) for _, a in sorted(geography.sub_areas(city).items())]
    for number in range(1, lines + 1):
        line = _line(np.array(spots, dtype=float), random)
        for vehicle in range(1, _OF_LINE + 1):
            back = dt.timedelta(seconds=float(random.uniform(0, 7200)))
            yield Vehicle(
                city=city.id, number=f"sim-{number}-{vehicle}", label=f"{number}", route=f"sim-{number}",
                trip=f"sim-{number}-{vehicle}", longitude=line[0][0], latitude=line[0][1], speed=_SPEED, line=line,
                reported=now - back, simulated=True,
            )  # fmt: skip


def _line(spots: Any, random: np.random.Generator) -> list[list[float]]:
    """From a sub-area onwards to the nearest that it has not been to, in degrees."""
    left = list(range(len(spots)))
    here = int(random.integers(len(spots)))
    passed = [here]
    left.remove(here)
    while left and len(passed) < _STOPS:
        here = min(left, key=lambda one: float(np.hypot(*(spots[one] - spots[passed[-1]]))))
        passed.append(here)
        left.remove(here)
    degrees: list[list[float]] = np.column_stack(geography.to_degrees(*spots[passed].T)).tolist()
    return degrees
