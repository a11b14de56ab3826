"""How a resident wants to be reached: contacts of their own, verified by a code, their language and their channel.

A contact that a resident has verified stands before the register's, which the city cannot change.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from toimiva.core.city.api import LANGUAGES, City
from toimiva.core.errors import Conflict, Fault, Invalid, TooMany
from toimiva.core.event import announce
from toimiva.core.ledger import api as ledger
from toimiva.core.people.events import ContactChanged
from toimiva.core.people.models import Contact, Wish

__all__ = [
    "CHANNELS", "Asked", "Kind", "Own", "ask_contact", "end_contact", "normal_contact", "own_contacts",
    "verify_contact", "waiting_contact", "wish",
]  # fmt: skip

Kind = Literal["phone", "email"]
CHANNELS = ("sms", "email", "letter")
_CODE_HOLDS = timedelta(minutes=15)
_TRIES = 5
_ASKED_IN_AN_HOUR = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A contact that waits for its code; the code goes to the contact itself and is kept nowhere."""

    id: int
    value: str
    code: str


@dataclass(frozen=True, slots=True)
class Own:
    """What a resident has said: verified contacts, language and channel; empty where they have said nothing."""

    phone: str = ""
    email: str = ""
    language: str = ""
    channel: str = ""


def own_contacts(city: City, persons: Sequence[str]) -> dict[str, Own]:
    """What these people have said, of those who have said anything."""
    found: dict[str, dict[str, str]] = {}
    for start in range(0, len(persons), 500):
        some = persons[start : start + 500]
        contacts = Contact.objects.filter(city=city.id, person__in=some, ended=None).exclude(verified=None)
        for person, kind, value in contacts.values_list("person", "kind", "value"):
            found.setdefault(person, {})[kind] = value
        wishes = Wish.objects.filter(city=city.id, person__in=some, ended=None)
        for person, language, channel in wishes.values_list("person", "language", "channel"):
            found.setdefault(person, {}).update(language=language, channel=channel)
    return {person: Own(**said) for person, said in found.items()}


def ask_contact(city: City, person: str, kind: Kind, value: str, *, at: datetime) -> Asked:
    """Begin to use a contact: the code has to reach its owner. Raises Invalid for none such, TooMany after five in an
    hour."""
    normal = normal_contact(city, kind, value)
    rows = Contact.objects.filter(city=city.id, person=person)
    if rows.filter(asked__gt=at - timedelta(hours=1)).count() >= _ASKED_IN_AN_HOUR:
        raise TooMany(what="You have asked for a code many times.", mend="Try again in an hour.")
    code = f"{secrets.randbelow(1_000_000):06}"
    with transaction.atomic():
        rows.filter(kind=kind, verified=None, ended=None).update(ended=at)
        row = Contact.objects.create(city=city.id, person=person, kind=kind, value=normal, asked=at, code=_hashed(code))
    return Asked(row.pk, normal, code)


def _hashed(code: str) -> str:
    return salted_hmac("people.contact", code, algorithm="sha256").hexdigest()


def normal_contact(city: City, kind: Kind, value: str) -> str:
    """The contact as it is kept: E.164 for a number (a local one is of the city's country), the address as it is."""
    try:
        if kind == "phone":
            number = phonenumbers.parse(value, city.holidays)
            if not phonenumbers.is_valid_number(number):
                raise ValueError
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        validate_email(value.strip())
    except (phonenumbers.NumberParseException, ValueError, ValidationError) as error:
        what = "telephone number" if kind == "phone" else "e-mail address"
        example = "040 123 4567" if kind == "phone" else "name@example.org"
        raise Invalid(
            what=f"This is not a {what}.", faults=[Fault(kind, 1, f"{value[:60]!r}", f"Write it like {example}.")]
        ) from error
    return value.strip()


def waiting_contact(city: City, person: str, kind: Kind, *, at: datetime) -> str:
    """The contact that waits for its code; empty where none does."""
    row = _waiting(city, person, kind, at).first()
    return row.value if row else ""


def _waiting(city: City, person: str, kind: Kind, at: datetime):  # type: ignore[no-untyped-def]
    rows = Contact.objects.filter(city=city.id, person=person, kind=kind, verified=None, ended=None, tries__lt=_TRIES)
    return rows.filter(asked__gt=at - _CODE_HOLDS)


def verify_contact(city: City, person: str, kind: Kind, code: str, *, at: datetime) -> str:
    """Take the contact into use by its code; the contact. Raises Conflict for another code, or none that waits."""
    row = _waiting(city, person, kind, at).first()
    if row is None:
        raise Conflict(what="No code is waiting.", why="It held for 15 minutes.", mend="Ask for a new code.")
    if not constant_time_compare(row.code, _hashed(code.strip())):
        Contact.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
        raise Conflict(what="The code is not right.", mend="Look at the message once more, or ask for a new code.")
    with transaction.atomic():
        _in_use(city, person, kind).update(ended=at)
        row.verified = at
        row.save(update_fields=["verified"])
        _tell(city, person, "contact.verified", {"kind": kind}, at)
    return str(row.value)


def _in_use(city: City, person: str, kind: Kind):  # type: ignore[no-untyped-def]
    return Contact.objects.filter(city=city.id, person=person, kind=kind, ended=None).exclude(verified=None)


def end_contact(city: City, person: str, kind: Kind, *, at: datetime) -> None:
    """Use the register's contact again; without one's own, nothing changes."""
    with transaction.atomic():
        if _in_use(city, person, kind).update(ended=at):
            _tell(city, person, "contact.ended", {"kind": kind}, at)


def wish(city: City, person: str, *, language: str, channel: str, at: datetime) -> None:
    """Say in which language and by which channel one wants to be written to; "" leaves it to the city."""
    if language not in ("", *LANGUAGES) or channel not in ("", *CHANNELS):
        raise Conflict(
            what="That cannot be chosen.", mend=f"Choose of {', '.join(LANGUAGES)} and of {', '.join(CHANNELS)}."
        )
    with transaction.atomic():
        Wish.objects.filter(city=city.id, person=person, ended=None).update(ended=at)
        if language or channel:
            Wish.objects.create(city=city.id, person=person, language=language, channel=channel, since=at)
        _tell(city, person, "contact.wished", {"language": language, "channel": channel}, at)


def _tell(city: City, person: str, kind: str, body: Mapping[str, str], at: datetime) -> None:
    ledger.append(ledger.NewEntry(city.id, kind, person, at, person, body=body))
    announce(ContactChanged(city=city.id, person=person, at=at))
