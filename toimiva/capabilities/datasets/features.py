"""OGC API Features, parts 1 and 2 (OGC 17-069r4, 18-058r1): tables with places, for maps and analysis.

Their tiles are in tiles.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from toimiva.capabilities.datasets.catalogue import Table, datasets, table_of
from toimiva.capabilities.datasets.describing import MOST, USUAL, interface
from toimiva.capabilities.datasets.files import feature_of, place_columns, plain
from toimiva.capabilities.datasets.systems import CRS84, SYSTEMS, checked, moved, within
from toimiva.core.errors import Invalid, NotFound
from toimiva.core.ui.api import problem_details

__all__ = [
    "as_json", "collection", "collections", "conformance", "description", "item", "items", "landing", "link_to",
    "located_table",
]  # fmt: skip

_SPEC = "http://www.opengis.net/spec"
_CONFORMS = [
    *(f"{_SPEC}/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "oas30", "geojson")),
    f"{_SPEC}/ogcapi-features-2/1.0/conf/crs",
    *(
        f"{_SPEC}/ogcapi-tiles-1/1.0/conf/{name}"
        for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt")
    ),
]
_TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
_GEOJSON = "application/geo+json"
_CORNERS = "Give west,south,east,north in degrees, or the lower and the upper corner in the order of bbox-crs."


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Where things are (7.2)."""
    links = [
        link_to(request, "", "self"),
        link_to(request, "api", "service-desc", "application/vnd.oai.openapi+json;version=3.0"),
        link_to(request, "conformance", "conformance"), link_to(request, "collections", "data"),
    ]  # fmt: skip
    return as_json({"title": "Toimiva", "description": "Open data of the city with places", "links": links})


@require_safe
def conformance(request: HttpRequest) -> HttpResponse:
    """What of the standard is here (7.4)."""
    return as_json({"conformsTo": _CONFORMS})


@require_safe
def description(request: HttpRequest) -> HttpResponse:
    """The interface as OpenAPI 3.0 (7.3)."""
    told = interface(request.build_absolute_uri("/ogc"), [(row.name, located_table(row.name)) for row in _located()])
    return as_json(told, "application/vnd.oai.openapi+json;version=3.0")


@require_safe
def collections(request: HttpRequest) -> HttpResponse:
    """Every table with places (7.13)."""
    told = [_collection(request, row.name) for row in _located()]
    return as_json({"links": [link_to(request, "collections", "self")], "collections": told})


@require_safe
def collection(request: HttpRequest, name: str) -> HttpResponse:
    """One (7.14)."""
    located_table(name)
    return as_json(_collection(request, name))


