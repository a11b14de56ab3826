"""Wishing for another unit after a no: noted with the offer, matched in the second wave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from toimiva.capabilities.offers.models import Offer
from toimiva.core.bulk import update_rows
from toimiva.core.errors import Conflict, NotFound
from toimiva.core.ledger import api as ledger

__all__ = ["wish_for", "wish_many"]


def wish_for(offer_id: str, units: Sequence[str], *, guardian: str, at: datetime) -> None:
    """Note a family's wishes, most wanted first; they replace earlier ones. Raises Conflict after the window."""
    with transaction.atomic():
        offer = Offer.objects.select_for_update().filter(pk=offer_id).first()
        if offer is None:
            raise NotFound(what=f"There is no offer {offer_id}.", mend="Open the link in the message.")
        if at > offer.closes:
            raise Conflict(
                what=f"Offer {offer_id} closed at {offer.closes:%Y-%m-%d %H:%M} UTC.", mend="Staff can still help."
            )
        known = {choice["unit"] for choice in offer.choices}
        offer.wishes = [unit for unit in units if unit in known]
        offer.save(update_fields=["wishes"])
        body = {"offer": offer_id, "wishes": offer.wishes}
        ledger.append(ledger.NewEntry(offer.city, "offer.wished", guardian, at, offer.person, body=body))


def wish_many(wishes: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Wishes of many families at once, as simulated ones have them: (offer, units)."""
    by_id = dict(wishes)
    offers = list(Offer.objects.filter(pk__in=list(by_id)))
    for offer in offers:
        offer.wishes = list(by_id[offer.pk])
    update_rows(offers, ["wishes"])
