"""An offer by the link of its message: the token is the key to this offer only, and tells no address."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from toimiva.capabilities.offers.answering import Answer, record
from toimiva.capabilities.offers.choosing import wish_for
from toimiva.capabilities.offers.links import recipient_of
from toimiva.capabilities.offers.wording import outcome_words
from toimiva.core.city import api as cities
from toimiva.core.http import REFUSALS, Problem, Words

__all__ = ["router"]

router = Router(tags=["offers"])


class Linked(Schema):
    """The offer that a link opens. `state` is open, accepted, declined, no_reply, staff or withdrawn; `choices` are
    units that may be wished for after declining."""

    id: str
    service: str
    child_name: str
    unit: str
    group: str
    travel_m: int
    starts: date
    opens: datetime
    closes: datetime
    state: str
    wishes: list[str]
    choices: list[dict[str, Any]]


class LinkAnswer(Schema):
    """Yes or no."""

    answer: Literal["yes", "no"]


class LinkOutcome(Schema):
    """What came of the answer, in words."""

    outcome: Words


class LinkWishes(Schema):
    """Units that one would rather have, most wanted first."""

    units: list[str] = Field(max_length=20)


@router.get("/{token}", response={200: Linked, REFUSALS: Problem})
def get_linked_offer(request: HttpRequest, token: str) -> Any:
    """The offer."""
    return recipient_of(token).offer


@router.post("/{token}/answer", response={200: LinkOutcome, REFUSALS: Problem})
def answer_linked_offer(request: HttpRequest, token: str, body: LinkAnswer) -> dict[str, object]:
    """Answer it; the same again changes nothing."""
    row = recipient_of(token)
    now = cities.now(row.offer.city)
    answer = Answer(row.offer_id, row.guardian, body.answer == "yes", now, now, "web", timezone.now())
    return {"outcome": outcome_words(record([answer])[0].outcome)}


@router.put("/{token}/wishes", response={204: None, REFUSALS: Problem})
def wish_by_link(request: HttpRequest, token: str, body: LinkWishes) -> Any:
    """Wish for other units after declining."""
    row = recipient_of(token)
    wish_for(row.offer_id, body.units, guardian=row.guardian, at=cities.now(row.offer.city))
    return Status(204, None)
