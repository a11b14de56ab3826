"""`toimiva serve`: web, worker and, where a broker is set, the MQTT bridge in one process group."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from granian import Granian
from granian.constants import Interfaces

WEB_WORKERS = 2
SENDERS = 16  # requests in hand in each process; but for single observations they wait for room (wsgi.py)


class Command(BaseCommand):
    help = "Web, workers and gateways in one process group."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--address", default="127.0.0.1")

    def handle(self, *, port: int, address: str, **_: Any) -> None:
        _at_this_address(port, address)
        commands = [["work"], *([["sensors", "mqtt"]] if settings.MQTT else [])]
        beside = [_begin(command) for command in commands]
        self.stderr.write(f"Toimiva is at http://{address}:{port}/ (stop with Ctrl-C)")
        try:
            Granian(
                "toimiva.project.wsgi:application", address=address, port=port, interface=Interfaces.WSGI,
                blocking_threads=SENDERS, workers=WEB_WORKERS, log_access=False,
            ).serve()  # fmt: skip
        finally:
            for process in beside:
                process.terminate()
            for process in beside:
                process.wait(timeout=20)


def _begin(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "toimiva.project.cli", *command])  # noqa: S603 - our own command


def _at_this_address(port: int, address: str) -> None:
    """Begin anew with this address as the site's, where none is set: links and sign-in come back to it."""
    if "TOIMIVA_SITE_URL" not in os.environ:
        os.environ["TOIMIVA_SITE_URL"] = f"http://localhost:{port}"
        command = [sys.executable, "-m", "toimiva.project.cli", "serve", "--port", str(port), "--address", address]
        os.execv(sys.executable, command)  # noqa: S606 - the same command, without a shell
