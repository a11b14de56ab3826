"""An MQTT broker for the tests: mosquitto from Debian's package, on a port of its own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
from django.db import OperationalError
from paho.mqtt.enums import CallbackAPIVersion

MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def mosquitto(folder: Path, port: int) -> Iterator[subprocess.Popen]:
    """A broker that keeps its sessions in a folder, and tells who subscribes to what."""
    folder.chmod(0o777)
    (folder / "mosquitto.conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {folder}/\nautosave_interval 1\n"
        f"log_dest topic\nlog_type subscribe\nmax_queued_messages 100000\nmax_inflight_messages 1000\nuser root\n"
    )
    process = subprocess.Popen(
        [MOSQUITTO, "-c", str(folder / "mosquitto.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until(lambda: _is_open(port))
        yield process
    finally:
        process.terminate()
        process.wait(timeout=10)


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(holds: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not _holds(holds):
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)


def _holds(holds: Callable[[], object]) -> object:
    """A table that another thread writes in the tests' shared memory is locked for a moment."""
    try:
        return holds()
    except OperationalError:
        return False


class Device:
    """A client: publishes, and remembers what it hears by topic."""

    def __init__(self, port: int, *topics: str, name: str = "device", lasting: bool = False) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=not lasting)
        self.client.on_message = lambda _c, _u, message: self.heard.append((message.topic, message.payload))
        self.ready = 0
        self.client.on_subscribe = lambda *_: setattr(self, "ready", self.ready + 1)
        self.client.max_inflight_messages_set(1000)
        self.client.max_queued_messages_set(0)  # no limit
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        for topic in topics:
            self.client.subscribe(topic, 1)
        until(lambda: self.ready == len(topics))

    def says(self, topic: str, payload: bytes | str) -> None:
        """Publish, and wait until the broker has it."""
        self.client.publish(topic, payload, qos=1).wait_for_publish(10)

    def leaves(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
