"""The load of observations by HTTP: `toimiva serve` and devices that post to it, one by one and in arrays; prints what they
were answered and how fast, and how many are stored."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import httpx

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toimiva.project.settings")
import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks.posting import CONNECTIONS, DEVICES, post_arrays, post_for  # noqa: E402
from benchmarks.sensor_load import made_streams  # noqa: E402
from tests.parts.brokers import free_port  # noqa: E402
from toimiva.capabilities.sensors.models import Observation  # noqa: E402


def main() -> None:
    call_command("migrate", verbosity=0)
    streams, port = made_streams(64), free_port()
    for stream in streams:  # their place is known from then on
        Client().post(f"/sta/v1.1/Datastreams({stream})/Observations", {"result": 0}, content_type="application/json")
    connection.close()
    command = [sys.executable, "-W", "ignore", "-m", "toimiva.project.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        told = {str(count): post_for("/sta/v1.1", streams, port, count) for count in CONNECTIONS}
        arrays = {str(count): post_arrays("/sta/v1.1", streams, port, count) for count in DEVICES}
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
    stored = Observation.objects.count() - len(streams)
    print(json.dumps({"by_connections": told, "arrays": arrays, "stored": stored}))


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz").raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SystemExit("The server did not come.")


main()
