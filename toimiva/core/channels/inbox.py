"""The inbox: replies and receipts are stored before the gateway may forget them, each once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from toimiva.core.bulk import insert_rows, update_rows
from toimiva.core.channels.events import MessagesFailed
from toimiva.core.channels.gateway import Inbound, Polled, Receipt, gateways
from toimiva.core.channels.models import Message, Reply, StrayReceipt
from toimiva.core.event import announce

__all__ = ["collect", "handled", "store", "waiting"]


def collect() -> int:
    """Fetch from every gateway in use what waits there; how many items there were."""
    total = 0
    for name in sorted(set(settings.GATEWAYS.values())):
        gateway = gateways[name]
        polled = gateway.poll()
        if polled.inbound or polled.receipts:
            store(name, polled)
            gateway.done(polled)
            total += len(polled.inbound) + len(polled.receipts)
    return total


def store(gateway: str, polled: Polled) -> None:
    """Store replies and receipts, in any order and however often they come."""
    with transaction.atomic():
        _store_replies(gateway, polled.inbound)
        _apply_receipts(gateway, polled.receipts)


def _store_replies(gateway: str, inbound: Sequence[Inbound]) -> None:
    cities = _cities_of({item.address for item in inbound})
    rows = [
        Reply(
            gateway=gateway, reference=item.reference, city=cities.get(item.address, ""), address=item.address,
            text=item.text[:2000], received=item.received,
        )
        for item in inbound
    ]  # fmt: skip
    insert_rows(rows, ignore_existing=True)


def _cities_of(addresses: Iterable[str]) -> dict[str, str]:
    """The city that last wrote to each address."""
    rows = Message.objects.filter(address__in=list(addresses)).order_by("id").values_list("address", "city")
    return dict(rows)


def _apply_receipts(gateway: str, receipts: Sequence[Receipt]) -> None:
    """The first receipt that says how it ended counts; later ones and those out of order change nothing."""
    known = {m.reference: m for m in Message.objects.filter(reference__in=[r.reference for r in receipts])}
    changes: dict[tuple[str, datetime], list[int]] = defaultdict(list)
    for receipt in receipts:
        message = known.get(receipt.reference)
        if message is None:
            StrayReceipt.objects.create(
                gateway=gateway, reference=receipt.reference, status=receipt.status, at=receipt.at
            )
        elif message.state in ("sent", "sending"):
            message.state = receipt.status
            changes[receipt.status, receipt.at].append(message.pk)
    for (status, at), ids in changes.items():
        _apply(status, at, ids)
    failed = _failed(changes)
    _announce_failures([message for message in known.values() if message.pk in failed])


def _apply(status: str, at: datetime, ids: list[int]) -> None:
    rows = Message.objects.filter(pk__in=ids)
    if status == "delivered":
        rows.update(state=status, delivered=at)
    else:
        rows.update(state=status, failure="The operator could not deliver it.")


def _failed(changes: dict[tuple[str, datetime], list[int]]) -> set[int]:
    return {pk for (status, _), ids in changes.items() if status == "failed" for pk in ids}


def _announce_failures(messages: list[Message]) -> None:
    for city in sorted({message.city for message in messages}):
        ids = tuple(message.pk for message in messages if message.city == city)
        announce(MessagesFailed(city=city, messages=ids))


def waiting(city: str, limit: int = 500) -> list[Reply]:
    """Replies to a city that nobody has handled yet, in the order in which they came."""
    return list(Reply.objects.filter(city=city, handled=None).order_by("received", "id")[:limit])


def handled(replies: Sequence[Reply], outcomes: Sequence[str], *, at: datetime) -> None:
    """Mark replies as handled, each with its outcome."""
    for reply, outcome in zip(replies, outcomes, strict=True):
        reply.handled, reply.outcome = at, outcome
    update_rows(replies, ["handled", "outcome"])
