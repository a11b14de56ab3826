"""Observations of many datastreams written by SQL of our own: one statement of PostgreSQL, that is one way there and
back and one commit, and a few of SQLite. What follows from an observation (the stream's times, its newest, the hours to
be made again) is the same as in `writing.create`; tests hold the two equal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from toimiva.capabilities.sensors.models import Observation
from toimiva.core.bulk import new_keys

__all__ = ["store_rows"]

Values = Sequence[Mapping[str, Any]]

_PLAIN = {
    "phenomenon_time": "timestamptz", "phenomenon_time_end": "timestamptz", "result_time": "timestamptz",
    "valid_time": "timestamptz", "valid_time_end": "timestamptz", "result_number": "float8", "result_text": "text",
}  # fmt: skip
_JSON = ("result_json", "result_quality", "parameters")
_NAMES = ", ".join((*_PLAIN, *_JSON))
_TYPED = ", ".join(("%s::bigint[]", *(f"%s::{kind}[]" for kind in _PLAIN.values()), *("%s::text[]" for _ in _JSON)))
_CAST = ", ".join((*_PLAIN, *(f"{name}::jsonb" for name in _JSON)))

# What the observations of a datastream are of: made of the first of its thing's places. It is within the datastream's
# area already, or is the first of it; any other is looked at by `spans.widen`.
_FIRST = """FROM sensors_featureofinterest made
    JOIN sensors_thing_locations at ON at.location_id = made.made_of_id
    WHERE at.thing_id = stream.thing_id ORDER BY made.made_of_id, made.id LIMIT 1"""
_WITHIN = """(stream.seen_feature = feature.id
    OR stream.seen_feature IS NULL AND stream.observed_area IS NULL AND feature.feature ->> 'type' = 'Point')"""

# Streams are locked first, in the order of their keys; what another has committed while a lock was waited for is seen
# by the update (PostgreSQL, "Read Committed Isolation Level").
_POSTGRESQL = f"""
WITH given AS MATERIALIZED (
    SELECT *, nextval((SELECT pg_get_serial_sequence('sensors_observation', 'id')::regclass)) AS key
    FROM unnest({_TYPED}) WITH ORDINALITY AS told (stream, {_NAMES}, place)
), held AS MATERIALIZED (
    SELECT id, thing_id, seen_feature, observed_area FROM sensors_datastream
    WHERE id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE
), known AS MATERIALIZED (
    SELECT stream.id AS stream, feature.id AS feature
    FROM held AS stream, LATERAL (SELECT made.id, made.feature {_FIRST}) AS feature WHERE {_WITHIN}
), stored AS (
    INSERT INTO sensors_observation (id, datastream_id, feature_of_interest_id, {_NAMES})
    SELECT key, stream, feature, {_CAST} FROM given JOIN known USING (stream)
    RETURNING id, datastream_id AS stream, phenomenon_time, coalesce(phenomenon_time_end, phenomenon_time) AS ended,
              result_time, feature_of_interest_id AS feature
), spans AS (
    SELECT stream, min(feature) AS feature, min(phenomenon_time) AS first, max(ended) AS last,
           min(result_time) AS begun, max(result_time) AS done, max(phenomenon_time) AS newest,
           (array_agg(id ORDER BY phenomenon_time DESC, id DESC))[1] AS latest
    FROM stored GROUP BY stream
), widened AS (
    UPDATE sensors_datastream one SET
        phenomenon_time = least(one.phenomenon_time, spans.first),
        phenomenon_time_end = greatest(one.phenomenon_time_end, spans.last),
        result_time = least(one.result_time, spans.begun), result_time_end = greatest(one.result_time_end, spans.done),
        latest = CASE WHEN one.latest_time > spans.newest THEN one.latest ELSE spans.latest END,
        latest_time = greatest(one.latest_time, spans.newest),
        observed_area = coalesce(
            one.observed_area, (SELECT feature.feature FROM sensors_featureofinterest feature WHERE id = spans.feature)
        ), seen_feature = spans.feature
    FROM spans WHERE one.id = spans.stream
), marked AS (
    INSERT INTO sensors_stalehour (datastream, hour)
    SELECT DISTINCT stream, date_trunc('hour', phenomenon_time, 'UTC') FROM stored
)
SELECT place - 1, key FROM given JOIN known USING (stream)
"""

_SQLITE_KNOWN = f"""
SELECT stream.id, feature.id, feature.feature
FROM sensors_datastream stream JOIN sensors_featureofinterest feature ON feature.id = (SELECT made.id {_FIRST})
WHERE stream.id IN (SELECT value FROM json_each(?)) AND {_WITHIN}
"""
_SQLITE_STORED = f"""
INSERT INTO sensors_observation (id, datastream_id, feature_of_interest_id, {_NAMES})
VALUES (:key, :stream, :feature, {", ".join(f":{name}" for name in (*_PLAIN, *_JSON))})
"""
_SQLITE_WIDENED = """
UPDATE sensors_datastream SET
    phenomenon_time = min(coalesce(phenomenon_time, :phenomenon_time), :phenomenon_time),
    phenomenon_time_end = max(coalesce(phenomenon_time_end, :ended), :ended),
    result_time = min(coalesce(result_time, :result_time), coalesce(:result_time, result_time)),
    result_time_end = max(coalesce(result_time_end, :result_time), coalesce(:result_time, result_time_end)),
    latest = CASE WHEN latest_time > :phenomenon_time THEN latest ELSE :key END,
    latest_time = max(coalesce(latest_time, :phenomenon_time), :phenomenon_time),
    observed_area = coalesce(observed_area, :place), seen_feature = :feature
