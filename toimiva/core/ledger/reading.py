"""Finding entries."""

from __future__ import annotations

import json
from typing import Any

from toimiva.core.ledger.models import Entry

__all__ = ["about", "count"]


def about(subject: str, *, kind: str | None = None, limit: int = 200) -> list[dict[str, Any]]:
    """What the ledger tells of a subject, oldest first: the content of each entry."""
    rows = Entry.objects.filter(subject=subject, **({"kind": kind} if kind else {})).order_by("seq")[:limit]
    return [json.loads(row.line) for row in rows]


def count(city: str | None = None) -> int:
    """How many entries there are, of one city or of all."""
    rows = Entry.objects.filter(city=city) if city else Entry.objects.all()
    return rows.count()
