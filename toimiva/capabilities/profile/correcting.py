"""Requests to correct what a register says: asked by a resident, passed to the register's owner, answered in a month.

Source: GDPR, articles 12(3), 12(4) and 16.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from toimiva.capabilities.profile.family import OWN
from toimiva.capabilities.profile.models import Correction
from toimiva.core.city import api as cities
from toimiva.core.city.api import City, text_in
from toimiva.core.errors import Conflict, NotFound
from toimiva.core.ledger import api as ledger
from toimiva.core.people import api as people
from toimiva.core.purposes import api as purposes
from toimiva.core.registers import api as registers

__all__ = [
    "STATE_WORDS", "answer_correction", "ask_correction", "asked_by", "corrections_under_way", "field_title",
    "get_correction", "owner_of",
]  # fmt: skip

STATE_WORDS = {
    "open": gettext_lazy("waits for an official"),
    "passed": gettext_lazy("with the register's owner"),
    "mended": gettext_lazy("corrected"),
    "refused": gettext_lazy("not corrected"),
}
ANSWERS = ("passed", "mended", "refused")


def ask_correction(
    city: City, person: str, table: str, field: str, *, was: str, wanted: str, by: str, at: datetime
) -> Correction:
    """Ask for it. Raises NotFound for data that one does not see, Conflict when nothing is wanted instead of what it
    `was`, or while the same is under way."""
    if field not in purposes.purpose(city, OWN).tables.get(table, ()):
        raise NotFound(what="There is no such piece of data.", mend="Choose one on the page of your data.")
    if not wanted.strip():
        raise Conflict(what="Nothing was written.", mend="Write what is right, then send it.")
    try:
        with transaction.atomic():
            row = Correction.objects.create(
                city=city.id, person=person, asked_by=by, table=table, field=field, was=was, wanted=wanted.strip(),
                asked=at,
            )  # fmt: skip
            _note(row, "correction.asked", by, at)
    except IntegrityError as error:
        raise Conflict(
            what="You have asked for this correction already.", mend="Its answer comes to the page of your data."
        ) from error
    return row


def _note(row: Correction, kind: str, actor: str, at: datetime) -> None:
    body = {"correction": row.pk, "table": row.table, "field": row.field, "state": row.state}
    ledger.append(ledger.NewEntry(row.city, kind, actor, at, row.person, "corrections", body))


def asked_by(city: City, person: str) -> list[Correction]:
    """What a resident has asked, newest first."""
    return list(Correction.objects.filter(city=city.id, asked_by=person).order_by("-asked", "-pk"))


def corrections_under_way(city: str) -> Sequence[Correction]:
    """Those that wait for an answer, the first due first."""
    return list(Correction.objects.filter(city=city, state__in=["open", "passed"]).order_by("asked", "pk"))


def get_correction(number: int) -> Correction:
    """One of them. Raises NotFound."""
    found = Correction.objects.filter(pk=number).first()
    if found is None:
        raise NotFound(what=f"There is no request {number}.", mend="See the list of requests.")
    return found


def field_title(row: Correction, language: str) -> str:
    """The piece of data in the register's words."""
    rules = registers.table(cities.load(row.city), row.table.removesuffix(".identities")).fields
    rule = next(rule for name, rule in rules.items() if row.field in (name, rule.becomes))
    return text_in(rule.title, language)


def owner_of(row: Correction, language: str) -> str:
    """Who keeps the register."""
    return text_in(registers.contract(cities.load(row.city), row.table.partition(".")[0]).owner, language)


def answer_correction(number: int, state: str, *, text: str, official: str, at: datetime) -> Correction:
    """Pass it to the register's owner, or answer it; the resident is told. Raises Conflict when it is answered already,
    or a refusal gives no reason."""
    with transaction.atomic():
        row = Correction.objects.select_for_update().filter(pk=number).first() or get_correction(number)
        if not row.under_way or state not in ANSWERS:
            raise Conflict(
                what=f"Request {number} cannot become {state!r}.", mend="See its answer; nothing was changed."
            )
        if state == "refused" and not text.strip():
            raise Conflict(what="A refusal needs its reason.", mend="Write why, as the resident reads it.")
        row.state, row.official, row.answer, row.answered = state, official, text.strip(), at
        row.save()
        _note(row, "correction.answered", official, at)
        if state != "passed":
            _tell(row, official, at)
    return row


def _tell(row: Correction, official: str, at: datetime) -> None:
    """A message that the answer is there; nothing of the data is in it."""
    city = cities.load(row.city)
    words = partial(_words, city)
    people.tell(city, row.asked_by, f"correction/{row.pk}", words, purpose="corrections", actor=official, at=at)


def _words(city: City, language: str) -> tuple[str, str]:
    text = _("%(city)s: your request for a correction has been answered. See My city, or call %(phone)s.") % {
        "city": text_in(city.names, language), "phone": city.customer_service_phone,
    }  # fmt: skip
    return _("Your request for a correction"), text