def _as_the_standard_says(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What is wrong with a parameter is a bad request (7.5.1)."""

    @wraps(view)
    def answer(request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        try:
            return view(request, *given, **named)
        except Invalid as error:
            told = as_json(problem_details(error) | {"status": 400}, "application/problem+json")
            told.status_code = 400
            return told

    return answer


@require_safe
@_as_the_standard_says
def items(request: HttpRequest, name: str) -> HttpResponse:
    """Its features: a page, by box, time and values (7.15)."""
    table = located_table(name)
    rows = _chosen(table, request.GET)
    limit = min(max(1, _number(request.GET.get("limit", str(USUAL)), "limit")), MOST)
    start = _number(request.GET.get("offset", "0"), "offset")
    page = plain(rows[start : start + limit]).to_dicts()
    links = [link_to(request, f"collections/{name}/items", "self", _GEOJSON)]
    if start + limit < len(rows):
        query = request.GET.copy()
        query["offset"], query["limit"] = str(start + limit), str(limit)
        links.append(link_to(request, f"collections/{name}/items?{query.urlencode()}", "next", _GEOJSON))
    system = checked("crs", request.GET.get("crs", CRS84))
    features = [moved(feature_of(table, row.pop("#"), row), system) for row in page]
    told = {
        "type": "FeatureCollection", "features": features, "links": links, "numberMatched": len(rows),
        "numberReturned": len(features), "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }  # fmt: skip
    return _in_system(as_json(told, _GEOJSON), system)


@require_safe
@_as_the_standard_says
def item(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One feature (7.16)."""
    table = located_table(name)
    rows = plain(table.rows()).to_dicts()
    if number >= len(rows):
        raise NotFound(what=f"There is no feature {number} in {name}.", mend="See its items.")
    links = [link_to(request, f"collections/{name}/items/{number}", "self", _GEOJSON)]
    links.append(link_to(request, f"collections/{name}", "collection"))
    system = checked("crs", request.GET.get("crs", CRS84))
    return _in_system(
        as_json(moved(feature_of(table, number, rows[number]), system) | {"links": links}, _GEOJSON), system
    )


def _in_system(answer: HttpResponse, system: str) -> HttpResponse:
    """Says in which system its coordinates are."""
    answer.headers["Content-Crs"] = f"<{system}>"
    answer.headers["Access-Control-Expose-Headers"] = "Content-Crs"
    return answer


def _located() -> list[Any]:
    return [row for row in datasets() if row.table is not None and row.table.located]


def located_table(name: str) -> Table:
    """A table with places, by its name. Raises NotFound."""
    found = table_of(name)
    if not found.located:
        raise NotFound(what=f"{name} has no places.", mend="See /ogc/collections.")
    return found


def _collection(request: HttpRequest, name: str) -> dict[str, Any]:
    table = located_table(name)
    x, y = place_columns(table)
    rows = table.rows().select(x, y).drop_nulls()
    box = _around(rows, x, y) if len(rows) else []
    return {
        "id": name, "title": table.open.title["en"], "description": table.open.about["en"], "itemType": "feature",
        "crs": [*SYSTEMS], "storageCrs": CRS84, "extent": {"spatial": {"bbox": [box], "crs": CRS84}} if box else {},
        "links": [
            link_to(request, f"collections/{name}/items", "items", _GEOJSON),
            link_to(request, f"collections/{name}", "self"), link_to(request, f"collections/{name}/tiles", _TILESETS),
        ],
    }  # fmt: skip


def _around(rows: pl.DataFrame, x: str, y: str) -> list[float]:
    """West, south, east, north in degrees, to whole hundredths beyond: whoever turns the box into another system finds
    what lies at its edge too."""
    low, high = ([float(rows[name].min()) for name in (x, y)], [float(rows[name].max()) for name in (x, y)])  # type: ignore[arg-type]
    return [*(math.floor(value * 100) / 100 for value in low), *(math.ceil(value * 100) / 100 for value in high)]


def _chosen(table: Table, given: Mapping[str, str]) -> pl.DataFrame:
    """Rows that the query lets through, with their numbers as `#`. Raises Invalid for what is unknown or wrong."""
    rows = table.rows().with_row_index("#")
    names = {column.name: column for column in table.columns}
    system = checked("bbox-crs", given.get("bbox-crs", CRS84))
    for name, value in given.items():
        if name == "bbox":
            rows = rows.filter(_within(table, rows, value, system))
        elif name == "datetime":
            rows = rows.filter(_during(table, value))
        elif name in names:
            rows = rows.filter(pl.col(name).cast(pl.String) == value)
        elif name not in ("bbox-crs", "crs", "limit", "offset", "f"):
            known = ", ".join(("bbox", "bbox-crs", "crs", "datetime", "limit", "offset", *names))
            raise Invalid(what=f"There is no parameter {name[:40]!r}.", mend=f"Use {known}.")
    return rows


def _within(table: Table, rows: pl.DataFrame, text: str, system: str) -> pl.Series:
    """Which rows lie within a box. Raises Invalid."""
    x, y = place_columns(table)
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise Invalid(what="bbox is not numbers.", mend=_CORNERS) from error
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4:
        raise Invalid(what="bbox has not four numbers.", mend=_CORNERS)
    return pl.Series(within(numbers, system, rows[x].to_numpy(), rows[y].to_numpy()))


def _during(table: Table, text: str) -> pl.Expr:
    """By the table's first time; a table without is not narrowed, as the standard says (7.15.4)."""
    column = next((one.name for one in table.columns if one.kind == "instant"), None)
    first, _, last = text.partition("/")
    start, end = _instant(first), _instant(last if "/" in text else first)
    if column is None:
        return pl.lit(value=True)
    after = pl.col(column) >= start if start else pl.lit(value=True)
    before = pl.col(column) <= end if end else pl.lit(value=True)
    return after & before


def _instant(text: str) -> datetime | None:
    if text in ("", ".."):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(what=f"{text[:40]!r} is no time.", mend="Give a time as 2027-01-11T10:00:00Z.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _number(text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise Invalid(what=f"{name} is no number.", mend="Give a whole number from 0.")
    return int(text)


def link_to(request: HttpRequest, path: str, rel: str, kind: str = "application/json") -> dict[str, str]:
    """A link of the interface."""
    return {"href": request.build_absolute_uri(f"/ogc/{path}"), "rel": rel, "type": kind}


def as_json(told: dict[str, Any], kind: str = "application/json") -> HttpResponse:
    """An answer that pages of others may read too."""
    answer = JsonResponse(told, content_type=kind)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
