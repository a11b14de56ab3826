"""An erasure: the plan, carrying it out, and the certificate (GDPR, articles 17 and 5(2))."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import Conflict
from toimiva.core.ledger import api as ledger
from toimiva.core.retention.holder import Does, Holding, holders
from toimiva.core.retention.models import Erasure

__all__ = ["Plan", "erase", "expire_all", "plan_of"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What each part has of a person and what would become of it, by part."""

    person: str
    parts: Mapping[str, Sequence[Holding]]

    def holdings(self, does: Does) -> list[Holding]:
        """Those that go, stay or must wait."""
        return [holding for found in self.parts.values() for holding in found if holding.does == does]

    def told(self) -> list[dict[str, Any]]:
        """As plain values, in the language that is active."""
        return [
            {"part": part, "what": str(h.what), "count": h.count, "does": h.does, "why": str(h.why)}
            for part, found in self.parts.items()
            for h in found
        ]


def plan_of(city: City, person: str) -> Plan:
    """What an erasure would do now. Nothing is changed."""
    found = {name: list(holders[name].holdings(city, person)) for name in holders}
    return Plan(person, {name: held for name, held in found.items() if held})


def erase(city: City, person: str, *, actor: str, at: datetime) -> dict[str, Any]:
    """Carry the plan out, or go on with one that was stopped; the certificate.

    Raises Conflict while something is under way that must end first, as an offer that waits for an answer.
    """
    row = _begun(city, person, actor, at)
    for name in holders:
        if name not in row.holders_done:
            _erase_part(row, city, name)
    return _finish(row, at)


def _begun(city: City, person: str, actor: str, at: datetime) -> Erasure:
    under_way = Erasure.objects.filter(city=city.id, person=person, done=None).first()
    if under_way:
        return under_way
    plan = plan_of(city, person)
    waits = plan.holdings("wait")
    if waits:
        raise Conflict(
            what="It cannot be erased yet.",
            why="; ".join(f"{holding.what}: {holding.why}" for holding in waits),
            mend="Ask again when it has ended.",
        )
    told = {"actor": actor, "begun": at, "plan": plan.told()}
    row, _ = Erasure.objects.get_or_create(city=city.id, person=person, done=None, defaults=told)
    return row


def _erase_part(row: Erasure, city: City, name: str) -> None:
    _overwrite_what_goes()
    with transaction.atomic():
        holders[name].erase(city, row.person)
        row.holders_done = [*row.holders_done, name]
        row.save(update_fields=["holders_done"])


def _overwrite_what_goes() -> None:
    """SQLite keeps the bytes of a deleted row until they are needed, unless it is told to overwrite them."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")


def _finish(row: Erasure, at: datetime) -> dict[str, Any]:
    kept = [held for held in row.plan if held["does"] == "keep"]
    body = {"erasure": row.pk, "erased": [held for held in row.plan if held["does"] == "erase"], "kept": kept}
    with transaction.atomic():
        row.done = at
        row.save(update_fields=["done"])
        entry = ledger.NewEntry(row.city, "person.erased", row.actor, at, row.person, body=body)
        ledger.append(entry)
        transaction.on_commit(_empty_write_ahead_log)
    return {"city": row.city, "person": row.person, "begun": row.begun.isoformat(), "done": at.isoformat(), **body}


def _empty_write_ahead_log() -> None:
    """What was overwritten is still in SQLite's log until that is emptied."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def expire_all(city: City, *, at: datetime) -> dict[str, int]:
    """Erase of everyone what has been kept as long as its purpose says; rows by part."""
    expired = {}
    for name in holders:
        with transaction.atomic():
            expired[name] = holders[name].expire(city, at)
    told = {name: count for name, count in expired.items() if count}
    if told:
        ledger.append(ledger.NewEntry(city.id, "retention.expired", "rule", cities.now(city.id), body=told))
    return told
