"""The load of the MQTT benchmark: mosquitto, the bridge as a process of its own, and one publisher by QoS 1; prints a rate."""

from __future__ import annotations

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

from benchmarks.sensor_load import made_stream  # noqa: E402
from tests.parts.brokers import Device, free_port, mosquitto, until  # noqa: E402
from toimiva.capabilities.sensors.models import BridgeState, Observation  # noqa: E402

COUNT = 50_000


def main() -> None:
    call_command("migrate", verbosity=0)
    stream, port = made_stream(), free_port()
    environment = os.environ | {"TOIMIVA_MQTT": f"mqtt://127.0.0.1:{port}"}
    with tempfile.TemporaryDirectory() as folder, mosquitto(Path(folder), port):
        bridge = subprocess.Popen([sys.executable, "-m", "toimiva.project.cli", "sensors", "mqtt"], env=environment)
        until(lambda: BridgeState.objects.filter(connected=True).exists(), 60)
        device = Device(port)
        topic = f"v1.1/Datastreams({stream})/Observations"
        device.says(topic, '{"result": 0, "phenomenonTime": "2026-01-01T00:00:00Z"}')
        until(lambda: Observation.objects.count() == 1, 60)
        started = time.perf_counter()
        for n in range(COUNT):
            payload = json.dumps(
                {"result": n, "phenomenonTime": f"2026-02-01T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z"}
            )
            device.client.publish(topic, payload, qos=1)
        until(lambda: _count() == COUNT + 1, 300)
        seconds = time.perf_counter() - started
        device.leaves()
        bridge.send_signal(signal.SIGTERM)
        bridge.wait(30)
    print(json.dumps({"count": COUNT, "seconds": seconds}))


def _count() -> int:
    time.sleep(0.3)
    connection.close()
    return Observation.objects.count()


main()
