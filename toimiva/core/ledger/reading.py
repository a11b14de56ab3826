"""Finding entries."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Count

from toimiva.core.ledger.models import Entry

__all__ = ["Content", "Tally", "about", "contains", "count", "head", "of_everyone", "of_kind", "tally"]

Content = dict[str, Any]  # the content of an entry


def about(subject: str, *, kind: str | None = None, within: str = "", limit: int = 200) -> list[Content]:
    """What the ledger tells of a subject, oldest first: the content of each entry. `kind` is one kind, `within` what
    several begin with, as `purpose.`"""
    rows = Entry.objects.filter(subject=subject, kind__startswith=within, **({"kind": kind} if kind else {}))
    return [json.loads(row.line) for row in rows.order_by("seq")[:limit]]


def of_kind(kind: str, *, limit: int = 200) -> list[Content]:
    """Entries of a kind, newest first, of every city."""
    return [json.loads(row.line) for row in Entry.objects.filter(kind=kind).order_by("-seq")[:limit]]


def of_everyone(city: str, kind: str, *, limit: int = 200) -> list[Content]:
    """Entries of a kind that name no subject, oldest first: what was done about all at once."""
    rows = Entry.objects.filter(city=city, kind=kind, subject="").order_by("-seq")[:limit]
    return [json.loads(row.line) for row in reversed(rows)]


def count(city: str | None = None) -> int:
    """How many entries there are, of one city or of all."""
    rows = Entry.objects.filter(city=city) if city else Entry.objects.all()
    return rows.count()


@dataclass(frozen=True, slots=True)
class Tally:
    """Entries of a city by kind: all of them, and by day since a day."""

    totals: Mapping[str, int]
    days: Mapping[str, Mapping[date, int]]


def head() -> str:
    """The last entry's hash: while it stays, nothing that is on record has changed."""
    return Entry.objects.order_by("-seq").values_list("hash", flat=True).first() or ""


def contains(entry_hash: str) -> bool:
    """Whether an entry with this hash is here: a ledger that goes on from it does."""
    return entry_hash == "" or Entry.objects.filter(hash=entry_hash).exists()


def tally(city: str, *, since: date) -> Tally:
    """How many entries of each kind there are. Counted again only when the ledger has grown."""
    return _tally(city, since, head())


@lru_cache(maxsize=16)
def _tally(city: str, since: date, _head: str) -> Tally:
    mine = Entry.objects.filter(city=city)
    totals = {row["kind"]: row["n"] for row in mine.values("kind").annotate(n=Count("seq"))}
    days: dict[str, dict[date, int]] = defaultdict(dict)
    for row in mine.filter(day__gte=since).values("kind", "day").annotate(n=Count("seq")).order_by("kind", "day"):
        days[row["kind"]][row["day"]] = row["n"]
    return Tally(totals, days)
