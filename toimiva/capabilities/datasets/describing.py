"""The interface of places for programs, OGC API Features and Tiles, as OpenAPI 3.0 (OGC 17-069r4, section 7.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from toimiva.capabilities.datasets.catalogue import Table
from toimiva.capabilities.datasets.systems import CRS84, SYSTEMS
from toimiva.core.publishing.api import Column

__all__ = ["MOST", "USUAL", "interface", "json_type"]

USUAL, MOST = 10, 10_000  # features of a page
_GEOJSON, _JSON, _PROBLEM = "application/geo+json", "application/json", "application/problem+json"
_MVT = "application/vnd.mapbox-vector-tile"
_TYPES = {
    "integer": "integer", "number": "number", "truth": "boolean", "longitude": "number", "latitude": "number",
}  # fmt: skip
_PLAIN = {"in": "query", "required": False, "style": "form", "explode": False}
_BOX = {
    "type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}, "example": [24.8, 60.1, 25.2, 60.3],
}  # fmt: skip
_SYSTEM = {"schema": {"type": "string", "format": "uri", "enum": [*SYSTEMS], "default": CRS84}} | _PLAIN
_IN_SYSTEM = {"name": "crs", "description": "In which system the answer's coordinates are."} | _SYSTEM
_NARROWING: tuple[dict[str, Any], ...] = (
    {"name": "bbox", "description": "West, south, east, north in degrees (WGS 84).", "schema": _BOX} | _PLAIN,
    {"name": "bbox-crs", "description": "In which system the box is, with its axes in the system's order."} | _SYSTEM,
    _IN_SYSTEM,
    {"name": "datetime", "description": "An instant, or an interval as 2027-01-01T00:00:00Z/.. that is open at an end.",
     "schema": {"type": "string"}} | _PLAIN,
    {"name": "limit", "description": "Features of a page.",
     "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}} | _PLAIN,
    {"name": "offset", "description": "Features to pass over; links lead to the next page.",
     "schema": {"type": "integer", "minimum": 0, "default": 0}} | _PLAIN,
)  # fmt: skip
_LINKS = {"type": "array", "items": {"$ref": "#/components/schemas/link"}}
_SCHEMAS: dict[str, Any] = {
    "link": {
        "type": "object", "required": ["href", "rel"],
        "properties": {name: {"type": "string"} for name in ("href", "rel", "type", "title")},
    },
    "collection": {
        "type": "object", "required": ["id", "links"],
        "properties": {"id": {"type": "string"}, "title": {"type": "string"}, "description": {"type": "string"},
                       "extent": {"type": "object"}, "itemType": {"type": "string"},
                       "crs": {"type": "array", "items": {"type": "string"}}, "links": _LINKS},
    },
    "problem": {
        "type": "object", "description": "What is wrong and how to mend it (RFC 9457).",
        "properties": {"title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"}},
    },
}  # fmt: skip


def interface(server: str, located: Sequence[tuple[str, Table]]) -> dict[str, Any]:
    """The whole of it. `located` are the tables with places, by their names."""
    listed = {"type": "array", "items": {"$ref": "#/components/schemas/collection"}}
    paths: dict[str, Any] = {
        "/": _get("landing", "Where things are", _object({"links": _LINKS})),
        "/api": _get(
            "api", "This description", {"type": "object"}, kind="application/vnd.oai.openapi+json;version=3.0"
        ),
        "/conformance": _get(
            "conformance", "What of the standards is here", _object({"conformsTo": {"type": "array", "items": {}}})
        ),
        "/collections": _get("collections", "Every table with places", _object({"collections": listed})),
    }
    for name, table in located:
        paths |= _of_collection(name, table)
    info = {
        "title": "OGC API Features and Tiles of Toimiva", "version": "1.0",
        "description": "Open data of the city with places, for maps and analysis.",
    }  # fmt: skip
    return {
        "openapi": "3.0.3", "info": info, "servers": [{"url": server}], "paths": paths,
        "components": {"schemas": _SCHEMAS},
    }  # fmt: skip


def _of_collection(name: str, table: Table) -> dict[str, Any]:
    here, tiles = f"/collections/{name}", f"/collections/{name}/tiles"
    title = table.open.title["en"]
    values = {column.name: {"type": json_type(column.kind), "nullable": True} for column in table.columns}
    feature = _object({
        "type": {"type": "string", "enum": ["Feature"]}, "id": {"type": "integer"},
        "geometry": {"type": "object", "nullable": True}, "properties": _object(values),
    })  # fmt: skip
    page = _object({
        "type": {"type": "string", "enum": ["FeatureCollection"]}, "features": {"type": "array", "items": feature},
        "links": _LINKS, "numberMatched": {"type": "integer"}, "numberReturned": {"type": "integer"},
        "timeStamp": {"type": "string", "format": "date-time"},
    })  # fmt: skip
    place = [_in_path("tileMatrix"), _in_path("tileRow"), _in_path("tileCol")]
    matrix = f"{tiles}/WebMercatorQuad"
    return {
        here: _get(f"{name}.collection", title, {"$ref": "#/components/schemas/collection"}),
        f"{here}/items": _get(
            f"{name}.items", f"{title}: a page", page, [*_NARROWING, *map(_by_value, table.columns)], kind=_GEOJSON
        ),
        f"{here}/items/{{featureId}}": _get(
            f"{name}.item", f"{title}: one", feature, [_in_path("featureId"), _IN_SYSTEM], kind=_GEOJSON
        ),
        tiles: _get(f"{name}.collection.vector.getTileSetsList", f"{title}: its tile sets", _object({"links": _LINKS})),
        matrix: _get(
            f"{name}.collection.vector.getTileSet", f"{title}: how its tiles are asked for", {"type": "object"}
        ),
        f"{matrix}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": _get(
            f"{name}.collection.vector.getTile",
            f"{title}: a vector tile",
            {"type": "string", "format": "binary"},
            place,
            kind=_MVT,
        ),
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _get(
    identifier: str, summary: str, schema: dict[str, Any], parameters: Sequence[Any] = (), *, kind: str = _JSON
) -> dict[str, Any]:
    """A path that is read. Identifiers of tiles end as OGC 20-057, table 11 says."""
    wrong = {"content": {_PROBLEM: {"schema": {"$ref": "#/components/schemas/problem"}}}}
    answers: dict[str, Any] = {"200": {"description": summary, "content": {kind: {"schema": schema}}}}
    if kind == _MVT:
        answers["204"] = {"description": "Nothing is there."}
    if parameters:
        answers["400"] = {"description": "A parameter is unknown or wrong."} | wrong
        answers["404"] = {"description": "There is none."} | wrong
    tag = ".".join(identifier.split(".")[:2]) if "." in identifier else "interface"
    return {"get": {
        "operationId": identifier, "summary": summary, "tags": [tag], "parameters": [*parameters], "responses": answers,
    }}  # fmt: skip


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}


def _by_value(column: Column) -> dict[str, Any]:
    """Features whose property has a value."""
    said = {"name": column.name, "description": column.title["en"], "schema": {"type": json_type(column.kind)}}
    return said | _PLAIN


def json_type(kind: str) -> str:
    """A column's kind as JSON has it."""
    return _TYPES.get(kind, "string")
