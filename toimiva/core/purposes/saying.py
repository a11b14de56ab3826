"""Objecting and consenting: in force at once, on record, and heard by whoever must act."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from toimiva.core.bulk import insert_rows
from toimiva.core.city.api import City
from toimiva.core.errors import Conflict
from toimiva.core.event import announce
from toimiva.core.ledger import api as ledger
from toimiva.core.purposes.catalogue import purpose
from toimiva.core.purposes.events import Objected
from toimiva.core.purposes.models import Consent, Objection

__all__ = [
    "consent", "count_objections", "object_many", "object_to", "objects", "withdraw_consent", "withdraw_objection",
]  # fmt: skip


def object_to(city: City, person: str, purpose_id: str, *, at: datetime) -> None:
    """Object to a purpose. Again changes nothing. Raises Conflict where the law does not let people choose."""
    allowed = purpose(city, purpose_id)
    if allowed.on_objection == "not_possible":
        raise Conflict(
            what=f"One cannot object to {purpose_id}.", why=allowed.law, mend="The resident may ask for a correction."
        )
    with transaction.atomic():
        _, new = Objection.objects.get_or_create(
            city=city.id, person=person, purpose=purpose_id, withdrawn=None, defaults={"since": at}
        )
        if new:
            ledger.append(ledger.NewEntry(city.id, "purpose.objected", person, at, person, purpose_id))
            announce(Objected(city=city.id, person=person, purpose=purpose_id, at=at))


def object_many(city: City, persons: Iterable[str], purpose_id: str, *, at: datetime) -> None:
    """Objections carried over from a register or an earlier system, before any round."""
    rows = [Objection(city=city.id, person=person, purpose=purpose_id, since=at) for person in sorted(set(persons))]
    entries = [ledger.NewEntry(city.id, "purpose.objected", row.person, at, row.person, purpose_id) for row in rows]
    with transaction.atomic():
        insert_rows(rows)
        ledger.append_many(entries)


def withdraw_objection(city: City, person: str, purpose_id: str, *, at: datetime) -> None:
    """Take an objection back; without one, nothing changes."""
    with transaction.atomic():
        rows = Objection.objects.filter(city=city.id, person=person, purpose=purpose_id, withdrawn=None)
        if rows.update(withdrawn=at):
            ledger.append(ledger.NewEntry(city.id, "purpose.objection_withdrawn", person, at, person, purpose_id))


def objects(city: City, persons: Iterable[str], purpose_id: str) -> set[str]:
    """Those of these people who object to the purpose now."""
    rows = Objection.objects.filter(city=city.id, purpose=purpose_id, withdrawn=None, person__in=list(persons))
    return set(rows.values_list("person", flat=True))


def count_objections(city: City, purpose_id: str) -> int:
    """How many objections to a purpose are in force."""
    return Objection.objects.filter(city=city.id, purpose=purpose_id, withdrawn=None).count()


def consent(city: City, person: str, purpose_id: str, *, at: datetime) -> None:
    """Allow a purpose that rests on consent; again changes nothing."""
    with transaction.atomic():
        _, new = Consent.objects.get_or_create(
            city=city.id, person=person, purpose=purpose_id, withdrawn=None, defaults={"given": at}
        )
        if new:
            ledger.append(ledger.NewEntry(city.id, "purpose.consented", person, at, person, purpose_id))


def withdraw_consent(city: City, person: str, purpose_id: str, *, at: datetime) -> None:
    """End a consent; without one, nothing changes."""
    with transaction.atomic():
        rows = Consent.objects.filter(city=city.id, person=person, purpose=purpose_id, withdrawn=None)
        if rows.update(withdrawn=at):
            ledger.append(ledger.NewEntry(city.id, "purpose.consent_withdrawn", person, at, person, purpose_id))
