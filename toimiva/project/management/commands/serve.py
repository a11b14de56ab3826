"""`toimiva serve`: web, worker and, where a broker is set, the MQTT bridge in one process group."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from granian import Granian
from granian.constants import Interfaces

from toimiva.core.errors import Conflict

_LOG = logging.getLogger("toimiva.serve")
WEB_WORKERS = 2
AGAIN_S = 3  # seconds before a process beside is begun again
SENDERS = 16  # requests in hand in each process; but for single observations they wait for room (wsgi.py)


class Command(BaseCommand):
    help = "Web, workers and gateways in one process group."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--address", default="127.0.0.1")

    def handle(self, *, port: int, address: str, **_: Any) -> None:
        _at_this_address(port, address)
        _check_free(address, port)
        commands = [["work"], *([["sensors", "mqtt"]] if settings.MQTT else [])]
        beside = [_Beside(command) for command in commands]
        self.stderr.write(f"Toimiva is at http://{address}:{port}/ (stop with Ctrl-C)")
        try:
            Granian(
                "toimiva.project.wsgi:application", address=address, port=port, interface=Interfaces.WSGI,
                blocking_threads=SENDERS, workers=WEB_WORKERS, log_access=False,
            ).serve()  # fmt: skip
        finally:
            for process in beside:
                process.end()
            for process in beside:
                process.wait()


class _Beside:
    """A process beside the web server. One that ends by itself is begun again: nothing stops silently."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._lock, self._over = threading.Lock(), threading.Event()
        self._process = self._begin()
        threading.Thread(target=self._keep, daemon=True).start()

    def _begin(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "toimiva.project.cli", *self._command]
        return subprocess.Popen(command)  # noqa: S603 - our own command

    def _keep(self) -> None:
        while True:
            code = self._process.wait()
            if self._over.wait(AGAIN_S):
                return
            with self._lock:
                if self._over.is_set():
                    return
                _LOG.error("`toimiva %s` ended with code %s; it is begun again.", " ".join(self._command), code)
                self._process = self._begin()

    def end(self) -> None:
        """Ask it to end, for good."""
        with self._lock:
            self._over.set()
            self._process.terminate()

    def wait(self) -> None:
        """Until it has ended."""
        self._process.wait(timeout=20)


def _check_free(address: str, port: int) -> None:
    """Raises Conflict where something answers already: the two would share who asks, unnoticed."""
    try:
        socket.create_connection((address, port), timeout=1).close()
    except OSError:
        return
    mend = "Stop it, or choose another port by --port."
    raise Conflict(what=f"Something answers at http://{address}:{port}/ already.", mend=mend)


def _at_this_address(port: int, address: str) -> None:
    """Begin anew with this address as the site's, where none is set: links and sign-in come back to it."""
    if "TOIMIVA_SITE_URL" not in os.environ:
        os.environ["TOIMIVA_SITE_URL"] = f"http://localhost:{port}"
        command = [sys.executable, "-m", "toimiva.project.cli", "serve", "--port", str(port), "--address", address]
        os.execv(sys.executable, command)  # noqa: S606 - the same command, without a shell
