"""Figures about messages, and those that did not arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from toimiva.core.channels.models import Message

__all__ = ["Counts", "count_messages", "delivered_by_channel", "failed_messages", "held_up", "undelivered"]


@dataclass(frozen=True, slots=True)
class Counts:
    """Messages that left, that arrived, and that failed for good; `waiting` have not left."""

    sent: int
    delivered: int
    failed: int
    waiting: int


def count_messages(city: str, about_prefix: str) -> Counts:
    """Counts over messages about things whose id starts so (a round's offers, for one)."""
    rows = Message.objects.filter(city=city, about__startswith=about_prefix)
    found = rows.aggregate(
        sent=Count("id", filter=~Q(sent=None)),
        delivered=Count("id", filter=Q(state="delivered")),
        failed=Count("id", filter=Q(state="failed")),
        waiting=Count("id", filter=Q(state__in=["queued", "sending"])),
    )
    return Counts(**found)


def failed_messages(ids: Sequence[int]) -> list[Message]:
    """Messages by id."""
    return list(Message.objects.filter(pk__in=list(ids)).order_by("id"))


def held_up(city: str, *, tries: int) -> int:
    """Messages that no gateway has taken in so many tries, and that are tried again."""
    return Message.objects.filter(city=city, state="queued", attempts__gte=tries).count()


def undelivered(city: str, kind: str, *, sent_before: datetime) -> list[Message]:
    """Messages of a kind that left before an instant and for which no receipt has come."""
    return list(Message.objects.filter(city=city, kind=kind, state="sent", sent__lt=sent_before).order_by("id"))


def delivered_by_channel(city: str) -> dict[str, tuple[int, int]]:
    """(delivered, sent) by channel, over all the messages of a city."""
    rows = Message.objects.filter(city=city).exclude(sent=None).values("channel")
    found = rows.annotate(n=Count("id"), ok=Count("id", filter=Q(state="delivered"))).order_by("channel")
    return {row["channel"]: (row["ok"], row["n"]) for row in found}
