"""Simulated outdoor stations in a heat wave, labelled simulated: warmth and fine particles.

The day's course of the air as a sine between its lowest at five and its highest at five in the afternoon, about what
Helsinki's warmest days of July have had (17 and 30 degrees). Particles by how much people drive: most at eight and at
sixteen. Each place is a little more or less than the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from toimiva.capabilities.sensors.models import Observation, Thing
from toimiva.capabilities.sensors.schema import ENTITIES
from toimiva.capabilities.sensors.storing import Columns, append
from toimiva.capabilities.sensors.writing import create, place_of
from toimiva.core.city.api import City
from toimiva.core.errors import Conflict
from toimiva.core.geography import api as geography

__all__ = ["simulate_heat"]

_APART_M = 500.0
STEP = 10  # minutes between observations
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Model:
    """What is observed, and its course by the hour of the day; standard deviations of places and of moments."""

    definition: str
    unit: Mapping[str, str]
    course: Callable[[Floats], Floats]
    of_places: float
    of_moments: float


def _warmth(hours: Floats) -> Floats:
    return 23.5 + 6.5 * np.cos((hours - 17) / 24 * 2 * np.pi)


def _particles(hours: Floats) -> Floats:
    rush = np.exp(-(((hours - 8) / 1.5) ** 2)) + np.exp(-(((hours - 16) / 2) ** 2))
    return 7 + 12 * rush


_MODELS: Mapping[str, _Model] = {
    "Air temperature": _Model(
        "http://qudt.org/vocab/quantitykind/Temperature",
        {"name": "degree Celsius", "symbol": "°C", "definition": "ucum:Cel"}, _warmth, 1.2, 0.2,
    ),
    "Fine particles": _Model(
        "http://qudt.org/vocab/quantitykind/MassConcentration#PM2.5",
        {"name": "microgram per cubic metre", "symbol": "µg/m³", "definition": "ucum:ug/m3"}, _particles, 2.5, 0.8,
    ),
}  # fmt: skip


def simulate_heat(city: City, *, stations: int, first: dt.date, days: int, seed: int) -> Iterator[tuple[str, int]]:
    """Stations in sub-areas, the first of each in its middle, for some days: each one's name, and how many it observed.

    Raises Conflict for days that a station has already.
    """
    areas = sorted(geography.sub_areas(city).items())
    generator = np.random.default_rng([seed, first.toordinal()])
    chosen = np.random.default_rng(seed).permutation(len(areas))
    for number in range(stations):
        code, area = areas[int(chosen[number % len(areas)])]
        with transaction.atomic():
            thing = _station(city, code, area, number // len(areas))
            yield thing.name, _observe(city, thing, first, days, generator)


def _station(city: City, code: str, area: dict[str, Any], more: int) -> Thing:
    name = f"Sääasema, {area['name_fi']}{f' {more + 1}' if more else ''}"
    found = Thing.objects.filter(name=name, properties__city=city.id, properties__kind="weather station").first()
    x, y = geography.to_degrees(area["x"] + more * _APART_M, area["y"])
    return found or create(ENTITIES["Thing"], {
        "name": name, "description": "A weather station (simulated)",
        "properties": {"kind": "weather station", "city": city.id, "sub_area": code, "simulated": True},
        "Locations": [{"name": area["name_fi"], "description": "A place (simulated)",
                       "encodingType": "application/geo+json",
                       "location": {"type": "Point", "coordinates": [float(x), float(y)]}}],
        "Datastreams": [_stream(title, model) for title, model in _MODELS.items()],
    })  # fmt: skip


def _stream(title: str, model: _Model) -> dict[str, Any]:
    return {
        "name": title, "description": f"{title} (simulated)", "unitOfMeasurement": dict(model.unit),
        "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "Sensor": {"name": "Simulated station", "description": "A model, no device", "encodingType": "text/html",
                   "metadata": "the course of a hot day"},
        "ObservedProperty": {"name": title, "description": title, "definition": model.definition},
    }  # fmt: skip


def _observe(city: City, thing: Thing, first: dt.date, days: int, generator: np.random.Generator) -> int:
    start = dt.datetime.combine(first, dt.time(), city.zone).astimezone(dt.UTC)
    times = [start + dt.timedelta(minutes=STEP * n) for n in range(days * 24 * 60 // STEP)]
    within = (times[0], times[-1])
    if Observation.objects.filter(datastream__thing=thing, phenomenon_time__range=within).exists():
        raise Conflict(what=f"{thing.name} has observations of these days.", mend="Simulate days that follow.")
    hours = np.array([at.astimezone(city.zone).hour + at.minute / 60 for at in times])
    feature = place_of(thing).pk
    for stream in thing.datastreams.order_by("pk"):
        model = _MODELS[stream.name]
        values = model.course(hours) + generator.normal(0, model.of_places)
        values += generator.normal(0, model.of_moments, len(times))
        columns: Columns = {
            "phenomenon_time": times,
            "result_time": times,
            "result_number": [max(0.0, round(float(one), 1)) for one in values],
        }
        append(stream, columns, {"feature_of_interest_id": feature})
    return len(times) * len(_MODELS)
