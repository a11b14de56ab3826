"""Adding to the chain: each line names the hash of the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson
from django.db import transaction

from toimiva.core.bulk import insert_columns
from toimiva.core.ledger.models import Entry, Head
from toimiva.engines.merkle.api import leaf_hash

__all__ = ["NewEntry", "append", "append_many", "canonical"]

_REPEATED = ("city", "kind", "subject")  # beside the line, for searching
_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


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
    """JSON with sorted keys and no spaces: the same value is always the same text. Dates and decimals are strings."""
    return orjson.dumps(value, default=str, option=_CANONICAL).decode()


def append(entry: NewEntry) -> int:
    """Add one entry; its number is returned."""
    return append_many([entry])[0]


def append_many(entries: Sequence[NewEntry]) -> list[int]:
    """Add entries in order, in the caller's transaction. Their numbers are returned."""
    if not entries:
        return []
    with transaction.atomic():
        head = _locked_head()
        first, lines, hashes, days = head.seq + 1, [], [], []
        for entry in entries:
            lines.append(_extend(head, entry))
            hashes.append(head.hash)
            days.append(head.day)
        numbers = list(range(first, head.seq + 1))
        columns: dict[str, list[Any]] = {"seq": numbers, "line": lines, "hash": hashes, "day": days}
        insert_columns(Entry, columns | {name: [getattr(e, name) for e in entries] for name in _REPEATED}, {})
        head.save(update_fields=["seq", "hash", "day"])
    return numbers


def _locked_head() -> Head:
    Head.objects.get_or_create(id=1)
    return Head.objects.select_for_update().get(id=1)


def _extend(head: Head, entry: NewEntry) -> str:
    """The next line, and the head moved to it. A day never goes back, even if the clock does."""
    day = _day(head.day, entry.at)
    line = canonical(_content(entry) | {"seq": head.seq + 1, "day": day.isoformat(), "prev": head.hash})
    head.seq, head.hash, head.day = head.seq + 1, leaf_hash(line.encode()).hex(), day
    return line


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
