"""GeoJSON (RFC 7946): footprints with heights, raised to blocks (level of detail 1), or polygons that have heights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

import orjson

from toimiva.engines.citymodels.blocks import block
from toimiva.engines.citymodels.objects import CityObject, Finding, Polygon, Unreadable

__all__ = ["read_geojson"]

_HEIGHTS = ("height", "measuredHeight", "korkeus", "building:height", "render_height")
_BASES = ("base", "ground", "min_height", "maanpinta")
_STOREYS = ("storeysAboveGround", "building:levels", "kerrosluku", "storeys")
_STOREY = 3.0  # metres, where only storeys are told


def read_geojson(source: IO[bytes], name: str) -> Iterator[CityObject]:
    """Polygons and MultiPolygons; other geometries are findings. Degrees of WGS 84 unless a `crs` says otherwise."""
    try:
        document = orjson.loads(source.read())
        features = document["features"]
        srs = str(((document.get("crs") or {}).get("properties") or {}).get("name") or "OGC:CRS84")
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        why = f"{type(error).__name__}: {error}"
        raise Unreadable(f"{name} is no GeoJSON.", why=why, mend="It needs a FeatureCollection.") from error
    for number, feature in enumerate(features):
        yield _object(feature, number, srs)


def _object(feature: Any, number: int, srs: str) -> CityObject:
    told = feature.get("properties") or {} if isinstance(feature, dict) else {}
    key = str((feature.get("id") if isinstance(feature, dict) else None) or told.get("id") or f"feature-{number}")
    found = CityObject(key, str(told.get("kind") or "Building"), "", str(told.get("name") or ""), srs, dict(told))
    try:
        geometry = feature["geometry"]
        shapes = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}[geometry["type"]]
        for at, rings in enumerate(shapes):
            found.polygons += _raised(rings, told, f"{key}/{at}", at)
    except (TypeError, KeyError, ValueError, IndexError) as error:
        found.findings.append(Finding(1001, key, f"No polygon can be read: {type(error).__name__}: {error}."))
    return found


def _raised(rings: Sequence[Any], told: Mapping[str, Any], part: str, solid: int) -> list[Polygon]:
    if all(len(point) > 2 for ring in rings for point in ring):
        flat = [[float(value) for point in _open(ring) for value in point[:3]] for ring in rings]
        return [Polygon(part, "", part, "2", flat)]
    height = _first(told, _HEIGHTS)
    if height is None:
        storeys = _first(told, _STOREYS)
        height = storeys * _STOREY if storeys is not None else 0.0
    base = _first(told, _BASES) or 0.0
    outlines = [[(float(point[0]), float(point[1])) for point in _open(ring)] for ring in rings]
    return block(outlines, base, base + height, part, solid)


def _open(ring: Sequence[Any]) -> Sequence[Any]:
    return ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring


def _first(told: Mapping[str, Any], names: Sequence[str]) -> float | None:
    for name in names:
        try:
            return float(told[name])
        except (KeyError, TypeError, ValueError):
            continue
    return None
