"""Twenty-four hours of real sensors, told again by MQTT in a minute, each at its moment: what is stored is compared."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toimiva.project.settings")
import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.db.models.functions import TruncDate  # noqa: E402

from tests.parts.brokers import Device, free_port, mosquitto, until  # noqa: E402
from toimiva.capabilities.sensors.loading import load_folder  # noqa: E402
from toimiva.capabilities.sensors.models import BridgeState, Observation  # noqa: E402

SECONDS = 60
Told = list[tuple[int, dt.datetime, float]]


def main(folder: Path) -> None:
    call_command("migrate", verbosity=0)
    list(load_folder(folder))
    day = _fullest_day()
    told = _of_day(day)
    Observation.objects.filter(phenomenon_time__date=day).delete()
    after = _played(told)
    print(json.dumps({
        "sent": len(told), "streams": len({stream for stream, *_ in told}), "after": after,
        "differing": len({*told} ^ {*_of_day(day)}), "stored": len(_of_day(day)),
    }))  # fmt: skip


def _fullest_day() -> dt.date:
    days = Observation.objects.annotate(day=TruncDate("phenomenon_time", tzinfo=dt.UTC)).values("day")
    found: dt.date = days.annotate(count=Count("pk")).order_by("-count", "day")[0]["day"]
    return found


def _of_day(day: dt.date) -> Told:
    rows = Observation.objects.filter(phenomenon_time__date=day, result_number__isnull=False)
    return list(rows.order_by("phenomenon_time", "pk").values_list("datastream", "phenomenon_time", "result_number"))


def _played(told: Told) -> float:
    """Seconds from the last word to when all is stored."""
    port = free_port()
    environment = os.environ | {"TOIMIVA_MQTT": f"mqtt://127.0.0.1:{port}"}
    with tempfile.TemporaryDirectory() as folder, mosquitto(Path(folder), port):
        bridge = subprocess.Popen([sys.executable, "-m", "toimiva.project.cli", "sensors", "mqtt"], env=environment)
        until(lambda: BridgeState.objects.filter(connected=True).exists(), 60)
        device, before = Device(port), Observation.objects.count()
        first, started = told[0][1], time.perf_counter()
        for stream, at, number in told:
            moment = (at - first).total_seconds() / 86_400 * SECONDS
            time.sleep(max(0.0, started + moment - time.perf_counter()))
            payload = json.dumps({"result": number, "phenomenonTime": at.isoformat()})
            device.client.publish(f"v1.1/Datastreams({stream})/Observations", payload, qos=1)
        ended = time.perf_counter()
        until(lambda: _count() >= before + len(told), 60)
        seconds = time.perf_counter() - ended
        device.leaves()
        bridge.send_signal(signal.SIGTERM)
        bridge.wait(30)
    return seconds


def _count() -> int:
    time.sleep(0.05)
    connection.close()
    return Observation.objects.count()


main(Path(sys.argv[1]))
