"""Finding entries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count

from toimiva.core.ledger.models import Entry

__all__ = ["about", "by_day", "count", "count_kinds"]


def about(subject: str, *, kind: str | None = None, limit: int = 200) -> list[dict[str, Any]]:
    """What the ledger tells of a subject, oldest first: the content of each entry."""
    rows = Entry.objects.filter(subject=subject, **({"kind": kind} if kind else {})).order_by("seq")[:limit]
    return [json.loads(row.line) for row in rows]


def count(city: str | None = None) -> int:
    """How many entries there are, of one city or of all."""
    rows = Entry.objects.filter(city=city) if city else Entry.objects.all()
    return rows.count()


def count_kinds(city: str, kinds: Sequence[str]) -> int:
    """How many entries of these kinds there are."""
    return Entry.objects.filter(city=city, kind__in=kinds).count()


def by_day(city: str, kinds: Sequence[str], *, since: date) -> dict[date, int]:
    """Entries of these kinds by day, from a day on; days without any are left out."""
    rows = Entry.objects.filter(city=city, kind__in=kinds, day__gte=since).values("day").annotate(n=Count("seq"))
    return {row["day"]: row["n"] for row in rows.order_by("day")}
