"""What decisions listen to."""

from __future__ import annotations

from toimiva.capabilities.offers.events import OffersAccepted
from toimiva.core.event import Event

LISTENS: dict[type[Event], str] = {OffersAccepted: "toimiva.capabilities.decisions.making.decide_accepted"}
