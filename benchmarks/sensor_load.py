"""The load of the sensors benchmark, as a process of its own, on the database of its environment; prints seconds.

Arrays of 100,000 observations over ten datastreams by HTTP, the same rows by the database's own bulk write beside;
then what is asked of the store.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toimiva.project.settings")
import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from toimiva.capabilities.sensors.models import (  # noqa: E402
    Datastream,
    FeatureOfInterest,
    Location,
    ObservedProperty,
    Sensor,
    Thing,
)

STREAMS, ROWS = 10, 100_000
START = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = "phenomenon_time, result_time, result_number, datastream_id, feature_of_interest_id"


def main(rounds: int) -> None:
    call_command("migrate", verbosity=0)
    client = Client()
    streams = [_stream(client, n) for n in range(STREAMS)]
    bodies = [_body(streams, n) for n in range(rounds)]
    gc.freeze()  # as the server does
    told = {
        "rows": rounds * ROWS,
        "bulk": _seconds(lambda: [_arrays(client, one) for one in bodies]),
    }
    told["copy"] = _seconds(lambda: [_plain(streams, rounds + n) for n in range(rounds)])
    for name, query in _asked(streams, rounds).items():
        told[name] = min(_seconds(lambda query=query: _get(client, query)) for _ in range(5))
    print(json.dumps(told))


def _seconds(do: Callable[[], Any]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


def made_stream() -> int:
    """A datastream in the database of the environment."""
    return _stream(Client(), 0)


def _stream(client: Client, n: int) -> int:
    told = _post(client, "Things", json.dumps({
        "name": f"Thing {n}", "description": "d",
        "Locations": [{"name": "P", "description": "d", "encodingType": "application/geo+json",
                       "location": {"type": "Point", "coordinates": [24.9, 60.2]}}],
        "Datastreams": [{"name": "T", "description": "d", "observationType": "m", "unitOfMeasurement": {"symbol": "Cel"},
                         "Sensor": {"name": "S", "description": "d", "encodingType": "text/html", "metadata": "m"},
                         "ObservedProperty": {"name": "T", "description": "d", "definition": "t"}}],
    }))  # fmt: skip
    rows = client.get(f"/sta/v1.1/Things({told['@iot.id']})/Datastreams").json()["value"]
    return int(rows[0]["@iot.id"])


def made_streams(count: int) -> list[int]:
    """Datastreams of as many things, all at one place, which is known."""
    named = {"name": "N", "description": "d"}
    encoded = {"encoding_type": "application/geo+json"}
    point = {"type": "Point", "coordinates": [24.9, 60.2]}
    place = Location.objects.create(**named, **encoded, location=point)
    FeatureOfInterest.objects.create(**named, **encoded, feature=point, made_of=place)
    sensor = Sensor.objects.create(**named, encoding_type="text/html", metadata="m")
    observed = ObservedProperty.objects.create(**named, definition="t")
    things = Thing.objects.bulk_create(Thing(**named) for _ in range(count))
    Thing.locations.through.objects.bulk_create(
        Thing.locations.through(thing=one, location=place) for one in things
    )  # fmt: skip
    streams = Datastream.objects.bulk_create(
        Datastream(
            **named, observation_type="m", unit_of_measurement={}, thing=one, sensor=sensor, observed_property=observed
        )
        for one in things
    )
    return [one.pk for one in streams]


def _at(minute: int) -> str:
    return (START + timedelta(minutes=minute)).isoformat()


def _body(streams: list[int], turn: int) -> str:
    count = ROWS // STREAMS
    return json.dumps([
        {"Datastream": {"@iot.id": stream}, "components": ["phenomenonTime", "result"],
         "dataArray": [[_at(turn * count + n), 20 + n % 100 / 10] for n in range(count)]}
        for stream in streams
    ])  # fmt: skip


def _post(client: Client, path: str, body: str) -> Any:
    answer = client.post(f"/sta/v1.1/{path}", body, content_type="application/json")
    assert answer.status_code == 201, answer.content[:300]
    return answer.json()


def _arrays(client: Client, body: str) -> None:
    """Its answer is not read here: that is the device's time."""
    answer = client.post("/sta/v1.1/CreateObservations", body, content_type="application/json")
    assert answer.status_code == 201, answer.content[:300]
    assert answer.content.count(b"/Observations(") == ROWS, answer.content[:300]


def _get(client: Client, query: str) -> None:
    answer = client.get(f"/sta/v1.1/{query}")
    assert answer.status_code == 200, answer.content[:300]


def _plain(streams: list[int], turn: int) -> None:
    """The same rows by the database's own means, into the same table with its indexes."""
    count = ROWS // STREAMS
    at = [START + timedelta(minutes=turn * count + n) for n in range(count)]
    rows = [(one, one, 20.0, stream, 1) for stream in streams for one in at]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY sensors_observation ({COLUMNS}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            texts = [(str(a), str(b), *rest) for a, b, *rest in rows]
            cursor.execute("BEGIN")
            cursor.executemany(f"INSERT INTO sensors_observation ({COLUMNS}) VALUES (%s, %s, %s, %s, %s)", texts)
            cursor.execute("COMMIT")


def _asked(streams: list[int], rounds: int) -> dict[str, str]:
    day = (
        (START + timedelta(days=1)).strftime("%Y-%m-%dT00:00:00Z"),
        (START + timedelta(days=2)).strftime("%Y-%m-%dT00:00:00Z"),
    )
    one = f"Datastreams({streams[0]})/Observations"
    return {
        "latest": "Datastreams?$top=1000&$expand=Observations($top=1;$orderby=phenomenonTime desc)",
        "day": f"{one}?$filter=phenomenonTime ge {day[0]} and phenomenonTime lt {day[1]}&$top=1000&$orderby=phenomenonTime",
        "count": f"{one}?$filter=result gt 25&$count=true&$top=1",
    }


if __name__ == "__main__":
    main(int(sys.argv[1]))
