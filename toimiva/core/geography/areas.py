"""Boundaries of sub-areas: read from GeoJSON, kept in EPSG:3879."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from django.conf import settings
from pyproj import Transformer
from shapely import STRtree, transform
from shapely.errors import ShapelyError
from shapely.geometry import Point, mapping, shape
from shapely.geometry.base import BaseGeometry

from toimiva.core.city.api import City
from toimiva.core.errors import Invalid

__all__ = ["TO_GK25", "areas", "keep_areas", "locate", "to_degrees", "to_grid"]

TO_GK25 = Transformer.from_crs("EPSG:4326", "EPSG:3879", always_xy=True)


def home(city: City) -> Path:
    """Where a city's ground is kept."""
    return Path(settings.HOME) / "geography" / city.id


def _file(city: City) -> Path:
    return home(city) / "sub_areas.geojson"


def keep_areas(city: City, content: bytes, source: str) -> int:
    """Keep sub-areas (GeoJSON in CRS84 with `tunnus`); how many there were. Raises Invalid, naming the source."""
    try:
        kept = [_feature(feature) for feature in orjson.loads(content.decode("utf-8-sig"))["features"]]
    except (ValueError, KeyError, TypeError, AttributeError, ShapelyError) as error:
        raise Invalid(
            what=f"{source} is not GeoJSON of sub-areas.",
            why=f"{type(error).__name__}: {error}",
            mend="Each feature needs a geometry and the property `tunnus`, in longitude and latitude.",
        ) from error
    _file(city).parent.mkdir(parents=True, exist_ok=True)
    _file(city).write_text(json.dumps({"type": "FeatureCollection", "features": kept}), encoding="utf-8")
    return len(kept)


def _feature(feature: dict[str, Any]) -> dict[str, Any]:
    moved = transform(shape(feature["geometry"]), TO_GK25.transform, interleaved=False)
    return {"type": "Feature", "properties": {"code": feature["properties"]["tunnus"]}, "geometry": mapping(moved)}


def areas(city: City) -> Mapping[str, BaseGeometry]:
    """Boundary by sub-area code, or nothing where none have been loaded."""
    file = _file(city)
    return _read(file, file.stat().st_mtime_ns) if file.exists() else {}


@lru_cache(maxsize=4)
def _read(file: Path, _changed: int) -> dict[str, BaseGeometry]:
    features = json.loads(file.read_text(encoding="utf-8"))["features"]
    return {feature["properties"]["code"]: shape(feature["geometry"]) for feature in features}


def to_grid(longitude: Any, latitude: Any) -> tuple[Any, Any]:
    """Degrees as metres of EPSG:3879: easting, northing."""
    return TO_GK25.transform(longitude, latitude)


def to_degrees(x: Any, y: Any) -> tuple[Any, Any]:
    """Metres of EPSG:3879 as degrees to six decimals (a tenth of a metre): longitude, latitude."""
    longitude, latitude = TO_GK25.transform(x, y, direction="INVERSE")
    return np.round(longitude, 6), np.round(latitude, 6)


def locate(city: City, spots: list[tuple[float, float]]) -> list[str | None]:
    """The sub-area that each spot (x, y in EPSG:3879) lies in; None outside all, or where none have been loaded."""
    codes, shapes = list(areas(city)), list(areas(city).values())
    tree = STRtree(shapes)
    hits = [tree.query(Point(spot), predicate="within") for spot in spots]
    return [codes[int(hit.min())] if len(hit) else None for hit in hits]
