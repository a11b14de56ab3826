"""Objecting and consenting: in force at once, on record, and heard by whoever must act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from toimiva.core.bulk import insert_rows
from toimiva.core.city.api import City
from toimiva.core.errors import Conflict
from toimiva.core.event import announce
from toimiva.core.ledger import api as ledger
from toimiva.core.purposes.catalogue import Purpose, purpose
from toimiva.core.purposes.events import Objected
from toimiva.core.purposes.lapsing import lapse_outdated
from toimiva.core.purposes.models import Consent, Objection

__all__ = [
    "Said", "consent", "consents", "count_objections", "object_many", "object_to", "objects", "said",
    "withdraw_consent", "withdraw_objection",
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


def consent(city: City, person: str, purpose_id: str, *, version: str, at: datetime) -> None:
    """Allow a purpose that rests on consent, by the text of this version; again changes nothing.

    Raises Conflict where the purpose does not rest on consent, or its text is no longer the one that was read.
    """
    allowed = _of_consent(city, purpose_id)
    if version != allowed.version:
        raise Conflict(what="The text has changed since you read it.", mend="Read it again, then choose.")
    with transaction.atomic():
        lapse_outdated(city, allowed, at=at)
        _, new = Consent.objects.get_or_create(
            city=city.id, person=person, purpose=purpose_id, withdrawn=None,
            defaults={"given": at, "version": version},
        )  # fmt: skip
        if new:
            body = {"version": version}
            ledger.append(ledger.NewEntry(city.id, "purpose.consented", person, at, person, purpose_id, body))


def _of_consent(city: City, purpose_id: str) -> Purpose:
    allowed = purpose(city, purpose_id)
    if allowed.basis != "consent":
        raise Conflict(
            what=f"{purpose_id} does not rest on consent.",
            why=allowed.law,
            mend="You may object to it, where the law says.",
        )
    return allowed


def withdraw_consent(city: City, person: str, purpose_id: str, *, at: datetime) -> None:
    """End a consent; without one, nothing changes. What was under way by it stops, as after an objection."""
    with transaction.atomic():
        rows = Consent.objects.filter(city=city.id, person=person, purpose=purpose_id, withdrawn=None)
        if rows.update(withdrawn=at):
            ledger.append(ledger.NewEntry(city.id, "purpose.consent_withdrawn", person, at, person, purpose_id))
            announce(Objected(city=city.id, person=person, purpose=purpose_id, at=at))


def consents(city: City, person: str, purpose_id: str) -> bool:
    """Whether the person allows the purpose now, by the text of today."""
    version = purpose(city, purpose_id).version
    rows = Consent.objects.filter(city=city.id, person=person, purpose=purpose_id, withdrawn=None, version=version)
    return rows.exists()


@dataclass(frozen=True, slots=True)
class Said:
    """Something that a person has said of a purpose, or that ended it: `entry` is its number in the ledger."""

    kind: str
    at: datetime
    entry: int


def said(city: City, person: str, purpose_id: str) -> list[Said]:
    """What the person has said of a purpose, oldest first, from the ledger."""
    return [
        Said(entry["kind"].removeprefix("purpose."), datetime.fromisoformat(entry["at"]), entry["seq"])
        for entry in ledger.about(person, within="purpose.", limit=5000)
        if entry["purpose"] == purpose_id and entry["city"] == city.id
    ]
