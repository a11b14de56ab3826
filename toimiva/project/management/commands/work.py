"""`toimiva work`: live rounds and watches as time passes. `toimiva serve` runs it beside the web.

Notices to webhooks are posted in a thread of their own: an address that does not answer holds nobody up.
"""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from collections.abc import Callable
from itertools import count
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connections

from toimiva.capabilities.datasets import api as datasets
from toimiva.capabilities.developers import api as developers
from toimiva.capabilities.rounds import api as rounds
from toimiva.capabilities.sensors import api as sensors
from toimiva.capabilities.status import api as status
from toimiva.capabilities.watches import api as watches
from toimiva.capabilities.webhooks import api as webhooks
from toimiva.core.errors import ToimivaError

log = logging.getLogger("toimiva.work")


class Command(BaseCommand):
    help = "Live rounds several times a second, what is watched once a minute, until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one turn, then end")

    def handle(self, *, once: bool, **_: Any) -> None:
        if once:
            _turn(0)
            _one(_post, 0)
            return
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        posting = threading.Thread(target=_post_until, args=(stop,))
        posting.start()
        try:
            for turn in count():
                _turn(turn)
                if stop.wait(0.2):
                    return
        finally:
            stop.set()
            posting.join()


def _post_until(stop: threading.Event) -> None:
    """Notices of webhooks, once a second."""
    try:
        while not stop.wait(1):
            try:
                _post(0)
            except Exception:  # whatever a stranger's server has answered: notices to the others go on
                log.exception("Notices were not posted; they are tried again.")
    finally:
        connections.close_all()


def _post(_turn: int) -> None:
    close_old_connections()
    webhooks.deliver()


def _roll_up(turn: int) -> None:
    """Every ten seconds, so that little is left to whoever reads."""
    if turn % 50 == 0:
        sensors.roll_up()


_PARTS: tuple[Callable[[int], object], ...] = (
    rounds.advance_live, watches.look_live, _roll_up, sensors.archive_live, datasets.look_live,
    developers.tell_changes, status.look_live,
)  # fmt: skip


def _turn(turn: int) -> None:
    """One turn; a part that cannot be reached now is tried again in the next."""
    close_old_connections()
    for part in _PARTS:
        _one(part, turn)


def _one(part: Callable[[int], object], turn: int) -> None:
    try:
        part(turn)
    except (ToimivaError, DatabaseError, OSError):
        log.exception("A turn did not come to its end; the next one goes on.")
