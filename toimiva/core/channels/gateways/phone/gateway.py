"""The embedded phone network, the default: texts appear on the phone page, where one can answer."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from toimiva.core.bulk import insert_rows
from toimiva.core.channels.gateway import Inbound, Outgoing, Polled, Receipt, Sent, gateways
from toimiva.core.channels.models import PhoneText, SwitchedOff

_BATCH = 1000


@gateways.register("phone")
class PhoneGateway:
    """Keeps texts in the database; the unique key makes a second hand-over the same text."""

    channel = "sms"

    def send(self, messages: Sequence[Outgoing]) -> list[Sent]:
        """Put the texts on the phones."""
        rows = [PhoneText(number=m.address, key=m.key, text=m.text, at=m.at) for m in messages]
        insert_rows(rows, ignore_existing=True)
        return [Sent(m.key, "accepted", m.key) for m in messages]

    def poll(self) -> Polled:
        """Answers written on phones, and receipts for texts put on them."""
        waiting = list(PhoneText.objects.filter(collected=False).order_by("id")[:2000])
        off = set(SwitchedOff.objects.values_list("number", flat=True))
        inbound = [Inbound(f"phone-{t.pk}", t.number, t.text, t.at) for t in waiting if t.incoming]
        receipts = [
            Receipt(t.key or "", "failed" if t.number in off else "delivered", t.at) for t in waiting if not t.incoming
        ]
        return Polled(inbound, receipts)

    def done(self, polled: Polled) -> None:
        """Mark as collected."""
        ids = [int(item.reference.removeprefix("phone-")) for item in polled.inbound]
        keys = [item.reference for item in polled.receipts]
        with transaction.atomic():
            for start in range(0, len(ids), _BATCH):
                PhoneText.objects.filter(pk__in=ids[start : start + _BATCH]).update(collected=True)
            for start in range(0, len(keys), _BATCH):
                PhoneText.objects.filter(key__in=keys[start : start + _BATCH]).update(collected=True)

    def check(self) -> list[str]:
        """Always ready; for a real city it is the wrong choice."""
        return ["The embedded phone reaches nobody: choose TOIMIVA_SMS_GATEWAY=smpp or http for real residents."]
