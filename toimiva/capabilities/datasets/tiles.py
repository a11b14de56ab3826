"""OGC API Tiles, part 1 (OGC 20-057): tables with places as vector tiles (MVT 2.1) of WebMercatorQuad."""

from __future__ import annotations

import math
from typing import Any

import mapbox_vector_tile
import polars as pl
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from shapely import Point

from toimiva.capabilities.datasets.catalogue import Table
from toimiva.capabilities.datasets.describing import json_type
from toimiva.capabilities.datasets.features import as_json, link_to, located_table
from toimiva.capabilities.datasets.files import place_columns, plain
from toimiva.core.errors import NotFound

__all__ = ["MATRIX", "tile", "tileset", "tilesets"]

MATRIX = "WebMercatorQuad"
_MATRIX_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
_CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"
_MVT = "application/vnd.mapbox-vector-tile"
_RADIUS = 6_378_137.0  # metres, of the sphere of EPSG:3857
_HALF = math.pi * _RADIUS
_DEEPEST, _EXTENT, _BUFFER = 22, 4096, 64
_MOST = 20_000  # points of a tile; at small scales those are the first ones


@require_safe
def tilesets(request: HttpRequest, name: str) -> HttpResponse:
    """The one tile set of a table (8.2)."""
    table = located_table(name)
    links = [link_to(request, f"collections/{name}/tiles", "self")]
    return as_json({"links": links, "tilesets": [_tileset(request, table, name)]})


@require_safe
def tileset(request: HttpRequest, name: str) -> HttpResponse:
    """How its tiles are asked for (8.3)."""
    table = located_table(name)
    fields = {column.name: {"type": json_type(column.kind)} for column in table.columns}
    layer = {"id": name, "dataType": "vector", "geometryDimension": 0, "propertiesSchema": {"properties": fields}}
    return as_json(_tileset(request, table, name) | {"layers": [layer]})


def _tileset(request: HttpRequest, table: Table, name: str) -> dict[str, Any]:
    here = f"collections/{name}/tiles/{MATRIX}"
    template: dict[str, Any] = link_to(request, f"{here}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", "item", _MVT)
    template["href"] = template["href"].replace("%7B", "{").replace("%7D", "}")  # braces of a URI template stay braces
    return {
        "title": table.open.title["en"], "dataType": "vector", "crs": _CRS,
        "tileMatrixSetURI": _MATRIX_URI, "links": [link_to(request, here, "self"), template | {"templated": True}],
    }  # fmt: skip


@require_safe
def tile(request: HttpRequest, name: str, zoom: int, row: int, column: int) -> HttpResponse:
    """One tile (8.4): 204 where nothing is there. Raises NotFound for a tile outside the matrix."""
    table = located_table(name)
    if zoom > _DEEPEST or row >= 2**zoom or column >= 2**zoom:
        what = f"There is no tile {str(zoom)[:3]}/{str(row)[:9]}/{str(column)[:9]}."
        raise NotFound(what=what, mend=f"Tiles go to {_DEEPEST}, rows and columns to 2 to the power of that, less one.")
    size = 2 * _HALF / 2**zoom
    west, north = column * size - _HALF, _HALF - row * size
    content = _encoded(name, table, (west, north - size, west + size, north))
    answer = HttpResponse(content, content_type=_MVT, status=200 if content else 204)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _encoded(name: str, table: Table, box: tuple[float, float, float, float]) -> bytes:
    """Points within a box of EPSG:3857, and a little around it, as a layer."""
    x, y = place_columns(table)
    across = pl.col(x).radians() * _RADIUS
    up = (math.pi / 4 + pl.col(y).radians() / 2).tan().log() * _RADIUS
    west, south, east, north = box
    around = (east - west) * _BUFFER / _EXTENT
    rows = table.rows().drop_nulls([x, y]).with_row_index("#").with_columns(across.alias("#x"), up.alias("#y"))
    within = pl.col("#x").is_between(west - around, east + around) & pl.col("#y").is_between(
        south - around, north + around
    )
    found = plain(rows.filter(within).head(_MOST)).to_dicts()
    features = [
        {"id": one.pop("#"), "geometry": Point(one.pop("#x"), one.pop("#y")), "properties": _told(one)} for one in found
    ]
    if not features:
        return b""
    options = {"quantize_bounds": box, "extents": _EXTENT}
    encoded: bytes = mapbox_vector_tile.encode({"name": name, "features": features}, default_options=options)
    return encoded


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}
