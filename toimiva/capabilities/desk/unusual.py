"""Unusual looking, found by stated rules: many people in a day, or at night. A reviewer says whether it was right.

What a rule finds is no accusation: a queue that was emptied in a day is many people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from toimiva.core.city import api as cities
from toimiva.core.identity import api as identity
from toimiva.core.ledger import api as ledger
from toimiva.core.ledger.api import Content

__all__ = ["MANY", "Unusual", "unusual"]

MANY = 40  # people in a day
_NIGHT_FROM, _NIGHT_TO = 22, 6
_ENTRIES = 5000


@dataclass(frozen=True, slots=True)
class Unusual:
    """A day of an official's that a rule has found: `people` looked at, and which rule in words."""

    day: date
    official: str
    city: str
    people: int
    rule: str | Promise


def unusual() -> list[Unusual]:
    """Days of officials that a rule finds among the newest entries, newest first."""
    officials = identity.names_of_officials()
    days: dict[tuple[date, str, str], list[tuple[datetime, Content]]] = defaultdict(list)
    for entry in ledger.of_kind("data.read", limit=_ENTRIES):
        if entry["actor"] in officials and entry["subject"]:
            at = datetime.fromisoformat(entry["at"]).astimezone(_zone(entry["city"]))
            days[at.date(), entry["actor"], entry["city"]].append((at, entry))
    found = [one for (day, who, city), looked in days.items() for one in _found(day, who, city, looked)]
    return sorted(found, key=lambda one: (one.day, one.official), reverse=True)


def _zone(city: str) -> ZoneInfo:
    return cities.load(city).zone


def _found(day: date, who: str, city: str, looked: list[tuple[datetime, Content]]) -> Iterator[Unusual]:
    people = {entry["subject"] for _, entry in looked}
    if len(people) > MANY:
        yield Unusual(day, who, city, len(people), gettext_lazy("many people in a day"))
    night = {entry["subject"] for at, entry in looked if at.hour >= _NIGHT_FROM or at.hour < _NIGHT_TO}
    if night:
        yield Unusual(day, who, city, len(night), gettext_lazy("at night"))
