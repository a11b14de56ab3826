"""A city's own `twin/twin.toml`: how far its heights lie above the ellipsoid, and where the first view is."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from toimiva.core.city.api import City
from toimiva.core.errors import Fault, Invalid

__all__ = ["credits", "height_offsets", "labels", "left_by_clouds", "metric_system", "view"]


def _read(city: City) -> dict[str, Any]:
    file = city.own("twin/twin.toml")
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        fault = Fault(str(file), 0, str(error), "Write it as TOML.")
        raise Invalid(what="The twin's settings cannot be read.", faults=[fault]) from error


def height_offsets(city: City) -> Mapping[int, tuple[float, str]]:
    """(metres, source) by EPSG code: what is added to a file's heights to stand on the ellipsoid."""
    entries = _read(city).get("heights", [])
    return {code: (float(one["metres"]), one["source"]) for one in entries for code in one["epsg"]}


def labels(city: City) -> list[str]:
    """Attributes that name an object which has no name, the best first."""
    return [str(one) for one in _read(city).get("labels", ["address"])]


def credits(city: City) -> list[tuple[str, str]]:
    """(pattern of a file's name, whom its data is by): the first that fits a file is told on the page."""
    told = [(str(one["files"]), str(one["text"])) for one in _read(city).get("credits", [])]
    return [*told, ("*.osm.pbf", "© OpenStreetMap contributors (ODbL)")]


def metric_system(city: City) -> int | None:
    """The EPSG code, in metres, that models in degrees are kept in; None where none is stated."""
    return _read(city).get("epsg")


def view(city: City) -> Mapping[str, float]:
    """Longitude, latitude (degrees) and height (metres over the ground) of the first view; empty where not stated."""
    return _read(city).get("view", {})


def left_by_clouds(city: City) -> tuple[tuple[float, ...], str]:
    """What clouds leave of clear sky's radiation in each month, and where that is from; all where none is stated."""
    told = _read(city).get("sky")
    if told is None:
        return (1.0,) * 12, "clear sky all year: no cloudiness is stated for this city"
    return tuple(float(month) for month in told["left"]), str(told["source"])
