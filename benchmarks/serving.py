"""The site in a home of its own, as long as something is measured of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.parts.brokers import free_port

__all__ = ["serving"]


@contextmanager
def serving(home: Path) -> Iterator[httpx.Client]:
    """A client of `toimiva serve` once it answers. Raises SystemExit where it does not come."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "toimiva.project.cli", "serve", "--port", str(port)],
        env=os.environ | {"TOIMIVA_HOME": str(home)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            _wait(client)
            yield client
    finally:
        server.terminate()
        server.wait()


def _wait(client: httpx.Client) -> None:
    for _ in range(400):
        try:
            client.get("/healthz").raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SystemExit("The site did not start.")
