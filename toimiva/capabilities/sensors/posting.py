"""Observations that are posted one by one, stored together: whoever comes while others are being stored waits for the
next write, and so a commit serves many (group commit). Each is answered once it is stored.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DataError, IntegrityError, close_old_connections, connection

from toimiva.capabilities.sensors.posting_sql import store_rows
from toimiva.capabilities.sensors.schema import ENTITIES
from toimiva.capabilities.sensors.values import values_of
from toimiva.core.errors import Unavailable

__all__ = ["Stored", "Together", "plain_of", "store_posted"]

log = logging.getLogger("toimiva.sensors")
_AT_ONCE = 500
_OBSERVATION = ENTITIES["Observation"]


class Stored(NamedTuple):
    """An observation as it is stored, as far as it is told; made in a tenth of the time of a model's instance."""

    id: int
    datastream_id: int
    phenomenon_time: datetime
    phenomenon_time_end: datetime | None = None
    result_time: datetime | None = None
    valid_time: datetime | None = None
    valid_time_end: datetime | None = None
    result_number: float | None = None
    result_text: str | None = None
    result_json: Any = None
    result_quality: Any = None
    parameters: Any = None


def plain_of(body: object, stream: int | None) -> tuple[int, Mapping[str, Any]] | None:
    """The datastream, of the address or by its id in the body, and an observation by the model's fields; None for a
    body with anything else in it. Raises Invalid.
    """
    if not isinstance(body, dict):
        return None
    if stream is None:
        stream = _linked(body.get("Datastream"))
        body = {name: value for name, value in body.items() if name != "Datastream"}
    if stream is None or not body.keys() <= _OBSERVATION.properties.keys():
        return None
    return stream, values_of(_OBSERVATION, body)


def _linked(link: object) -> int | None:
    """The id of a link that is one alone."""
    if not isinstance(link, dict) or link.keys() != {"@iot.id"}:
        return None
    key = link["@iot.id"]
    return key if isinstance(key, int) and not isinstance(key, bool) and 0 < key < 2**63 else None


@dataclass(slots=True)
class Posted:
    """An observation of a datastream by the model's fields, and whoever waits for it to be stored."""

    stream: int
    values: Mapping[str, Any]
    _row: Stored | Unavailable | None = None
    _done: Any = field(default_factory=threading.Lock)  # held until then: it costs a fifth of a Future

    def __post_init__(self) -> None:
        self._done.acquire()

    def end(self, row: Stored | Unavailable | None) -> None:
        """Let who waits go on."""
        self._row = row
        self._done.release()

    def wait(self) -> Stored | None:
        """The row, once there is an end; None for what has to be looked at by itself. Raises Unavailable."""
        with self._done:
            if isinstance(self._row, Unavailable):
                raise self._row
            return self._row


class Together:
    """One thread that stores what any number of others post."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Posted] = SimpleQueue()
        self._began = threading.Lock()
        self._turn = _Turn()

    def store(self, stream: int, values: Mapping[str, Any]) -> Stored | None:
        """The row once it is committed; None for what has to be looked at by itself. Raises Unavailable."""
        posted = Posted(stream, values)
        self._waiting.put(posted)
        if self._began.acquire(blocking=False):  # held from now on
            threading.Thread(target=self._run, name="observations", daemon=True).start()
        return posted.wait()

    def _run(self) -> None:
        while True:
            some = [self._waiting.get()]
            with self._turn:
                while len(some) < _AT_ONCE and not self._waiting.empty():
                    some.append(self._waiting.get())
                rows = _stored(some)
            for one, row in zip(some, rows, strict=True):
                one.end(row)


class _Turn:
    """One process after another on SQLite, which lets whoever waits for it sleep longer than it is kept waiting."""

    def __init__(self) -> None:
        self._file: int | None = None

    def __enter__(self) -> None:
        if connection.vendor == "sqlite":
            if self._file is None:
                self._file = os.open(settings.HOME / "observations.turn", os.O_CREAT | os.O_WRONLY, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)


def _stored(some: Sequence[Posted]) -> Sequence[Stored | Unavailable | None]:
    """Their rows; None for all where the database refuses one of them, and each is then looked at by itself."""
    try:
        return store_posted(some)
    except (DataError, IntegrityError):
        return [None] * len(some)
    except Exception:  # whatever it was, the next ones are stored
        log.exception("Observations could not be stored.")
        close_old_connections()  # one that is broken is opened again
        mend = "Send it again in a moment."
        return [Unavailable(what="The observation could not be stored now.", mend=mend) for _ in some]


def store_posted(posted: Sequence[Posted]) -> list[Stored | None]:
    """Their rows in order; None for one whose datastream is not there, or whose place is not known yet."""
    keys = store_rows([one.stream for one in posted], [one.values for one in posted])
    return [
        None if key is None else Stored(key, one.stream, **one.values) for key, one in zip(keys, posted, strict=True)
    ]
