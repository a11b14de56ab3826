"""A plan put before residents, until when they are heard, and what the city answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from toimiva.capabilities.proposals.events import ProposalDecided, ProposalOpened
from toimiva.capabilities.proposals.models import Proposal
from toimiva.capabilities.twin import api as twin
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import Conflict, Invalid, NotFound
from toimiva.core.event import announce

__all__ = ["Words", "decide", "is_open", "proposal", "proposals", "put_forward"]


@dataclass(frozen=True, slots=True)
class Words:
    """What residents read of a plan, by language, and the last day on which they are heard."""

    title: Mapping[str, str]
    about: Mapping[str, str]
    closes: date


def put_forward(city: City, plan: str, words: Words, *, official: str) -> Proposal:
    """Put a plan before residents, or say it in other words while they are heard.

    Raises NotFound for a plan that the twin does not have, Invalid for words that are missing in a language or a day
    that has been, Conflict for one that the city has answered.
    """
    if plan not in twin.plans(city):
        raise NotFound(what=f"The twin has no plan {plan[:40]!r}.", mend="Keep it as a plan in the twin first.")
    for texts, name in ((words.title, "title"), (words.about, "text")):
        _whole(texts, name)
    if words.closes < cities.today(city):
        raise Invalid(what="The last day has been.", mend="Choose today or a later day.")
    at = cities.now(city.id)
    told: dict[str, Any] = {
        "title": dict(words.title), "about": dict(words.about), "closes": words.closes, "official": official,
    }  # fmt: skip
    with transaction.atomic():
        row = Proposal.objects.select_for_update().filter(city=city.id, plan=plan).first()
        if row is None:
            row = Proposal.objects.create(city=city.id, plan=plan, opened=at, **told)
            announce(ProposalOpened(city=city.id, plan=plan, closes=words.closes.isoformat(), at=at))
            return row
        if row.decided:
            raise Conflict(what="The city has answered: the plan stays as it was.", mend="Keep a new plan by its side.")
        for name, value in told.items():
            setattr(row, name, value)
        row.save()
    return row


def decide(city: City, plan: str, outcome: Mapping[str, str], *, official: str) -> Proposal:
    """Tell residents what came of what they said. It is told once; residents are not heard any more.

    Raises NotFound, Invalid for words that are missing in a language, Conflict where it has been told.
    """
    _whole(outcome, "answer")
    at = cities.now(city.id)
    with transaction.atomic():
        row = Proposal.objects.select_for_update().filter(city=city.id, plan=plan).first()
        if row is None:
            raise _unknown(plan)
        if row.decided:
            raise Conflict(what="The city has answered this plan.", mend="Keep a new plan where things have changed.")
        row.outcome, row.decided, row.official = dict(outcome), at, official
        row.save()
        announce(ProposalDecided(city=city.id, plan=plan, at=at))
    return row


def _whole(told: Mapping[str, str], name: str) -> None:
    missing = [language for language in cities.LANGUAGES if not told.get(language, "").strip()]
    if missing:
        raise Invalid(what=f"The {name} is missing in: {', '.join(missing)}.", mend="Write it in every language.")


def proposals(city: City) -> QuerySet[Proposal]:
    """Those that residents are heard on first, by their last day; then the newest."""
    return Proposal.objects.filter(city=city.id).order_by("-closes", "-pk")


def proposal(city: City, plan: str) -> Proposal:
    """The proposal of a plan. Raises NotFound."""
    row = Proposal.objects.filter(city=city.id, plan=plan).first()
    if row is None:
        raise _unknown(plan)
    return row


def is_open(city: City, row: Proposal) -> bool:
    """Whether residents are heard."""
    return row.decided is None and row.closes >= cities.today(city)


def _unknown(plan: str) -> NotFound:
    return NotFound(what=f"The plan {plan[:40]!r} has not been put before residents.", mend="Choose one from the list.")
