"""The short way of a single observation: most of what devices send is taken before Django's middleware.

Only what is plain is: POST to `Datastreams(1)/Observations`, or to `Observations` with the datastream's id, from one
who may write, with a body of known properties, of a stream and a place that are there. Everything else, every refusal
among it, goes the ordinary way (`sensorthings.py`), and what is stored is answered the same by both.
"""

from __future__ import annotations

import hmac
import io
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest

from toimiva.capabilities.sensors.bodies import read_json, write_json
from toimiva.capabilities.sensors.posting import Stored, Together, plain_of
from toimiva.capabilities.sensors.reading import Reader
from toimiva.capabilities.sensors.schema import BASE, ENTITIES
from toimiva.core.errors import Invalid, Unavailable
from toimiva.core.ui.api import problem_details
from toimiva.engines.odata.api import Options

__all__ = ["Door"]

Environ = dict[str, Any]
Start = Callable[[str, list[tuple[str, str]]], object]
Application = Callable[[Environ, Start], Iterable[bytes]]

_OBSERVATION, _ALL = ENTITIES["Observation"], Options()
_ADDRESS = re.compile(rf"{BASE}/(?:Datastreams\(([1-9]\d{{0,17}})\)/)?Observations/?").fullmatch
_MOST_BYTES = 64 * 1024
_COUNTED = ("HTTP_X_API_KEY", "HTTP_IDEMPOTENCY_KEY")  # known by a key, or done once by one: both are Django's to do
_HEADERS = (
    ("Content-Type", "application/json"), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
)  # fmt: skip


class Door:
    """A WSGI application before another."""

    def __init__(self, ordinary: Application) -> None:
        self._ordinary = ordinary
        self._together = Together()

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """The answer to a plain observation, or the ordinary one."""
        found = _ADDRESS(environ["PATH_INFO"])
        if found is None or environ["REQUEST_METHOD"] != "POST" or not _is_plain(environ):
            return self._ordinary(environ, start)
        content = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        try:
            row = self._taken(int(found[1]) if found[1] else None, content)
        except Unavailable as error:
            return _busy(error, start)
        if row is None:
            return self._ordinary(environ | {"wsgi.input": io.BytesIO(content)}, start)
        return _answered(environ, row, start)

    def _taken(self, stream: int | None, content: bytes) -> Stored | None:
        """The observation as it is stored; None for what is not plain. Raises Unavailable."""
        try:
            plain = plain_of(read_json(content), stream)
            return None if plain is None else self._together.store(*plain)
        except Invalid:
            return None


def _is_plain(environ: Environ) -> bool:
    """From one who may write, of a length that is told, at an address of ours."""
    length = environ.get("CONTENT_LENGTH") or ""
    sized = length.isascii() and length.isdigit() and len(length) < 10 and int(length) <= _MOST_BYTES
    asked = environ.get("QUERY_STRING") or any(name in environ for name in _COUNTED)
    return bool(sized and not asked and _may_write(environ) and _base(*_named(environ)))


def _may_write(environ: Environ) -> bool:
    """By the key; outside production by anyone, where the sensors are open. In production only over HTTPS."""
    if settings.PRODUCTION and not WSGIRequest(environ).is_secure():
        return False
    given, key = environ.get("HTTP_AUTHORIZATION", ""), settings.SENSORS_TOKEN
    if key and hmac.compare_digest(f"Bearer {key}".encode(), given.encode("utf-8", "surrogateescape")):
        return True
    return settings.OPEN_SENSORS and not settings.PRODUCTION


def _named(environ: Environ) -> tuple[tuple[str, str], ...]:
    """What the site's address is told by."""
    names = ("HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "SCRIPT_NAME")
    return tuple((name, environ[name]) for name in names if name in environ)


@lru_cache(maxsize=100)
def _base(*named: tuple[str, str]) -> str:
    """The address of the service as the sender knows it; "" for a host that is not ours."""
    plain = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "wsgi.input": io.BytesIO()}
    try:
        return WSGIRequest(plain | dict(named)).build_absolute_uri(BASE)
    except DisallowedHost:
        return ""


def _answered(environ: Environ, row: Stored, start: Start) -> Iterable[bytes]:
    reader = Reader(_base(*_named(environ)))
    (told,) = reader.rows(_OBSERVATION, [row], _ALL)
    return _written(told, HTTPStatus.CREATED, ("Location", reader.link(_OBSERVATION, row)), start)


def _busy(error: Unavailable, start: Start) -> Iterable[bytes]:
    """What is not known to be stored the device keeps, and sends again."""
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return _written(problem_details(error) | {"status": status.value}, status, ("Retry-After", "1"), start)


def _written(told: Any, status: HTTPStatus, header: tuple[str, str], start: Start) -> Iterable[bytes]:
    content = write_json(told)
    start(f"{status.value} {status.phrase}", [*_HEADERS, header, ("Content-Length", str(len(content)))])
    return [content]
