"""A city's own `twin/twin.toml`: how far its heights lie above the ellipsoid, and where the first view is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field
from pyproj import CRS
from pyproj.exceptions import CRSError

from toimiva.core.city.api import City, Strict, read_model

__all__ = ["credits", "height_offsets", "labels", "left_by_clouds", "metric_system", "view"]


def _in_metres(code: int) -> int:
    try:
        axes = CRS.from_epsg(code).axis_info[:2]
    except CRSError:
        axes = []
    if [axis.unit_name for axis in axes] != ["metre", "metre"]:
        raise ValueError(f"EPSG:{code} is no system in metres")
    return code


Metres = Annotated[float, Field(allow_inf_nan=False)]
Left = Annotated[float, Field(ge=0, le=1)]


class _Heights(Strict):
    epsg: tuple[int, ...]
    metres: Metres
    source: str


class _Credit(Strict):
    files: str
    text: str


class _View(Strict):
    longitude: float = Field(ge=-180, le=180)
    latitude: float = Field(ge=-90, le=90)
    height: float = Field(gt=0, le=1e6)


class _Sky(Strict):
    left: tuple[Left, ...] = Field(min_length=12, max_length=12)
    source: str


class _Twin(Strict):
    epsg: Annotated[int, AfterValidator(_in_metres)] | None = None
    labels: tuple[str, ...] = ("address",)
    credits: tuple[_Credit, ...] = ()
    heights: tuple[_Heights, ...] = ()
    view: _View | None = None
    sky: _Sky | None = None


def _read(city: City) -> _Twin:
    """Raises Invalid with every fault."""
    file = city.own("twin/twin.toml")
    return read_model(file, _Twin, "The twin's settings cannot be used.") if file else _Twin()


def height_offsets(city: City) -> Mapping[int, tuple[float, str]]:
    """(metres, source) by EPSG code: what is added to a file's heights to stand on the ellipsoid."""
    return {code: (one.metres, one.source) for one in _read(city).heights for code in one.epsg}


def labels(city: City) -> list[str]:
    """Attributes that name an object which has no name, the best first."""
    return list(_read(city).labels)


def credits(city: City) -> list[tuple[str, str]]:
    """(pattern of a file's name, whom its data is by): the first that fits a file is told on the page."""
    told = [(one.files, one.text) for one in _read(city).credits]
    return [*told, ("*.osm.pbf", "© OpenStreetMap contributors (ODbL)")]


def metric_system(city: City) -> int | None:
    """The EPSG code, in metres, that models in degrees are kept in; None where none is stated."""
    return _read(city).epsg


def view(city: City) -> Mapping[str, float]:
    """Longitude, latitude (degrees) and height (metres over the ground) of the first view; empty where not stated."""
    stated = _read(city).view
    return stated.model_dump() if stated else {}


def left_by_clouds(city: City) -> tuple[tuple[float, ...], str]:
    """What clouds leave of clear sky's radiation in each month, and where that is from; all where none is stated."""
    sky = _read(city).sky
    if sky is None:
        return (1.0,) * 12, "clear sky all year: no cloudiness is stated for this city"
    return sky.left, sky.source
