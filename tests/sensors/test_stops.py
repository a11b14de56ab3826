"""kill -9 while devices send: all that was acknowledged is there, once; so is what a device sends again with its key."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg

from tests.conftest import missing
from tests.parts.brokers import until
from tests.parts.sensorthings import datastream, location, thing

ROOT = Path(__file__).parent.parent.parent
SENDERS, KILLS = 12, 1


class Device(threading.Thread):
    """Sends one number after another, at its place among many; every third device with a key, again until it is told."""

    def __init__(self, number: int, port: int) -> None:
        super().__init__(daemon=True)
        self.number, self.port, self.keyed = number, port, number % 3 == 0
        self.acknowledged: list[int] = []
        self.sent = 0
        self.stop = threading.Event()

    def run(self) -> None:
        connection = self._connection()
        while not self.stop.is_set():
            value = self.sent * SENDERS + self.number
            try:
                status = self._send(connection, value)
            except (OSError, http.client.HTTPException):
                connection.close()
                time.sleep(0.05)
                self.sent += not self.keyed  # without a key nobody knows whether it was stored
                continue
            if status == 201:
                self.acknowledged.append(value)
            self.sent += status == 201 or not self.keyed

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def _send(self, connection: http.client.HTTPConnection, value: int) -> int:
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": f"uplink-{value}"} if self.keyed else {})
        address = f"/sta/v1.1/Datastreams({1 + self.number % 2})/Observations"
        connection.request("POST", address, json.dumps({"result": value}), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status


@contextmanager
def server(environment: dict[str, str], port: int) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "toimiva.project.cli", "serve", "--port", str(port)],
        cwd=ROOT, env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(1800):
            try:
                httpx.get(f"http://127.0.0.1:{port}/healthz").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def made_streams(port: int) -> None:
    body = thing(Locations=[location()], Datastreams=[datastream("A"), datastream("B")])
    httpx.post(f"http://127.0.0.1:{port}/sta/v1.1/Things", json=body).raise_for_status()


def stored(port: int) -> Counter:
    """Every number with how often it is there."""
    found, address = (
        Counter(),
        f"http://127.0.0.1:{port}/sta/v1.1/Observations?$resultFormat=dataArray&$select=result&$top=1000",
    )
    while address:
        page = httpx.get(address, timeout=30).raise_for_status().json()
        found.update(row[0] for group in page["value"] for row in group["dataArray"])
        address = page.get("@iot.nextLink", "")
    return found


def until_answered(devices: list[Device], more: int) -> None:
    """Wait until so many more are acknowledged."""
    answered = lambda: sum(len(device.acknowledged) for device in devices)  # noqa: E731
    wanted = answered() + more
    until(lambda: answered() > wanted, 60)


def lived_through(home: Path, database: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "TOIMIVA_HOME": str(home), "TOIMIVA_DATABASE_URL": database, "TOIMIVA_REQUESTS_PER_MINUTE": "1000000",
        "TOIMIVA_SITE_URL": f"http://localhost:{port}",
    }  # fmt: skip
    devices = [Device(n, port) for n in range(SENDERS)]
    for turn in range(KILLS):
        with server(environment, port):
            if turn == 0:
                made_streams(port)
                for device in devices:
                    device.start()
            until_answered(devices, 150)
    with server(environment, port):
        until_answered(devices, 50)
        for device in devices:
            device.stop.set()
        for device in devices:
            device.join(30)
        found = stored(port)
        acknowledged = [value for device in devices for value in device.acknowledged]
        assert [value for value in acknowledged if found[value] != 1] == []
        assert [value for value, times in found.items() if times != 1] == []
        assert_streams_know(port, found)


def assert_streams_know(port: int, found: Counter) -> None:
    """What the streams know of their observations is what is there."""
    rows = httpx.get(
        f"http://127.0.0.1:{port}/sta/v1.1/Datastreams?$expand=Observations($count=true;$top=1;$orderby=phenomenonTime desc)"
    ).json()["value"]
    assert sum(row["Observations@iot.count"] for row in rows) == found.total()
    for row in rows:
        assert row["phenomenonTime"].endswith(row["Observations"][0]["phenomenonTime"])


def test_on_sqlite_what_was_acknowledged_is_there_once_whenever_it_stops(tmp_path):
    lived_through(tmp_path / "home", "")


def test_on_postgresql_what_was_acknowledged_is_there_once_whenever_it_stops(tmp_path, postgres):
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS devices")
        connection.execute("CREATE DATABASE devices")
        with psycopg.connect(postgres.rpartition("/")[0] + "/devices", autocommit=True) as own:
            if not own.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'").fetchone():
                missing("PostGIS", "install the package postgresql-postgis")
            own.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    lived_through(tmp_path / "home", postgres.rpartition("/")[0] + "/devices")
