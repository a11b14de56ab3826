"""What an official settles: the place is given to the child, or given up."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from toimiva.capabilities.offers.answering import change_seats
from toimiva.capabilities.offers.models import Offer, Seat
from toimiva.core.channels import api as channels
from toimiva.core.errors import Conflict, NotFound
from toimiva.core.ledger import api as ledger

__all__ = ["can_give", "settle"]

_TO_SETTLE = ("staff", "no_reply", "withdrawn", "declined")


def can_give(offer_id: str) -> bool:
    """Whether the place is held for the child still, or free to be had."""
    offer = Offer.objects.get(pk=offer_id)
    seat = Seat.objects.get(round=offer.round, unit=offer.unit, group=offer.group)
    return offer.holds or seat.taken < seat.capacity


def settle(offer_id: str, *, give: bool, official: str, at: datetime) -> None:
    """Give the place or give it up. Raises Conflict where it is settled already or somebody else has the place."""
    with transaction.atomic():
        offer = _offer(offer_id)
        if offer.state not in _TO_SETTLE:
            raise Conflict(
                what=f"Offer {offer_id} is {offer.state}.", mend="There is nothing for an official to settle."
            )
        if give and not can_give(offer_id):
            raise Conflict(
                what=f"No place is left in {offer.unit}.", why="The one that was offered has been given up since.",
                mend="Agree on another unit with the family.",
            )  # fmt: skip
        change = int(give) - int(offer.holds)
        change_seats({(offer.round, offer.unit, offer.group): change})
        offer.state, offer.holds = ("accepted", True) if give else ("declined", False)
        offer.save(update_fields=["state", "holds"])
        channels.expire([offer.pk], ["offer", "second_offer", "reminder"])
        body = {"offer": offer.pk, "given": give}
        ledger.append(ledger.NewEntry(offer.city, "offer.settled", official, at, offer.person, body=body))


def _offer(offer_id: str) -> Offer:
    found = Offer.objects.select_for_update().filter(pk=offer_id).first()
    if found is None:
        raise NotFound(what=f"There is no offer {offer_id!r}.", mend="Open the case again from the queue.")
    return found
