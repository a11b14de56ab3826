"""An offer by the link of its message: the token is the key to this offer only, and tells no address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from toimiva.capabilities.offers.answering import answer_now
from toimiva.capabilities.offers.choosing import wish_for
from toimiva.capabilities.offers.links import recipient_of
from toimiva.capabilities.offers.shapes import Answered, LinkedOffer, Outcome, Wishes
from toimiva.capabilities.offers.wording import outcome_words
from toimiva.core.city import api as cities
from toimiva.core.http import REFUSALS, Problem

__all__ = ["router"]

router = Router(tags=["offers"])


@router.get("/{token}", response={200: LinkedOffer, REFUSALS: Problem})
def get_linked_offer(request: HttpRequest, token: str) -> Any:
    """The offer."""
    return recipient_of(token).offer


@router.post("/{token}/answer", response={200: Outcome, REFUSALS: Problem})
def answer_linked_offer(request: HttpRequest, token: str, body: Answered) -> dict[str, object]:
    """Answer it; the same again changes nothing."""
    row = recipient_of(token)
    outcome = answer_now(row.offer_id, row.guardian, body.answer == "yes", at=cities.now(row.offer.city))
    return {"outcome": outcome_words(outcome)}


@router.put("/{token}/wishes", response={204: None, REFUSALS: Problem})
def wish_by_link(request: HttpRequest, token: str, body: Wishes) -> Any:
    """Wish for other units after declining."""
    row = recipient_of(token)
    wish_for(row.offer_id, body.units, guardian=row.guardian, at=cities.now(row.offer.city))
    return Status(204, None)
