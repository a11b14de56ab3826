"""What the outbox, the inbox and the embedded network have of a person."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from toimiva.core.channels.gateways.letter.letters import forget_letters
from toimiva.core.channels.models import Message, PhoneText, Reply, SwitchedOff
from toimiva.core.city.api import City
from toimiva.core.purposes import api as purposes
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["ChannelHolder", "forget_kind", "forget_messages", "forget_texts"]

_UNDER_WAY = ("queued", "sending")
_NOTHING = {"address": "", "subject": "", "text": ""}


@holders.register("channels")
class ChannelHolder(Holder):
    """Addresses and texts go; that a message was sent, and when, stays for counting."""

    def holdings(self, city: City, person: str) -> Iterator[Holding]:
        """Messages to the person, and what came in from their addresses."""
        told, addresses = _told(city, person), _addresses(city, person)
        waiting = told.filter(state__in=_UNDER_WAY).count()
        if waiting:
            why = gettext_lazy("it is about to leave")
            yield Holding(gettext_lazy("messages to you that have not left"), waiting, "wait", why)
        sent = told.exclude(state__in=_UNDER_WAY).exclude(address="", text="").count()
        if sent:
            yield Holding(gettext_lazy("messages to you: address and text"), sent, "erase", "")
        replies = Reply.objects.filter(address__in=addresses).count()
        if replies:
            yield Holding(gettext_lazy("your replies: address and text"), replies, "erase", "")
        texts = PhoneText.objects.filter(number__in=addresses).count()
        if texts:
            yield Holding(gettext_lazy("texts on the phones of the embedded network"), texts, "erase", "")

    def erase(self, city: City, person: str) -> None:
        """By the addresses that messages went to, before these are gone."""
        addresses = _addresses(city, person)
        Reply.objects.filter(address__in=addresses).update(address="", text="")
        PhoneText.objects.filter(number__in=addresses).delete()
        SwitchedOff.objects.filter(number__in=addresses).delete()
        _forget(_told(city, person))

    def expire(self, city: City, at: datetime) -> int:
        """Replies and phones' texts older than any purpose of the city keeps; messages go with what they are about."""
        longest = max((found.retention_days for found in purposes.purposes(city).values()), default=0)
        before = at - timedelta(days=longest)
        gone, _ = PhoneText.objects.filter(at__lt=before).delete()
        old = Reply.objects.filter(city=city.id, received__lt=before).exclude(text="")
        return gone + old.update(address="", text="")


def _told(city: City, person: str) -> QuerySet[Message]:
    return Message.objects.filter(city=city.id, person=person)


def _addresses(city: City, person: str) -> list[str]:
    return list(_told(city, person).exclude(address="").values_list("address", flat=True).distinct())


def forget_messages(about: Collection[str]) -> int:
    """Addresses and texts of messages about these things go; how many there were."""
    return _forget(Message.objects.filter(about__in=list(about)))


def forget_texts(about: Collection[str]) -> None:
    """Texts of messages about these things go; whom they went to stays, until that person is erased."""
    found = Message.objects.filter(about__in=list(about)).exclude(state__in=_UNDER_WAY)
    _forget_letters(found)
    found.update(subject="", text="")


def forget_kind(city: City, kind: str, *, queued_before: datetime) -> int:
    """Addresses and texts of messages of a kind go, if they were queued before an instant; how many there were."""
    return _forget(Message.objects.filter(city=city.id, kind=kind, queued__lt=queued_before))


def _forget(rows: QuerySet[Message]) -> int:
    found = rows.exclude(state__in=_UNDER_WAY).exclude(address="", text="")
    _forget_letters(found)
    return found.update(**_NOTHING)


def _forget_letters(rows: QuerySet[Message]) -> None:
    forget_letters(rows.filter(channel="letter").values_list("key", flat=True))
