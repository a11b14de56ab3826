"""Observations of past months, as they lie in the lake (`archiving.py` moves them there), and both kinds in one SQL."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
from django.db.models import Q, QuerySet

from toimiva.capabilities.sensors.bodies import write_json
from toimiva.capabilities.sensors.models import Archived, Datastream, Observation
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.lake import api as lake
from toimiva.core.lake.api import Answer, answer

__all__ = ["SCHEMA", "TABLE", "ask", "batches", "past_hours", "past_results", "streams_of", "together"]

TABLE = "sensors.observations"
MOST_ROWS, SECONDS = 10_000, 60.0
_AT_ONCE = 20_000
_INSTANT = pa.timestamp("us", "UTC")
SCHEMA = pa.schema({
    "part": pa.int64(), "datastream": pa.int64(), "time": _INSTANT, "time_end": _INSTANT, "result_time": _INSTANT,
    "valid_time": _INSTANT, "valid_time_end": _INSTANT, "number": pa.float64(), "text": pa.string(),
    "json": pa.string(), "quality": pa.string(), "parameters": pa.string(), "id": pa.int64(),
    "feature_of_interest": pa.int64(),
})  # fmt: skip
_COLUMNS = (
    "datastream_id", "phenomenon_time", "phenomenon_time_end", "result_time", "valid_time", "valid_time_end",
    "result_number", "result_text", "result_json", "result_quality", "parameters", "pk", "feature_of_interest_id",
)  # fmt: skip
_JSON = {_COLUMNS.index(name) for name in ("result_json", "result_quality", "parameters")}
Hour = tuple[int, float, float, float]  # count, sum, lowest, highest


def streams_of(city: City) -> QuerySet[Datastream]:
    """Datastreams of the city's things; those of things that name no city are with the first."""
    mine = Q(thing__properties__city=city.id)
    if city.id == cities.cities()[0]:
        mine |= Q(thing__properties__isnull=True) | Q(thing__properties__city__isnull=True)
    return Datastream.objects.filter(mine)


def batches(rows: QuerySet[Observation], part: int) -> Iterator[pa.RecordBatch]:
    """Rows of the lake from rows of the database, as a part."""
    told = rows.order_by("datastream", "phenomenon_time", "pk").values_list(*_COLUMNS).iterator(chunk_size=_AT_ONCE)
    while some := list(islice(told, _AT_ONCE)):
        yield _batch(some, part)


def _batch(rows: Sequence[Sequence[Any]], part: int) -> pa.RecordBatch:
    columns = [list(column) for column in zip(*rows, strict=True)]
    for at in _JSON:
        columns[at] = [None if one is None else write_json(one).decode() for one in columns[at]]
    return pa.RecordBatch.from_arrays(
        [pa.array(column, field.type) for column, field in zip([[part] * len(rows), *columns], SCHEMA, strict=True)],
        schema=SCHEMA,
    )


def _archived(stream: int, start: dt.datetime, end: dt.datetime) -> Iterator[pl.LazyFrame]:
    """A datastream's rows within a time, part by part."""
    parts = Archived.objects.filter(done=True, start__lt=end, end__gt=start).order_by("city", "pk")
    for city, part in parts.values_list("city", "pk"):
        yield lake.scan(city, TABLE).filter(
            pl.col("part") == part, pl.col("datastream") == stream, pl.col("time").is_between(start, end, closed="left")
        )


def past_results(stream: int, start: dt.datetime, end: dt.datetime) -> set[tuple[Any, ...]]:
    """When and what (a number or a text) was observed of a datastream within a time that is past."""
    rows = [part.select("time", "number", "text").collect().iter_rows() for part in _archived(stream, start, end)]
    return {row for some in rows for row in some}


def past_hours(stream: int, start: dt.datetime, end: dt.datetime) -> dict[dt.datetime, Hour]:
    """Hours of a datastream's archived numbers within a time."""
    found: dict[dt.datetime, Hour] = {}
    for rows in _archived(stream, start, end):
        hours = (
            rows.drop_nulls("number")
            .group_by(pl.col("time").dt.truncate("1h"))
            .agg(pl.len(), pl.sum("number"), pl.min("number").alias("lowest"), pl.max("number").alias("highest"))
        )
        for hour, *told in hours.collect().iter_rows():
            found[hour] = together(found.get(hour), *told)
    return found


def together(known: Hour | None, count: int, total: float, lowest: float, highest: float) -> Hour:
    """An hour of what was known of it and of more."""
    if known is None:
        return count, total, lowest, highest
    return known[0] + count, known[1] + total, min(known[2], lowest), max(known[3], highest)


def ask(city: City, sql: str) -> Answer:
    """The answer to one SELECT over `observations`, past and live, and `datastreams`. Raises Invalid.

    An observation has its `datastream`, `time`, `number` or `text` or `json`, and what else the standard gives it.
    """
    with duckdb.connect(":memory:") as asked:
        asked.register("datastreams", _told_streams(city))
        if re.search(r"\bobservations\b", sql, re.IGNORECASE):
            _show_observations(asked, city)
        for setting in ("SET enable_external_access = false", "SET lock_configuration = true"):
            asked.execute(setting)
        return answer(asked, sql, most=MOST_ROWS, seconds=SECONDS, tables="observations, datastreams")


def _told_streams(city: City) -> pl.DataFrame:
    names = ("id", "thing", "thing_name", "name", "observed", "unit")
    rows = streams_of(city).values_list(
        "pk", "thing", "thing__name", "name", "observed_property__definition", "unit_of_measurement__symbol"
    )
    text = dict.fromkeys(names[2:], pl.String)
    return pl.DataFrame(list(rows), schema={"id": pl.Int64, "thing": pl.Int64, **text}, orient="row")


def _show_observations(asked: duckdb.DuckDBPyConnection, city: City) -> None:
    """What is past and what is live as one view; the past of a stream that is gone is gone too."""
    live = Observation.objects.filter(datastream__in=streams_of(city).values("pk"))
    asked.register("live", pa.Table.from_batches(batches(live, 0), SCHEMA))
    parts = [*Archived.objects.filter(city=city.id, done=True).values_list("pk", flat=True)]
    past = ""
    if parts:
        files = lake.files(city.id, TABLE)
        wanted = ", ".join(map(str, parts))
        past = f" UNION ALL BY NAME SELECT * FROM read_parquet({files!r}) WHERE part IN ({wanted})"
        asked.execute(f"SET allowed_paths = {files!r}")
    asked.execute(
        f"CREATE VIEW observations AS SELECT * EXCLUDE (part), part > 0 AS archived FROM (SELECT * FROM live{past}) o "
        "SEMI JOIN datastreams d ON d.id = o.datastream"
    )
