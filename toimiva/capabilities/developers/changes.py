"""Changes of the interfaces for programs: told on a page, as Atom, to hooks, and of what will end also by e-mail."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from pydantic import model_validator

from toimiva.capabilities.developers.events import InterfaceChanged
from toimiva.capabilities.developers.keys import holders_of_keys, write_to
from toimiva.capabilities.developers.models import ToldChange
from toimiva.core.city.api import Strict
from toimiva.core.event import announce

__all__ = ["Change", "Sunsets", "changes", "tell_changes"]

FILE = Path(__file__).parent / "changes.toml"
_HOURLY = 5 * 3600  # turns of the worker, five a second


class Change(Strict):
    """A change; one by which something ends has all of `paths`, `deprecated` and `sunset`."""

    id: str
    day: date
    title: dict[str, str]
    about: dict[str, str]
    paths: tuple[str, ...] = ()
    deprecated: date | None = None
    sunset: date | None = None
    instead: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Change:
        if len({bool(self.paths), self.deprecated is not None, self.sunset is not None}) > 1:
            raise ValueError(f"{self.id}: what ends has paths, deprecated and sunset")
        if self.sunset and self.deprecated and self.sunset <= self.deprecated:
            raise ValueError(f"{self.id}: it ends before it is deprecated")
        return self

    def concerns(self, path: str) -> bool:
        """Whether an address is of what ends."""
        return any(re.match(one, path) for one in self.paths)


@lru_cache(maxsize=4)
def _read(path: Path) -> tuple[Change, ...]:
    found = [Change(**told) for told in tomllib.loads(path.read_text(encoding="utf-8"))["change"]]
    return tuple(sorted(found, key=lambda change: change.day, reverse=True))


def changes() -> tuple[Change, ...]:
    """All of them, newest first."""
    return _read(FILE)


class Sunsets:
    """Middleware: an answer from what will end says since when it is deprecated, when it ends, and what to use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        answer = self.get_response(request)
        for change in changes():
            if change.sunset and change.deprecated and change.concerns(request.path):
                answer.headers["Deprecation"] = f"@{_seconds(change.deprecated)}"
                answer.headers["Sunset"] = http_date(_seconds(change.sunset))
                answer.headers["Link"] = _links(change)
        return answer


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())


def _links(change: Change) -> str:
    about = f'<{settings.SITE_URL}/developers/changes/#{change.id}>; rel="deprecation"; type="text/html"'
    return f'{about}, <{settings.SITE_URL}{change.instead}>; rel="successor-version"' if change.instead else about


def tell_changes(turn: int) -> None:
    """Announce changes that are new since the last look, once an hour; on a new installation none is new."""
    if turn % _HOURLY:
        return
    with transaction.atomic():
        known = {*ToldChange.objects.select_for_update().values_list("change", flat=True)}
        new = [change for change in changes() if change.id not in known]
        ToldChange.objects.bulk_create(ToldChange(change=change.id) for change in new)
        for change in reversed(new) if known else ():
            _tell(change)


def _tell(change: Change) -> None:
    sunset = change.sunset.isoformat() if change.sunset else ""
    announce(InterfaceChanged(change=change.id, title=change.title["en"], sunset=sunset))
    if change.sunset:
        for key in holders_of_keys():
            write_to(key, f"change/{change.id}/{key}", lambda language: _words(change, language))


def _words(change: Change, language: str) -> tuple[str, str]:
    """Subject and text in the language that is in force."""
    text = _("%(title)s. %(about)s It ends on %(day)s. %(page)s") % {
        "title": change.title[language], "about": change.about[language], "day": change.sunset,
        "page": f"{settings.SITE_URL}/developers/changes/#{change.id}",
    }  # fmt: skip
    return _("A part of the interface will end"), text
