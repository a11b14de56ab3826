"""The outbox: a message is queued in the transaction of what it tells, and leaves once.

Crash safety: a message is claimed (state `sending`, with a lease) and committed before the gateway gets it; after a
crash the lease runs out and it is handed over again with the same key, which the gateway knows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q

from toimiva.core.bulk import insert_columns, update_rows
from toimiva.core.channels.gateway import Outgoing, Sent, gateway_for
from toimiva.core.channels.models import Message
from toimiva.core.channels.quiet import is_quiet
from toimiva.core.city.api import City

__all__ = ["Draft", "Guard", "expire", "guards", "queue", "release_claims", "send_due"]

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 8
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be queued; `expected` by its receiver, it may leave in quiet hours too."""

    key: str
    channel: str
    kind: str
    about: str
    person: str
    language: str
    address: str
    text: str
    subject: str = ""
    expected: bool = False


_OF_DRAFT = tuple(field.name for field in fields(Draft))

# By kind of message: which of the things it is about must not be told any more, and why (asked as it leaves).
Guard = Callable[[City, Sequence[str], datetime], Mapping[str, str]]
guards: dict[str, Guard] = {}


def queue(city: City, drafts: Iterable[Draft], *, at: datetime) -> int:
    """Queue messages in the caller's transaction. A key that was queued before is not queued again."""
    new = list(drafts)
    columns = {name: [getattr(draft, name) for draft in new] for name in _OF_DRAFT}
    columns["subject"] = [subject[:200] for subject in columns["subject"]]
    same = {"city": city.id, "queued": at, "next_attempt": at}
    return insert_columns(Message, columns, same, ignore_existing=True)


def expire(about: Sequence[str], kinds: Sequence[str]) -> int:
    """Take back messages that have not left: what they would tell no longer holds."""
    waiting = Message.objects.filter(about__in=list(about), kind__in=kinds, state="queued")
    return waiting.update(state="expired")


def send_due(city: City, *, at: datetime, limit: int = _BATCH, paused: Sequence[str] = ()) -> int:
    """Hand over what is due, at most `limit` messages; how many the gateways accepted.

    Messages about what begins with one of `paused` wait.
    """
    claimed = _claim(city, at, limit, paused)
    leaving = _held_back(city, claimed, at)
    by_channel: dict[str, list[Message]] = defaultdict(list)
    for message in leaving:
        by_channel[message.channel].append(message)
    return sum(_hand_over(channel, messages, at) for channel, messages in by_channel.items())


def release_claims(city: City) -> int:
    """Free the claims of a process that is known to be dead, without waiting for their leases."""
    return Message.objects.filter(city=city.id, state="sending").update(claimed_until=None)


def _claim(city: City, at: datetime, limit: int, paused: Sequence[str]) -> list[Message]:
    now = datetime.now(UTC)
    free = Q(state="queued") | Q(state="sending") & (Q(claimed_until=None) | Q(claimed_until__lt=now))
    due = Message.objects.filter(free, city=city.id, next_attempt__lte=at).order_by("id")
    if is_quiet(city, at):
        due = due.filter(expected=True)
    for start in paused:
        due = due.exclude(about__startswith=start)
    with transaction.atomic():
        messages = list(_locked(due)[:limit])
        claimed = Message.objects.filter(pk__in=[message.pk for message in messages])
        claimed.update(state="sending", claimed_until=now + LEASE, attempts=F("attempts") + 1)
    for message in messages:
        message.attempts += 1
    return messages


def _locked(rows):  # type: ignore[no-untyped-def]
    """Rows that no other sender holds; SQLite has one writer at a time and needs no row locks."""
    return rows.select_for_update(skip_locked=True) if connection.features.has_select_for_update_skip_locked else rows


def _held_back(city: City, messages: list[Message], at: datetime) -> list[Message]:
    """Those that may leave; the others are marked as held with the reason."""
    held: list[Message] = []
    for kind in {message.kind for message in messages} & guards.keys():
        of_kind = [message for message in messages if message.kind == kind]
        reasons = guards[kind](city, sorted({message.about for message in of_kind}), at)
        for message in of_kind:
            if message.about in reasons:
                message.state, message.failure = "held", reasons[message.about]
                held.append(message)
    update_rows(held, ["state", "failure"])
    return [message for message in messages if message.state != "held"]


def _hand_over(channel: str, messages: list[Message], at: datetime) -> int:
    _, gateway = gateway_for(channel)
    outgoing = [Outgoing(m.key, m.address, m.text, m.subject, m.language, at) for m in messages]
    try:
        results = gateway.send(outgoing)
    except OSError as error:
        results = [Sent(m.key, "later", reason=type(error).__name__) for m in messages]
    if all(result.status == "accepted" and result.reference == result.key for result in results):
        accepted = Message.objects.filter(pk__in=[message.pk for message in messages])
        accepted.update(state="sent", reference=F("key"), sent=at, claimed_until=None, failure="")
        return len(messages)
    for message, result in zip(messages, results, strict=True):
        _note(message, result, at)
    update_rows(messages, ["state", "claimed_until", "reference", "sent", "failure", "next_attempt"])
    return sum(result.status == "accepted" for result in results)


def _note(message: Message, result: Sent, at: datetime) -> None:
    message.claimed_until, message.failure = None, result.reason[:300]
    if result.status == "accepted":
        message.state, message.reference, message.sent = "sent", result.reference, at
    elif result.status == "refused" or message.attempts >= MAX_ATTEMPTS:
        message.state = "failed"
    else:
        message.state, message.next_attempt = "queued", at + backoff(message.attempts)


def backoff(attempts: int) -> timedelta:
    """Half a minute, one, two, ... at most an hour."""
    return min(timedelta(seconds=15 * 2**attempts), timedelta(hours=1))
