"""Whether the ledger still holds, entry by entry, and proofs that an entry is in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import F

from toimiva.core.bulk import insert_rows
from toimiva.core.errors import NotFound
from toimiva.core.ledger.models import DailyRoot, Entry, Head
from toimiva.core.ledger.signing import faulty_signature, note_for, sign_roots
from toimiva.engines.merkle.api import EMPTY_ROOT, Proof, leaf_hash, prove, root, verify

__all__ = [
    "Verdict", "check_receipt", "close_days", "current_root", "published_roots", "receipt", "receipt_about",
    "receipts_about", "verify_all",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """`fault` is the first entry that does not hold (its number) with the reason, or None when all do."""

    entries: int
    root: str
    fault: tuple[int, str] | None = None


def verify_all() -> Verdict:
    """Recompute the whole chain, the repeated columns, the head and the daily roots."""
    previous, count = "", 0
    for entry in Entry.objects.order_by("seq").iterator(chunk_size=5000):
        reason = _fault(entry, count + 1, previous)
        if reason:
            return Verdict(count, "", (count + 1, reason))
        previous, count = entry.hash, count + 1
    reason = _head_fault(count, previous)
    if reason:
        return Verdict(count, "", (count, reason))
    fault = _daily_fault() or faulty_signature()
    return Verdict(count, current_root(), fault)


def _fault(entry: Entry, seq: int, previous: str) -> str | None:
    if entry.seq != seq:
        return f"entry {seq} is missing"
    if leaf_hash(entry.line.encode()).hex() != entry.hash:
        return "its text does not give its hash"
    content = _parsed(entry.line)
    if content.get("seq") != seq or content.get("prev") != previous:
        return "it does not follow the entry before it"
    repeated = {"city": entry.city, "kind": entry.kind, "subject": entry.subject, "day": entry.day.isoformat()}
    changed = [name for name, value in repeated.items() if content.get(name) != value]
    return f"its column {changed[0]} differs from its text" if changed else None


def _parsed(line: str) -> dict[str, Any]:
    try:
        return json.loads(line)
    except ValueError:
        return {}


def _head_fault(count: int, last_hash: str) -> str | None:
    head = Head.objects.filter(id=1).first() or Head()
    if (head.seq, head.hash) == (count, last_hash):
        return None
    return f"the head names entry {head.seq} with another hash: entries were removed or the head was changed"


def _daily_fault() -> tuple[int, str] | None:
    for day in DailyRoot.objects.order_by("day"):
        if root(_leaves(day.first, day.last)).hex() != day.root:
            return day.first, f"the published root of {day.day} is not that of its entries {day.first} to {day.last}"
    return None


def _leaves(first: int, last: int) -> list[bytes]:
    hashes = Entry.objects.filter(seq__gte=first, seq__lte=last).order_by("seq").values_list("hash", flat=True)
    return [bytes.fromhex(value) for value in hashes]


def current_root() -> str:
    """Merkle root over every entry, as hex."""
    hashes = Entry.objects.order_by("seq").values_list("hash", flat=True)
    return root([bytes.fromhex(value) for value in hashes]).hex() if hashes else EMPTY_ROOT.hex()


def close_days(before: date) -> list[date]:
    """Fix the roots of the days before this one that have none yet."""
    last = DailyRoot.objects.order_by("-day").first()
    rows = Entry.objects.filter(seq__gt=last.last if last else 0, day__lt=before).order_by("seq")
    roots = [DailyRoot(day=day, first=first, last=end, root=value) for day, first, end, value in _days(rows)]
    with transaction.atomic():
        insert_rows(roots)
        sign_roots(roots)
    return [item.day for item in roots]


def _days(rows: Any) -> Iterator[tuple[date, int, int, str]]:
    for day, group in groupby(rows.values_list("day", "seq", "hash"), key=lambda row: row[0]):
        entries = list(group)
        leaves = [bytes.fromhex(value) for _, _, value in entries]
        yield day, entries[0][1], entries[-1][1], root(leaves).hex()


def receipt(seq: int) -> dict[str, Any]:
    """Proof that entry `seq` is in its day's tree, as JSON values; the day must be over. Raises NotFound."""
    day = DailyRoot.objects.filter(first__lte=seq, last__gte=seq).first()
    entry = Entry.objects.filter(seq=seq).first()
    if day is None or entry is None:
        raise NotFound(
            what=f"There is no receipt for entry {seq} yet.",
            why="Receipts are given against a day's root, which is made when the day is over.",
            mend="Ask again tomorrow, or check the number.",
        )
    return _receipt(entry, day, _leaves(day.first, day.last))


def receipt_about(seq: int, subject: str) -> dict[str, Any]:
    """`receipt` of an entry that is about a subject. Raises NotFound for any other."""
    if not Entry.objects.filter(seq=seq, subject=subject).exists():
        raise NotFound(what=f"There is no entry {seq} about you.", mend="See the list of what you have said.")
    return receipt(seq)


def _receipt(entry: Entry, day: DailyRoot, leaves: list[bytes]) -> dict[str, Any]:
    proof = prove(leaves, entry.seq - day.first)
    path = [item.hex() for item in proof.path]
    return {
        "entry": entry.line, "day": str(day.day), "index": proof.index, "size": proof.size, "path": path,
        "root": day.root, "note": note_for(day),
    }  # fmt: skip


def receipts_about(subject: str, *, limit: int = 25) -> dict[int, dict[str, Any]]:
    """Receipts of the newest entries about a subject, by their numbers, as far as their days are over."""
    rows = list(Entry.objects.filter(subject=subject).order_by("-seq")[:limit])
    found: dict[int, dict[str, Any]] = {}
    for day in DailyRoot.objects.filter(day__in={row.day for row in rows}):
        leaves = _leaves(day.first, day.last)
        found |= {row.seq: _receipt(row, day, leaves) for row in rows if day.first <= row.seq <= day.last}
    return found


def published_roots() -> list[dict[str, str | int]]:
    """day, first, last, root and signed note of every day that is over, oldest first."""
    return [
        {"day": str(row.day), "first": row.first, "last": row.last, "root": row.root, "note": note_for(row)}
        for row in DailyRoot.objects.order_by("day").prefetch_related("signatures")
    ]


def check_receipt(document: dict[str, Any]) -> bool:
    """Whether a receipt proves its entry under the root that was published for its day, with as many entries."""
    proof = Proof(document["index"], document["size"], tuple(bytes.fromhex(item) for item in document["path"]))
    under = verify(leaf_hash(document["entry"].encode()), proof, bytes.fromhex(document["root"]))
    days = DailyRoot.objects.filter(day=document["day"], root=document["root"])
    return under and days.filter(last=F("first") + document["size"] - 1).exists()
