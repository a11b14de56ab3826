"""The web application for a WSGI server.

Django has a few threads of its own, however many requests the server has in hand: more would wait for one another, and
each keeps a connection to the database. Single observations of devices are taken before it, many together. Whoever has
waited for a thread in vain is told when to come back.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toimiva.project.settings")
_DJANGO = get_wsgi_application()

from toimiva.capabilities.sensors.api import Door  # noqa: E402 - models are there only now

__all__ = ["Few", "application"]

THREADS, PATIENCE = 4, 20.0
Start = Callable[[str, list[tuple[str, str]]], object]


class Few:
    """A WSGI application behind a few threads; a request that is not begun within `patience` seconds is refused."""

    def __init__(
        self, behind: Callable[..., Iterable[bytes]], *, threads: int = THREADS, patience: float = PATIENCE
    ) -> None:
        self._behind, self._patience = behind, patience
        self._pool = ThreadPoolExecutor(threads, "django")

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """The answer of the application behind, or 503 with nothing done."""
        doing = self._pool.submit(self._done, environ, start)
        try:
            return doing.result(self._patience)
        except TimeoutError:
            return _busy(start) if doing.cancel() else doing.result()

    def _done(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        answer = self._behind(environ, start)
        return _Streamed(answer) if getattr(answer, "streaming", False) else answer


class _Streamed:
    """What is told bit by bit, by the server's own thread, which keeps no connection to the database afterwards."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        """The answer has been told, or whoever asked has gone."""
        self._answer.close()
        connections.close_all()


def _busy(start: Start) -> Iterable[bytes]:
    title, mend = "More is asked than can be done now; nothing has been done.", "Ask again in a moment."
    told = {"type": "about:blank", "title": title, "status": 503, "detail": mend}
    headers = [("Content-Type", "application/problem+json"), ("Retry-After", "5"), ("Cache-Control", "no-store")]
    start("503 Service Unavailable", headers)
    return [json.dumps(told).encode()]


application = Door(Few(_DJANGO))
