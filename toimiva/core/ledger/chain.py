"""Adding to the chain: each line names the hash of the one before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from toimiva.core.bulk import insert_rows
from toimiva.core.ledger.models import Entry, Head
from toimiva.engines.merkle.api import leaf_hash

__all__ = ["NewEntry", "append", "append_many", "canonical"]


@dataclass(frozen=True, slots=True)
class NewEntry:
    """Who (`actor`: a pseudonym, a role or "rule") did what (`kind`) to whose data (`subject`), under which purpose."""

    city: str
    kind: str
    actor: str
    at: datetime
    subject: str = ""
    purpose: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces: the same value is always the same text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def append(entry: NewEntry) -> int:
    """Add one entry; its number is returned."""
    return append_many([entry])[0]


def append_many(entries: Sequence[NewEntry]) -> list[int]:
    """Add entries in order, in the caller's transaction. Their numbers are returned."""
    if not entries:
        return []
    with transaction.atomic():
        head = _locked_head()
        rows = [_extend(head, entry) for entry in entries]
        insert_rows(rows)
        head.save(update_fields=["seq", "hash", "day"])
    return [row.seq for row in rows]


def _locked_head() -> Head:
    Head.objects.get_or_create(id=1)
    return Head.objects.select_for_update().get(id=1)


def _extend(head: Head, entry: NewEntry) -> Entry:
    """The next row, and the head moved to it. A day never goes back, even if the clock does."""
    day = _day(head.day, entry.at)
    line = canonical(_content(entry) | {"seq": head.seq + 1, "day": day.isoformat(), "prev": head.hash})
    head.seq, head.hash, head.day = head.seq + 1, leaf_hash(line.encode()).hex(), day
    return Entry(
        seq=head.seq, line=line, hash=head.hash, city=entry.city, kind=entry.kind, subject=entry.subject, day=day
    )


def _day(last: date | None, at: datetime) -> date:
    return max(last, at.date()) if last else at.date()


def _content(entry: NewEntry) -> dict[str, Any]:
    return {
        "city": entry.city,
        "kind": entry.kind,
        "actor": entry.actor,
        "at": entry.at.isoformat(),
        "subject": entry.subject,
        "purpose": entry.purpose,
        "body": dict(entry.body),
    }
