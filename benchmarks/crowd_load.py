"""Ten thousand devices connected to mosquitto for the whole run, each with a datastream of its own, and the bridge; prints what
came of it: how many stayed connected, how many observations were acknowledged, and how many are stored.
"""

from __future__ import annotations

import asyncio
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

from benchmarks.sensor_load import made_streams  # noqa: E402
from tests.parts.brokers import free_port, mosquitto, until  # noqa: E402
from toimiva.capabilities.sensors.models import BridgeState, Datastream, Observation  # noqa: E402

DEVICES, EACH, AT_ONCE = 10_000, 5, 200
CONNECT, PINGREQ, PINGRESP, CONNACK = b"\x10", b"\xc0\x00", b"\xd0\x00", b"\x20\x02\x00\x00"


def main() -> None:
    call_command("migrate", verbosity=0)
    streams, port = made_streams(DEVICES), free_port()
    environment = os.environ | {"TOIMIVA_MQTT": f"mqtt://127.0.0.1:{port}"}
    with tempfile.TemporaryDirectory() as folder, mosquitto(Path(folder), port):
        bridge = subprocess.Popen([sys.executable, "-m", "toimiva.project.cli", "sensors", "mqtt"], env=environment)
        until(lambda: BridgeState.objects.filter(connected=True).exists(), 60)
        connection.close()
        told = asyncio.run(_crowd(streams, port))
        bridge.send_signal(signal.SIGTERM)
        bridge.wait(60)
    told["stored"] = Observation.objects.count()
    told["devices_stored"] = Datastream.objects.filter(latest__isnull=False).count()
    print(json.dumps(told))


async def _crowd(streams: list[int], port: int) -> dict[str, float]:
    gate, start = asyncio.Semaphore(AT_ONCE), asyncio.Event()
    devices = [_Device(n, stream, port) for n, stream in enumerate(streams)]
    began = time.perf_counter()
    await asyncio.gather(*(one.connect(gate) for one in devices))
    connected = time.perf_counter() - began
    running = [asyncio.create_task(one.run(start)) for one in devices]
    began = time.perf_counter()
    start.set()
    await asyncio.gather(*running)
    acknowledged = time.perf_counter() - began
    await asyncio.to_thread(until, lambda: _count() >= DEVICES * EACH, 300)
    stored = time.perf_counter() - began
    alive = await asyncio.gather(*(one.is_alive() for one in devices))
    return {
        "devices": DEVICES, "connect_seconds": connected, "sent": DEVICES * EACH, "acknowledged": sum(one.acknowledged for one in devices),
        "acknowledged_seconds": acknowledged, "stored_seconds": stored, "connected_at_the_end": sum(alive),
    }  # fmt: skip


def _count() -> int:
    time.sleep(0.5)
    try:
        return Observation.objects.count()
    finally:
        connection.close()


class _Device:
    """A device that speaks as much MQTT 3.1.1 as it needs: a client library's thread for each would be ten thousand threads."""

    def __init__(self, number: int, stream: int, port: int) -> None:
        self.number, self.port, self.acknowledged = number, port, 0
        self.topic = f"v1.1/Datastreams({stream})/Observations".encode()

    async def connect(self, gate: asyncio.Semaphore) -> None:
        async with gate:
            self._in, self._out = await asyncio.open_connection("127.0.0.1", self.port)
            name = f"device-{self.number}".encode()
            body = b"\x00\x04MQTT\x04\x02" + (600).to_bytes(2) + len(name).to_bytes(2) + name
            self._out.write(CONNECT + _length(len(body)) + body)
            assert await self._in.readexactly(4) == CONNACK

    async def run(self, start: asyncio.Event) -> None:
        """One observation after another, each acknowledged before the next."""
        await start.wait()
        for n in range(1, EACH + 1):
            payload = json.dumps({"result": n, "phenomenonTime": f"2026-02-01T00:{n:02}:00Z"}).encode()
            body = len(self.topic).to_bytes(2) + self.topic + n.to_bytes(2) + payload
            self._out.write(b"\x32" + _length(len(body)) + body)
            self.acknowledged += await self._in.readexactly(4) == b"\x40\x02" + n.to_bytes(2)

    async def is_alive(self) -> bool:
        self._out.write(PINGREQ)
        return await asyncio.wait_for(self._in.readexactly(2), 30) == PINGRESP


def _length(count: int) -> bytes:
    """A length as MQTT writes it: seven bits a byte."""
    told = bytearray()
    while True:
        count, low = divmod(count, 128)
        told.append(low | (128 if count else 0))
        if not count:
            return bytes(told)


main()
