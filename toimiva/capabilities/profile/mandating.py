"""Mandates: an adult lets somebody act for them, for what and until when they say, and takes it back at any time.

The holder is named by an identity code; whether anyone has it is told to nobody. Source: Contracts Act (228/1929),
chapter 2, and Administrative Procedure Act (434/2003), section 12.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.profile.family import OF_AGE, OWN, age_of
from toimiva.capabilities.profile.models import Mandate
from toimiva.core.city.api import City
from toimiva.core.errors import Conflict, NotAllowed, NotFound
from toimiva.core.ledger import api as ledger
from toimiva.core.people import api as people
from toimiva.core.registers import api as registers

__all__ = [
    "MAY", "acting_for", "answer_for", "give_mandate", "mandates_given", "mandates_held", "names_of_actors",
    "withdraw_mandate",
]  # fmt: skip

MAY = {
    "see": gettext_lazy("See what waits and what the city has about me"),
    "answer": gettext_lazy("See it, and answer offers for me"),
}
_LONGEST = timedelta(days=5 * 365 + 1)
_MOST = 10  # in force at a time


def give_mandate(
    city: City, giver: str, identity_code: str, *, label: str, may: str, starts: date, ends: date, at: datetime
) -> Mandate:
    """Let somebody act. Raises NotAllowed for a minor, Conflict for what cannot be given."""
    age, holder = age_of(city, giver), registers.pseudonym(city, identity_code.strip().upper())
    if age is not None and age < OF_AGE:
        raise NotAllowed(what="Only an adult can give a mandate.", mend="Your guardian acts for you.")
    if not registers.is_identity_code(identity_code.strip().upper()) or holder == giver:
        raise Conflict(what="That is not another person's identity code.", mend="Check it and write it whole.")
    today = at.astimezone(city.zone).date()
    if may not in MAY or not max(today, starts) <= ends <= today + _LONGEST:
        raise Conflict(what="A mandate needs what it is for, and an end within five years.", mend="Choose both again.")
    with transaction.atomic():
        if _in_force(city, today).filter(giver=giver).count() >= _MOST:
            raise Conflict(what=f"You have given {_MOST} mandates.", mend="Take one back first.")
        row = Mandate.objects.create(
            city=city.id, giver=giver, holder=holder, label=label, may=may, starts=starts, ends=ends, given=at
        )
        _note(row, "mandate.given", giver, at)
    return row


def _note(row: Mandate, kind: str, actor: str, at: datetime) -> None:
    body = {"mandate": row.pk, "holder": row.holder, "may": row.may, "ends": str(row.ends)}
    ledger.append(ledger.NewEntry(row.city, kind, actor, at, row.giver, body=body))


def _in_force(city: City, today: date):  # type: ignore[no-untyped-def]
    return Mandate.objects.filter(city=city.id, withdrawn=None, starts__lte=today, ends__gte=today)


def withdraw_mandate(city: City, number: int, person: str, *, at: datetime) -> None:
    """End it at once: the giver takes it back, or the holder gives it up. Raises NotFound for another's."""
    with transaction.atomic():
        row = Mandate.objects.select_for_update().filter(pk=number, city=city.id, withdrawn=None).first()
        if row is None or person not in (row.giver, row.holder):
            raise NotFound(what="There is no such mandate of yours.", mend="See the list of your mandates.")
        row.withdrawn = at
        row.save(update_fields=["withdrawn"])
        _note(row, "mandate.withdrawn", person, at)


def mandates_given(city: City, giver: str) -> list[Mandate]:
    """Not withdrawn, newest first; those that are over too."""
    return list(Mandate.objects.filter(city=city.id, giver=giver, withdrawn=None).order_by("-given", "-pk"))


def mandates_held(city: City, holder: str, *, at: datetime) -> Sequence[tuple[Mandate, str]]:
    """In force now, with the giver's name; those of the dead have ended."""
    rows = list(_in_force(city, at.astimezone(city.zone).date()).filter(holder=holder).order_by("pk"))
    if not rows:
        return []
    givers = sorted({row.giver for row in rows})
    standing = people.standing(city, givers, purpose=OWN, actor=holder, reason="mandate")
    alive = {one.person for one in standing.values() if one.died is None}
    cards = people.cards(city, givers, purpose=OWN, actor=holder, reason="mandate")
    return [(row, cards[row.giver].full_name) for row in rows if row.giver in alive and row.giver in cards]


def acting_for(city: City, holder: str, giver: str, *, at: datetime) -> tuple[Mandate, str]:
    """The widest mandate by which one acts for the giver, and the giver's name. Raises NotFound without one."""
    held = [(row, name) for row, name in mandates_held(city, holder, at=at) if row.giver == giver]
    if not held:
        raise NotFound(what="You may not act for this person.", mend="Ask them for a mandate.")
    return min(held, key=lambda one: one[0].may)  # "answer" before "see"


def answer_for(city: City, holder: str, giver: str, offer: str, *, yes: bool, at: datetime) -> str:
    """Answer an offer as the giver's answer, by the holder; what came of it. Raises NotAllowed where the mandate lets
    one only see, NotFound for an offer that is not the giver's."""
    mandate, _name = acting_for(city, holder, giver, at=at)
    if mandate.may != "answer":
        raise NotAllowed(what="This mandate lets you see, not answer.", mend="Ask for one that lets you answer.")
    if offer not in {one.id for one in offers.offers_to(city.id, giver)}:
        raise NotFound(what="There is no such offer.", mend="See the list of offers.")
    return offers.answer_now(offer, giver, yes, at=at, by=holder)


def names_of_actors(city: City, person: str) -> Mapping[str, str | Promise]:
    """What a person calls those who act in their matters, by pseudonym: themselves, and whom they have let act."""
    given = Mandate.objects.filter(city=city.id, giver=person).values_list("holder", "label")
    return {person: gettext_lazy("you yourself"), **dict(given)}
