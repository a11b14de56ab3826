"""The load of the observations benchmark, as a process of its own on the database of its environment; prints seconds."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toimiva.project.settings")
import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Sum  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks.sensor_load import made_stream  # noqa: E402
from toimiva.capabilities.sensors.rollups import hours_of_streams  # noqa: E402

CLIENT = Client()
STREAMS, LONG, YEAR = 100_000, 500, 52_560  # LONG of them have a year of ten minutes
START = "timestamptz '2026-01-01T00:00:00Z'"
COPIED = "name, description, observation_type, unit_of_measurement, thing_id, sensor_id, observed_property_id"


def main(rows: int) -> None:
    call_command("migrate", verbosity=0)
    first = made_stream()
    share = max(1, (rows - LONG * YEAR) // (STREAMS - LONG))
    for what, statement in _filling(first, share):
        started = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(statement)
        print(f"{time.perf_counter() - started:7.1f} s  {what}", file=sys.stderr)
    streams = list(range(first, first + LONG))
    told: dict[str, Any] = {"rows": LONG * YEAR + (STREAMS - LONG) * share, "streams": STREAMS}
    for name, query in _asked(first).items():
        found, told[name] = _best(lambda query=query: _get(query))
        print(f"{told[name] * 1e3:7.1f} ms  {query} -> {str(found)[:100]}", file=sys.stderr)
        told[f"{name}_rows"] = len(found["value"])
    means, told["year"] = _best(lambda: _year(streams))
    told["hours"] = len(means)
    print(json.dumps(told))


def _filling(first: int, share: int) -> list[tuple[str, str]]:
    """Statements with what they do: `first` is a datastream from which the others are copied."""
    # Each datastream's observations lie together, as they come from a device; every stream ends a year from the start.
    long = f"""INSERT INTO sensors_observation (phenomenon_time, result_time, result_number, datastream_id, feature_of_interest_id)
        SELECT {START} + n * interval '10 minutes', {START} + n * interval '10 minutes', 20 + (n + s) % 100 / 10.0, s, 1
        FROM generate_series({first}, {first + LONG - 1}) s, generate_series(0, {YEAR - 1}) n"""
    short = f"""INSERT INTO sensors_observation (phenomenon_time, result_time, result_number, datastream_id, feature_of_interest_id)
        SELECT {START} + n * interval '1 hour', {START} + n * interval '1 hour', 20 + (n + s) % 100 / 10.0, s, 1
        FROM generate_series({first + LONG}, {first + STREAMS - 1}) s, generate_series(0, {share - 1}) n"""
    spans = """UPDATE sensors_datastream d SET phenomenon_time = o.first, phenomenon_time_end = o.last, latest = o.newest,
        latest_time = o.last, result_time = o.first, result_time_end = o.last FROM (SELECT datastream_id,
        min(phenomenon_time) AS first, max(phenomenon_time) AS last, max(id) AS newest FROM sensors_observation GROUP BY 1)
        o WHERE o.datastream_id = d.id"""
    hours = f"""INSERT INTO sensors_hour (datastream_id, hour, count, total, lowest, highest)
        SELECT datastream_id, date_trunc('hour', phenomenon_time), count(*), sum(result_number), min(result_number),
        max(result_number) FROM sensors_observation WHERE datastream_id < {first + LONG} GROUP BY 1, 2"""
    copies = f"""INSERT INTO sensors_datastream (id, {COPIED}) SELECT {first} + n, {COPIED}
        FROM sensors_datastream, generate_series(1, {STREAMS - 1}) n WHERE id = {first}"""
    return [
        ("datastreams", copies), ("long series", long), ("short series", short), ("spans and newest", spans),
        ("hours", hours), ("vacuum and statistics", "VACUUM (ANALYZE)"),  # else it goes on while questions are asked
    ]  # fmt: skip


def _asked(first: int) -> dict[str, str]:
    one = f"Datastreams({first + 250})/Observations"
    return {
        "latest": "Datastreams?$top=1000&$skip=1000&$expand=Observations($top=1;$orderby=phenomenonTime desc;$select=result,phenomenonTime)&$select=id,name",
        "day": f"{one}?$filter=phenomenonTime ge 2026-06-01T00:00:00Z and phenomenonTime lt 2026-06-02T00:00:00Z&$top=1000&$orderby=phenomenonTime",
        "count": f"{one}?$filter=result gt 25&$count=true&$top=1",
        "estimate": "Observations?$filter=result gt 29.5&$count=true&$top=1&estimateCount=true",
    }


def _get(query: str) -> Any:
    answer = CLIENT.get(f"/sta/v1.1/{query}")
    assert answer.status_code == 200, answer.content[:300]
    return answer.json()


def _year(streams: list[int]) -> list[tuple[Any, float]]:
    rows = hours_of_streams(streams).values_list("hour").annotate(Sum("total"), Sum("count")).order_by("hour")
    return [(hour, total / count) for hour, total, count in rows]


def _best(do: Callable[[], Any]) -> tuple[Any, float]:
    """What is answered, and the least of five times in seconds."""
    times = []
    for _ in range(5):
        started = time.perf_counter()
        found = do()
        times.append(time.perf_counter() - started)
    return found, min(times)


main(int(sys.argv[1]))
