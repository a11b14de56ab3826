"""What happens to offers as time passes: reminders, letters where nothing arrived, the end of the window."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.offers.answering import change_seats
from toimiva.capabilities.offers.models import Offer, Recipient
from toimiva.capabilities.offers.wordings import Wordings
from toimiva.capabilities.services.api import Service
from toimiva.core.bulk import update_rows
from toimiva.core.channels import api as channels
from toimiva.core.ledger import api as ledger

__all__ = ["close_due", "remind_due", "write_letters_due"]


def remind_due(service: Service, round_id: str, *, at: datetime) -> int:
    """One reminder to those who have not answered so many days after the offer opened."""
    after = service.definition.reply.reminder_after_days
    if after is None:
        return 0
    with transaction.atomic():
        rows = Offer.objects.select_for_update().filter(
            round=round_id, wave=1, state="open", reminded=False, opens__lte=at - timedelta(days=after)
        )
        offers = list(rows.order_by("pk"))
        channels.queue(service.city, Wordings().drafts(_unanswered(offers), "reminder"), at=at)
        for offer in offers:
            offer.reminded = True
        update_rows(offers, ["reminded"])
    return len(offers)


def _unanswered(offers: list[Offer]) -> Iterable[Recipient]:
    by_id = {offer.pk: offer for offer in offers}
    ids = sorted(by_id)
    for start in range(0, len(ids), 500):
        for recipient in Recipient.objects.filter(offer_id__in=ids[start : start + 500], answer="").order_by("pk"):
            recipient.offer = by_id[recipient.offer_id]
            yield recipient


def write_letters_due(service: Service, *, at: datetime) -> int:
    """A letter where no delivery was confirmed so many days after a text left."""
    after = service.definition.reply.letter_after_days
    if after is None:
        return 0
    messages = channels.undelivered(service.city.id, "offer", sent_before=at - timedelta(days=after))
    return write_letters(messages, at=at)


def write_letters(messages: Iterable[channels.Message], *, at: datetime) -> int:
    """Letters instead of messages that did not arrive, for offers that are still open; how many were queued."""
    missed = {(m.about, m.person) for m in messages if m.channel != "letter" and m.kind in ("offer", "second_offer")}
    if not missed:
        return 0
    rows = Recipient.objects.select_related("offer").filter(
        offer_id__in={about for about, _ in missed}, offer__state="open"
    )
    wordings, drafts = Wordings(), []
    for row in rows.order_by("pk"):
        if (row.offer_id, row.guardian) in missed and row.postal_address:
            wording = wordings.of(row.offer)
            drafts.append(wording.by("letter", row.offer, row, "offer", "-letter"))
    if drafts:
        channels.queue(wording.service.city, drafts, at=at)
    return len(drafts)


def close_due(service: Service, round_id: str, wave: int, *, at: datetime) -> int:
    """End the window: offers without an answer free their seats and go to staff, so that no child is forgotten."""
    with transaction.atomic():
        rows = Offer.objects.select_for_update().filter(round=round_id, wave=wave, state="open", closes__lte=at)
        offers = list(rows.order_by("pk"))
        freed: dict[tuple[str, str, str], int] = {}
        for offer in offers:
            offer.state, offer.holds = "no_reply", False
            key = (offer.round, offer.unit, offer.group)
            freed[key] = freed.get(key, 0) - 1
        update_rows(offers, ["state", "holds"])
        change_seats(freed)
        channels.expire([o.pk for o in offers], ["offer", "second_offer", "reminder"])
        ledger.append_many(
            [ledger.NewEntry(o.city, "offer.closed", "rule", at, o.person, body={"offer": o.pk}) for o in offers]
        )
        new = [cases.NewCase(o.city, o.round, o.service, o.person, "no_reply", o.pk) for o in offers]
        cases.open_cases(new, at=at)
    return len(offers)
