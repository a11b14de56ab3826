"""Messages that failed: a letter instead, or staff where there is no address."""

from __future__ import annotations

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.offers.models import Offer, Recipient
from toimiva.capabilities.offers.windows import write_letters
from toimiva.core.channels import api as channels
from toimiva.core.channels.events import MessagesFailed
from toimiva.core.city import api as cities

__all__ = ["letters_for_failed"]


def letters_for_failed(event: MessagesFailed) -> None:
    """Write a letter for each offer that did not arrive; open a case where nobody of the family can be reached."""
    at = cities.now(event.city)
    failed = channels.failed_messages(event.messages)
    write_letters(failed, at=at)
    unreachable = sorted({m.about for m in failed if not _can_be_reached(m)})
    offers = Offer.objects.filter(pk__in=unreachable, state="open")
    new = [cases.NewCase(o.city, o.round, o.service, o.person, "not_reached", o.pk) for o in offers]
    cases.open_cases(new, at=at)


def _can_be_reached(message: channels.Message) -> bool:
    rows = Recipient.objects.filter(offer_id=message.about)
    return any(row.postal_address or (row.guardian != message.person and row.phone) for row in rows)
