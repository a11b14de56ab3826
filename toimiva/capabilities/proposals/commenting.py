"""What residents say of a plan; others see it once an official has let it be seen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from toimiva.capabilities.proposals.models import Comment, Proposal
from toimiva.capabilities.proposals.proposing import is_open
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import Conflict, Invalid, NotFound

__all__ = ["LONGEST", "STANCES", "NewComment", "comment", "erase", "let_be_seen", "seen", "stances", "waiting"]

STANCES = ("for", "against", "neither")
LONGEST = 2000  # characters


@dataclass(frozen=True, slots=True)
class NewComment:
    """What somebody says: one of STANCES, words, and a name where they want it to be seen."""

    stance: str
    text: str
    name: str = ""
    language: str = "fi"


def comment(city: City, row: Proposal, new: NewComment) -> Comment:
    """Keep a comment; nobody sees it yet but officials. Raises Conflict where residents are not heard any more, and
    Invalid."""
    text, name = new.text.strip(), new.name.strip()
    if new.stance not in STANCES or not 0 < len(text) <= LONGEST or len(name) > 80 or "\0" in text + name:
        raise Invalid(
            what="The comment cannot be taken as it is.",
            mend=f"Choose {', '.join(STANCES)}; write 1-{LONGEST} characters, and a name of at most 80.",
        )
    with transaction.atomic():
        held = Proposal.objects.select_for_update().get(pk=row.pk)
        if not is_open(city, held):
            raise Conflict(what="Comments on this plan have ended.", mend="Read what the city answers.")
        return held.comments.create(
            stance=new.stance, text=text, name=name, language=new.language, made=cities.now(city.id)
        )


def seen(row: Proposal) -> QuerySet[Comment]:
    """What others may see, newest first."""
    return row.comments.filter(shown=True).order_by("-made", "-pk")


def stances(row: Proposal) -> dict[str, int]:
    """How many of the comments that others may see are of each stance."""
    counted = Counter(seen(row).values_list("stance", flat=True))
    return {stance: counted[stance] for stance in STANCES}


def waiting(city: City) -> QuerySet[Comment]:
    """Comments that an official has to look at, oldest first."""
    return Comment.objects.filter(proposal__city=city.id, shown=False).select_related("proposal").order_by("made", "pk")


def let_be_seen(city: City, number: int) -> None:
    """Let others see a comment. Raises NotFound for none that waits."""
    if not waiting(city).filter(pk=number).update(shown=True):
        raise _unknown(number)


def erase(city: City, number: int) -> None:
    """Erase a comment that waits: it tells of people, or says nothing of the plan. Raises NotFound."""
    gone, _ = waiting(city).filter(pk=number).delete()
    if not gone:
        raise _unknown(number)


def _unknown(number: int) -> NotFound:
    return NotFound(what=f"No comment {number} waits.", mend="Choose one from the list.")
