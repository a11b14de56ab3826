"""Simulated air of a city's schools: rooms with carbon dioxide and movement, labelled simulated.

Carbon dioxide by the mass balance of a well-mixed room (ASTM D6245, section 8): what pupils breathe out, less what the
ventilation takes away. One room in ten has a third of the air it should have.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from django.db import transaction

from toimiva.capabilities.sensors.models import Datastream, Observation, Thing
from toimiva.capabilities.sensors.schema import ENTITIES
from toimiva.capabilities.sensors.storing import Columns, append
from toimiva.capabilities.sensors.writing import create, place_of
from toimiva.core.city.api import City
from toimiva.core.errors import Conflict
from toimiva.core.geography import api as geography

__all__ = ["simulate_schools"]

STEP = 5  # minutes between observations
_OUTSIDE = 420.0  # ppm
_VOLUME = 180.0  # m3: 60 m2, 3 m high
_BREATH = 4.0e-3  # litres of CO2 a second of one pupil at a desk
_GOOD, _WEAK = 6.0, 2.0  # litres of air a second for each pupil
_MEASURE = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
_STREAMS: Mapping[str, tuple[str, str]] = {
    "Carbon dioxide": ("[ppm]", "http://qudt.org/vocab/quantitykind/AmountOfSubstanceFraction#CO2"),
    "Movement": ("{people}", "https://schema.org/Action#movement"),
}


def simulate_schools(
    city: City, *, schools: int, rooms: int, first: dt.date, days: int, seed: int
) -> Iterator[tuple[str, int]]:
    """Schools with their rooms, observed for some days: each one's name, and how many observations it gave.

    A school that is there already gets the days that follow; the same days again are refused (Conflict).
    """
    areas = sorted(geography.sub_areas(city).items())
    chosen = np.random.default_rng(seed).permutation(len(areas))
    for number in range(schools):
        _, area = areas[int(chosen[number % len(areas)])]
        name = f"Koulu {number + 1}, {area['name_fi']}"
        x, y = geography.to_degrees(area["x"] + number // len(areas) * 150, area["y"])
        point = (float(x), float(y))
        with transaction.atomic():
            things = [_room(city, name, room + 1, point) for room in range(rooms)]
            yield name, sum(_observe(city, thing, first, days, [seed, number, n]) for n, thing in enumerate(things))


def _room(city: City, school: str, number: int, point: tuple[float, float]) -> Thing:
    name = f"{school}: luokka {number}"
    found = Thing.objects.filter(name=name, properties__city=city.id, properties__kind="classroom").first()
    properties = {"kind": "classroom", "school": school, "room": str(number), "city": city.id, "simulated": True}
    return found or create(ENTITIES["Thing"], {
        "name": name, "description": "A classroom (simulated)", "properties": properties,
        "Locations": [{"name": school, "description": "The school (simulated)", "encodingType": "application/geo+json",
                       "location": {"type": "Point", "coordinates": [*point]}}],
        "Datastreams": [_stream(title, code, definition) for title, (code, definition) in _STREAMS.items()],
    })  # fmt: skip


def _stream(title: str, code: str, definition: str) -> dict[str, Any]:
    symbol = "" if code.startswith("{") else code.strip("[]")
    return {
        "name": title, "description": f"{title} of a room (simulated)", "observationType": _MEASURE,
        "unitOfMeasurement": {"name": symbol, "symbol": symbol, "definition": f"ucum:{code}"},
        "Sensor": {"name": "Simulated", "description": "A model, no device", "encodingType": "text/html",
                   "metadata": "mass balance of a well-mixed room, ASTM D6245"},
        "ObservedProperty": {"name": title, "description": title, "definition": definition},
    }  # fmt: skip


def _observe(city: City, thing: Thing, first: dt.date, days: int, seed: list[int]) -> int:
    start = dt.datetime.combine(first, dt.time(), city.zone).astimezone(dt.UTC)
    times = [start + dt.timedelta(minutes=STEP * n) for n in range(days * 24 * 60 // STEP)]
    streams = {stream.name: stream for stream in thing.datastreams.all()}
    if _has(streams["Carbon dioxide"], times):
        raise Conflict(what=f"{thing.name} has observations of these days.", mend="Simulate days that follow.")
    generator = np.random.default_rng([*seed, first.toordinal()])
    weak = np.random.default_rng(seed).random() < 0.1
    people = _people(generator, [at.astimezone(city.zone) for at in times])
    feature = place_of(thing).pk
    told = {"Carbon dioxide": _carbon_dioxide(generator, people, weak=weak), "Movement": people}
    for title, values in told.items():
        columns: Columns = {
            "phenomenon_time": times,
            "result_time": times,
            "result_number": [float(one) for one in values],
        }
        append(streams[title], columns, {"feature_of_interest_id": feature})
    return len(times) * len(told)


def _has(stream: Datastream, times: list[dt.datetime]) -> bool:
    return Observation.objects.filter(datastream=stream, phenomenon_time__range=(times[0], times[-1])).exists()


def _people(generator: np.random.Generator, times: list[dt.datetime]) -> np.ndarray:
    """Pupils in the room: lessons of 45 minutes on schooldays from 8.15 to 14, with breaks between."""
    pupils = int(generator.integers(18, 26))
    minute = np.array([(at.hour - 8) * 60 + at.minute - 15 for at in times])
    lesson = (minute >= 0) & (minute < 345) & (minute % 60 < 45)
    school_day = np.array([at.weekday() < 5 for at in times])
    return np.where(lesson & school_day, pupils, 0)


def _carbon_dioxide(generator: np.random.Generator, people: np.ndarray, *, weak: bool) -> np.ndarray:
    """Parts per million, step by step."""
    supply = (_WEAK if weak else _GOOD) * 22 / 1000  # m3 a second, whoever is there
    change = np.exp(-supply * STEP * 60 / _VOLUME)
    found, now = np.empty(len(people)), _OUTSIDE
    for n, there in enumerate(people):
        balance = _OUTSIDE + there * _BREATH / 1000 / supply * 1e6
        now = balance + (now - balance) * change
        found[n] = now
    return np.round(found + generator.normal(0, 8, len(people)))
