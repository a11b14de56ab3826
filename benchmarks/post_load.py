"""The load of the single observations: `toimiva serve` and devices that post one after another over kept connections; prints
what they were answered, how fast, and how many are stored.
"""

from __future__ import annotations

import asyncio
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

from benchmarks.sensor_load import made_streams  # noqa: E402
from tests.parts.brokers import free_port  # noqa: E402
from toimiva.capabilities.sensors.models import Observation  # noqa: E402

CONNECTIONS, SECONDS = (1, 64), 8


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
        told = {str(count): asyncio.run(_load(streams, port, count)) for count in CONNECTIONS}
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
    stored = Observation.objects.count() - len(streams)
    print(json.dumps({"by_connections": told, "stored": stored}))


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz").raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SystemExit("The server did not come.")


async def _load(streams: list[int], port: int, count: int) -> dict[str, float]:
    began = time.perf_counter()
    answered = await asyncio.gather(*(_device(streams[n], port, n, began + SECONDS) for n in range(count)))
    return {"acknowledged": sum(answered), "seconds": time.perf_counter() - began}


async def _device(stream: int, port: int, number: int, end: float) -> int:
    """Posts until the end; how many were answered by 201. A client library would take more time than the server does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    acknowledged = 0
    while time.perf_counter() < end:
        n = acknowledged
        body = json.dumps(
            {
                "result": n,
                "phenomenonTime": f"2026-03-{1 + number % 28:02}T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z",
            }
        ).encode()
        head = f"POST /sta/v1.1/Datastreams({stream})/Observations HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert answer.startswith(b"http/1.1 201"), answer
        await reader.readexactly(int(answer.partition(b"content-length:")[2].partition(b"\r\n")[0]))
        acknowledged += 1
    writer.close()
    return acknowledged


main()
