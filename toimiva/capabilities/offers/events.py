"""What offers announce, and what they listen to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from toimiva.core.channels.events import MessagesFailed
from toimiva.core.event import Event
from toimiva.core.people.events import ContactChanged
from toimiva.core.purposes.events import Objected


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersAccepted(Event):
    """Offers were accepted; announced in the transaction that stored the answers. `at` is when each was handled."""

    name: ClassVar = "offers.accepted.v1"
    city: str
    service: str
    offers: tuple[str, ...]
    at: tuple[datetime, ...]


LISTENS: dict[type[Event], str] = {
    ContactChanged: "toimiva.capabilities.offers.reaching.reach_anew",
    MessagesFailed: "toimiva.capabilities.offers.falling_back.letters_for_failed",
    Objected: "toimiva.capabilities.offers.withdrawing.withdraw_for_objection",
}
