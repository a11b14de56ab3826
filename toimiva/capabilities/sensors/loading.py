"""Observations from files as they are published: GeoJSON with a series, and the Meteorological Institute's CSV.

A folder is loaded whole; a file that cannot be read is told and the others go on. Loaded again, nothing is doubled.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.db import transaction

from toimiva.capabilities.sensors.models import Datastream, Thing
from toimiva.capabilities.sensors.schema import ENTITIES
from toimiva.capabilities.sensors.storing import Measured, store
from toimiva.capabilities.sensors.times import read_instant
from toimiva.capabilities.sensors.writing import create, place_of
from toimiva.core.errors import Invalid

__all__ = ["Loaded", "load_folder"]

_NUMBER = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
_TEXT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_CategoryObservation"
# What the files call things: title, UCUM code, definition (a QUDT quantity kind).
_KNOWN: Mapping[str, tuple[str, str, str]] = {
    "temperature": ("Air temperature", "Cel", "http://qudt.org/vocab/quantitykind/Temperature"),
    "humidity": ("Relative humidity", "%", "http://qudt.org/vocab/quantitykind/RelativeHumidity"),
    "cloudiness": ("Cloudiness", "", "https://codes.wmo.int/bufr4/codeflag/0-20-011"),
}
_STATIONS = {"Helsinki Kumpula": (24.96131, 60.20307)}  # FMI station 101004, by its open list of stations
_WRONG = (  # what a file may be instead of what its reader knows
    ValueError, LookupError, TypeError, ArithmeticError, AttributeError, OSError, EOFError, csv.Error, zlib.error,
    Invalid,
)  # fmt: skip
_LOCAL = ZoneInfo("Europe/Helsinki")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file: how many observations were new, or why it was not read."""

    file: str
    thing: str
    observations: int
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _Series:
    """What a file tells: a thing at a place, and by name what was measured."""

    name: str
    description: str
    place: Mapping[str, Any]
    properties: Mapping[str, Any]
    measured: Mapping[str, list[Measured]]


def load_folder(folder: Path, *, city: str = "") -> Iterator[Loaded]:
    """Every file below a folder that a reader knows, its things a city's. Raises Invalid where there is none."""
    files = [(path, _reader(path)) for path in sorted(folder.rglob("*")) if path.is_file()]
    known = [(path, reader) for path, reader in files if reader]
    if not known:
        raise Invalid(
            what=f"There is nothing to load in {folder}.",
            mend="Give a folder with *.geojson series or fmi_*.csv[.gz] files.",
        )
    for path, reader in known:
        try:
            series = reader(path)
            with transaction.atomic():
                done = Loaded(path.name, series.name, _keep(series, city))
        except _WRONG as error:
            done = Loaded(path.name, "", 0, f"{type(error).__name__}: {error}"[:200])
        yield done


def _reader(path: Path) -> Any:
    if path.suffix == ".geojson":
        return _geojson
    return _cloudiness if path.name.startswith("fmi_cloudiness") else None


def _geojson(path: Path) -> _Series:
    """A feature whose `properties.data.raw` is a series; its newest measurement is another of the same."""
    told = orjson.loads(path.read_bytes())
    properties = dict(told["properties"])
    rows = [*properties.pop("data")["raw"], properties.pop("measurement")]
    names = sorted({name for row in rows for name in row if name in _KNOWN})
    if not names:
        raise ValueError("its series has nothing that is known")
    measured = {
        name: [Measured(read_instant(row["time"]), _number(row[name])) for row in rows if row.get(name) is not None]
        for name in names
    }
    return _Series(str(told["id"]), "A sensor of air temperature and humidity", told["geometry"], properties, measured)


def _number(value: object) -> float:
    found = float(value)  # type: ignore[arg-type]
    if not math.isfinite(found):
        raise ValueError(f"{value!r} is no measured number")
    return found


def _cloudiness(path: Path) -> _Series:
    """Cloudiness each ten minutes, in words, by local time (a BOM before its header)."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))[1:]
    station = rows[0][0]
    measured = [Measured(_local(row), row[5]) for row in rows if len(row) == 6 and row[5] not in ("", "-")]
    x, y = _STATIONS[station]
    place = {"type": "Point", "coordinates": [x, y]}
    return _Series(
        station, "A weather station of the Finnish Meteorological Institute", place, {}, {"cloudiness": measured}
    )


def _local(row: list[str]) -> dt.datetime:
    hour, minute = row[4].split(":")
    year, month, day = map(int, row[1:4])
    return dt.datetime(year, month, day, int(hour), int(minute), tzinfo=_LOCAL).astimezone(dt.UTC)


def _keep(series: _Series, city: str) -> int:
    thing = Thing.objects.filter(name=series.name).first() or _new_thing(series, city)
    feature = place_of(thing)
    return sum(store(_stream(thing, name, found), feature, found) for name, found in series.measured.items())


def _new_thing(series: _Series, city: str) -> Thing:
    place = {
        "name": f"Place of {series.name}", "description": "Where it is fixed", "encodingType": "application/geo+json",
        "location": series.place,
    }  # fmt: skip
    body = {
        "name": series.name,
        "description": series.description,
        "properties": {**series.properties, **({"city": city} if city else {})},
        "Locations": [place],
    }
    made: Thing = create(ENTITIES["Thing"], body)
    return made


def _stream(thing: Thing, name: str, measured: list[Measured]) -> Datastream:
    title, code, definition = _KNOWN[name]
    found = thing.datastreams.filter(name=title).first()
    if found is not None:
        return found
    text = bool(measured) and isinstance(measured[0].result, str)
    unit = {"name": title, "symbol": code, "definition": f"ucum:{code}"}
    none = {"name": None, "symbol": None, "definition": None}
    body = {
        "name": title, "description": f"{title} of {thing.name}", "observationType": _TEXT if text else _NUMBER,
        "unitOfMeasurement": unit if code else none,
        "Sensor": {"name": f"{thing.name} {name}", "description": thing.description, "encodingType": "text/html",
                   "metadata": "as its publisher describes it"},
        "ObservedProperty": {"name": title, "description": title, "definition": definition},
    }  # fmt: skip
    made: Datastream = create(ENTITIES["Datastream"], body, within={"Thing": thing})
    return made
