"""GeoJSON (RFC 7946): footprints with heights, raised to blocks (level of detail 1), or polygons that have heights."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import IO, Any

import orjson

from toimiva.engines.citymodels.blocks import AT_ZERO, block, tree
from toimiva.engines.citymodels.frames import epsg_of
from toimiva.engines.citymodels.objects import CityObject, Finding, Polygon, Unreadable
from toimiva.engines.citymodels.surroundings import TREE, Surroundings, is_surrounding, surroundings_of_features

__all__ = ["read_geojson", "surroundings_of_geojson"]

_HEIGHTS = ("height", "measuredHeight", "korkeus", "building:height", "render_height")
_BASES = ("base", "ground", "min_height", "maanpinta")
_STOREYS = ("storeysAboveGround", "building:levels", "kerrosluku", "storeys")
_STOREY = 3.0  # metres, where only storeys are told
_TREE = 10.0  # metres: a tree that tells no height
_BETWEEN = b"\x1e \t\r"  # what stands around the texts of a sequence
_DEGREE = 1 / 111_320  # degrees of a metre to the north


def read_geojson(source: IO[bytes], name: str) -> Iterator[CityObject]:
    """Polygons and MultiPolygons; what is neither these nor a surrounding is a finding. Degrees of WGS 84 unless a
    `crs` says otherwise."""
    features, srs = _features(source, name)
    for number, feature in enumerate(features):
        if not is_surrounding(feature):
            yield _object(feature, number, srs)


def surroundings_of_geojson(source: IO[bytes], name: str) -> Surroundings:
    """Places and roads: see `surroundings_of_features`."""
    features, srs = _features(source, name)
    try:
        return surroundings_of_features(features, srs)
    except (TypeError, ValueError, IndexError) as error:
        why = f"{type(error).__name__}: {error}"
        raise Unreadable(f"{name} has a point or a line that cannot be read.", why=why, mend="See RFC 7946.") from error


def _features(source: IO[bytes], name: str) -> tuple[list[Any], str]:
    """Features of a collection, of a text sequence (RFC 8142) or one alone, and the reference system as written."""
    try:
        document = _parsed(source.read())
        srs = str(((document.get("crs") or {}).get("properties") or {}).get("name") or "OGC:CRS84")
        return [document] if document.get("type") == "Feature" else list(document["features"]), srs
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        why, mend = f"{type(error).__name__}: {error}", "It needs a FeatureCollection, a Feature, or one on each line."
        raise Unreadable(f"{name} is no GeoJSON.", why=why, mend=mend) from error


def _parsed(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        with suppress(orjson.JSONDecodeError):
            lines = (line.strip(_BETWEEN) for line in text.splitlines())
            return {"features": [orjson.loads(line) for line in lines if line]}
        raise


def _object(feature: Any, number: int, srs: str) -> CityObject:
    told = feature.get("properties") or {} if isinstance(feature, dict) else {}
    key = str((feature.get("id") if isinstance(feature, dict) else None) or told.get("id") or f"feature-{number}")
    found = CityObject(key, str(told.get("kind") or "Building"), "", str(told.get("name") or ""), srs, dict(told))
    try:
        geometry = feature["geometry"]
        if geometry["type"] == "Point" and told.get("kind") == TREE:
            return _tree(found, geometry["coordinates"], told)
        shapes = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}[geometry["type"]]
        for at, rings in enumerate(shapes):
            found.polygons += _raised(rings, told, f"{key}/{at}", at)
        if _first(told, _BASES) is None and any(polygon.solid >= 0 for polygon in found.polygons):
            found.attributes |= AT_ZERO
    except (TypeError, KeyError, ValueError, IndexError) as error:
        found.findings.append(Finding(1001, key, f"No polygon can be read: {type(error).__name__}: {error}."))
    return found


def _tree(found: CityObject, at: Sequence[float], told: Mapping[str, Any]) -> CityObject:
    """A tree of `height` metres with a `crown` so many metres wide: half its height where none is told."""
    x, y = float(at[0]), float(at[1])
    base, height = _first(told, _BASES) or 0.0, _first(told, _HEIGHTS) or _TREE
    crown = _first(told, ("crown",)) or height / 2
    per_y = 1.0 if found.srs and epsg_of(found.srs) != 4326 else _DEGREE
    per_x = per_y if per_y == 1.0 else per_y / max(math.cos(math.radians(y)), 0.01)
    found.kind = "SolitaryVegetationObject"
    found.polygons = tree((x, y), base, height, crown, f"{found.id}/crown", metre=(per_x, per_y))
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
