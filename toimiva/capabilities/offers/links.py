"""Links in messages: one opens one offer for one guardian, cannot be guessed, and ends."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from functools import lru_cache

from django.conf import settings

from toimiva.capabilities.offers.models import Recipient
from toimiva.core.city.api import now
from toimiva.core.errors import Conflict, NotFound

__all__ = ["link", "recipient_of", "token_hash", "token_of"]

LIFETIME_AFTER_CLOSING = timedelta(days=60)


@lru_cache(maxsize=1)  # the hash that is kept and the link that is told are made one after the other
def token_of(offer_id: str, guardian: str) -> str:
    """The secret part of a link: 80 bits, the same whenever it is asked for, kept nowhere."""
    mac = hmac.digest(settings.LINK_KEY.encode(), f"offer link {offer_id} {guardian}".encode(), "sha256")
    return base64.b32encode(mac[:10]).decode().lower()


def token_hash(token: str) -> str:
    """What the database keeps: whoever reads it cannot open a link."""
    return hashlib.sha256(token.encode()).hexdigest()


def link(offer_id: str, guardian: str) -> str:
    """The address that goes into a message."""
    return f"{settings.SITE_URL}/o/{token_of(offer_id, guardian)}"


def recipient_of(token: str) -> Recipient:
    """Whose link it is. Raises NotFound for no such link, Conflict for one that has ended."""
    found = Recipient.objects.select_related("offer").filter(token=token_hash(token)).first()
    if found is None:
        raise NotFound(what="There is no such link.", mend="Check the message, or call customer service.")
    if now(found.offer.city) > found.offer.closes + LIFETIME_AFTER_CLOSING:
        raise Conflict(
            what="The link has ended.", why="It opens an offer for a time only.", mend="Call customer service."
        )
    return found