WHERE id = :stream
"""
_SQLITE_MARKED = "INSERT INTO sensors_stalehour (datastream, hour) VALUES (?, ?)"


def store_rows(streams: Sequence[int], values: Values) -> list[int | None]:
    """Keys of observations, given by the model's fields, in order; None for one whose datastream is not there, or whose
    place is not known yet.
    """
    with connection.wrap_database_errors:
        return (_on_postgresql if connection.vendor == "postgresql" else _on_sqlite)(streams, values)


def _on_postgresql(streams: Sequence[int], values: Values) -> list[int | None]:
    columns = [[one.get(name) for one in values] for name in _PLAIN]
    as_json = [[_json(one.get(name)) for one in values] for name in _JSON]
    found: list[int | None] = [None] * len(streams)
    from psycopg import Cursor  # where it is not used, it would take a tenth of every command's start

    with Cursor(_prepared()) as cursor:
        for place, key in cursor.execute(_POSTGRESQL, [[*streams], *columns, *as_json, [*{*streams}]], prepare=True):
            found[place] = key
    return found


def _prepared() -> Any:
    """This thread's connection, which keeps plans: Django has them made anew, which here takes as long as the work."""
    connection.ensure_connection()
    found: Any = connection.connection
    if found.prepare_threshold is None:
        found.execute("SET plan_cache_mode = force_generic_plan")
        found.prepare_threshold = 5
    return found


@transaction.atomic
def _on_sqlite(streams: Sequence[int], values: Values) -> list[int | None]:
    plain = connection.connection
    known = {stream: feature for stream, *feature in plain.execute(_SQLITE_KNOWN, [json.dumps([*{*streams}])])}
    keys = iter(new_keys(Observation, len(streams)))
    found = [next(keys) if stream in known else None for stream in streams]
    rows = [
        _row(one) | {"key": key, "stream": stream, "feature": known[stream][0], "place": known[stream][1]}
        for key, stream, one in zip(found, streams, values, strict=True)
        if key is not None
    ]
    plain.executemany(_SQLITE_STORED, rows)
    plain.executemany(_SQLITE_WIDENED, rows)
    plain.executemany(_SQLITE_MARKED, {(row["stream"], f"{row['phenomenon_time'][:13]}:00:00") for row in rows})
    return found


def _row(one: Mapping[str, Any]) -> dict[str, Any]:
    """An observation's fields as Django writes them on SQLite."""
    times = {name: _written(one.get(name)) for name, kind in _PLAIN.items() if kind == "timestamptz"}
    others = {name: one.get(name) for name in ("result_number", "result_text")}
    told = {name: _json(one.get(name)) for name in _JSON}
    return times | others | told | {"ended": times["phenomenon_time_end"] or times["phenomenon_time"]}


def _written(instant: Any) -> str | None:
    return None if instant is None else str(instant.replace(tzinfo=None))


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value)
