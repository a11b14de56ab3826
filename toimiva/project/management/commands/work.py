"""`toimiva work`: live rounds and watches as time passes. `toimiva serve` runs it beside the web.

What goes to others' servers (notices to webhooks, downlinks) goes in threads of its own: one that does not answer holds
nobody up.
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
from toimiva.capabilities.devices import api as devices
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
            for part in (_turn, *_OUTWARD):
                _one(part, 0)
            return
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        posting = [threading.Thread(target=_post_until, args=(part, stop)) for part in _OUTWARD]
        for thread in posting:
            thread.start()
        try:
            for turn in count():
                _turn(turn)
                if stop.wait(0.2):
                    return
        finally:
            stop.set()
            for thread in posting:
                thread.join()


def _post_until(part: Callable[[int], object], stop: threading.Event) -> None:
    """What is due for others' servers, once a second."""
    try:
        while not stop.wait(1):
            try:
                part(0)
            except Exception:  # whatever a stranger's server has answered: what is for the others goes on
                log.exception("What is for others' servers was not posted; it is tried again.")
    finally:
        connections.close_all()


def _notify(_turn: int) -> None:
    close_old_connections()
    webhooks.deliver()


def _queue(_turn: int) -> None:
    close_old_connections()
    devices.queue_downlinks()


_OUTWARD: tuple[Callable[[int], object], ...] = (_notify, _queue)


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
