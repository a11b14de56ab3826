"""The web application for a WSGI server.

However many requests the server has in hand, Django works at a few at a time: more would wait for one another. Single
observations of devices are taken before it, many together. Whoever has waited in vain is told when to come back.
"""

import gc
import json
import os
from collections.abc import Callable, Iterable
from threading import BoundedSemaphore
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toimiva.project.settings")
_DJANGO = get_wsgi_application()

from toimiva.capabilities.sensors.api import Door  # noqa: E402 - models are there only now

__all__ = ["Few", "application", "whole"]

AT_ONCE, PATIENCE = 4, 20.0
Start = Callable[[str, list[tuple[str, str]]], object]


class Few:
    """A WSGI application that does few things at once; a request that is not begun within `patience` is refused."""

    def __init__(
        self, behind: Callable[..., Iterable[bytes]], *, at_once: int = AT_ONCE, patience: float = PATIENCE
    ) -> None:
        self._behind, self._patience = behind, patience
        self._room = BoundedSemaphore(at_once)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """The answer of the application behind, or 503 with nothing done."""
        if not self._room.acquire(timeout=self._patience):
            return _busy(start)
        try:
            return self._behind(environ, start)
        finally:
            self._room.release()


def whole(behind: Callable[..., Any]) -> Callable[..., Iterable[bytes]]:
    """An application whose answers are sent in one piece, head and body, where they are no streams: of anything but a
    list the server sends the head first, and some programs take that for all there is.
    """

    def answered(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        answer = behind(environ, start)
        if getattr(answer, "streaming", True):
            return answer  # type: ignore[no-any-return]
        try:
            return [b"".join(answer)]
        finally:
            answer.close()

    return answered


def _busy(start: Start) -> Iterable[bytes]:
    title, mend = "More is asked than can be done now; nothing has been done.", "Ask again in a moment."
    told = {"type": "about:blank", "title": title, "status": 503, "detail": mend}
    headers = [("Content-Type", "application/problem+json"), ("Retry-After", "5"), ("Cache-Control", "no-store")]
    start("503 Service Unavailable", headers)
    return [json.dumps(told).encode()]


application = Door(Few(whole(_DJANGO)))
gc.freeze()  # what is loaded stays: a collection looks only at what requests have made
