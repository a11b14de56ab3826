"""A table as a file: CSV, JSON, Parquet, GeoJSON."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import F

from toimiva.capabilities.datasets.catalogue import Table
from toimiva.capabilities.datasets.models import Taken
from toimiva.core.city import api as cities
from toimiva.core.errors import NotFound

__all__ = ["count_taking", "feature_of", "place_columns", "plain", "write"]


def write(table: Table, form: str) -> bytes:
    """The whole table in a form. Raises NotFound for a form that it has not."""
    if form not in _WRITERS or (form == "geojson" and not table.located):
        raise NotFound(what=f"There is no {form[:20]} of {table.id}.", mend=f"Use one of {', '.join(_WRITERS)}.")
    return _WRITERS[form](table)


def _csv(table: Table) -> bytes:
    return plain(table.rows()).write_csv().encode()


def _parquet(table: Table) -> bytes:
    target = io.BytesIO()
    table.rows().write_parquet(target)
    return target.getvalue()


def _json(table: Table) -> bytes:
    return json.dumps(plain(table.rows()).to_dicts(), ensure_ascii=False).encode()


def _geojson(table: Table) -> bytes:
    rows = plain(table.rows()).to_dicts()
    features = [feature_of(table, number, row) for number, row in enumerate(rows)]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


_WRITERS: Mapping[str, Callable[[Table], bytes]] = {
    "csv": _csv, "json": _json, "parquet": _parquet, "geojson": _geojson,
}  # fmt: skip


def plain(rows: pl.DataFrame) -> pl.DataFrame:
    """Times as ISO 8601 texts, so that every form says the same."""
    return rows.with_columns(
        pl.col(pl.Datetime("us", "UTC")).dt.strftime("%Y-%m-%dT%H:%M:%SZ"), pl.col(pl.Date).dt.strftime("%Y-%m-%d")
    )


def place_columns(table: Table) -> tuple[str, str]:
    """The columns of longitude and latitude."""
    by_kind = {column.kind: column.name for column in table.columns}
    return by_kind["longitude"], by_kind["latitude"]


def feature_of(table: Table, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as a GeoJSON feature; its number is its id."""
    x, y = place_columns(table)
    point = None if row[x] is None else {"type": "Point", "coordinates": [row[x], row[y]]}
    told = {name: value for name, value in row.items() if name not in (x, y)}
    return {"type": "Feature", "id": number, "geometry": point, "properties": told}


def count_taking(name: str, form: str) -> None:
    """One more has taken it today."""
    city = name.partition(".")[0]
    day = cities.today(cities.load(city))
    with transaction.atomic():
        row, _ = Taken.objects.get_or_create(name=name, form=form, day=day)
        Taken.objects.filter(pk=row.pk).update(count=F("count") + 1)
