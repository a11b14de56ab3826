"""Text messages that came in: whose they are, what they mean, and what is said back.

clear yes or no -> recorded; unclear -> asked once more, then staff; nobody's number -> kept as stray; no open offer ->
told so once. All of a batch in one transaction, each reply handled once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.offers.answering import Answer, Handled, record
from toimiva.capabilities.offers.models import Recipient
from toimiva.capabilities.offers.wordings import Wordings
from toimiva.core.bulk import update_rows
from toimiva.core.channels import api as channels
from toimiva.core.channels.api import Draft, Reply
from toimiva.core.city.api import City

__all__ = ["handle_replies"]

_SAYS = {"declined": "declined", "late": "late", "disagreement": "staff", "changed_mind": "staff", "closed": "staff"}
_ANSWERABLE = ("open", "accepted", "declined")


@dataclass(slots=True)
class _Batch:
    answers: list[tuple[Reply, Answer, Recipient]] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    outcomes: dict[int, str] = field(default_factory=dict)
    asked_again: list[Recipient] = field(default_factory=list)
    wordings: Wordings = field(default_factory=Wordings)


def handle_replies(city: City, *, instant: Callable[[Reply], datetime], limit: int = 200) -> int:
    """Handle replies that wait, at most `limit`; how many there were. `instant` says when each is handled."""
    with transaction.atomic():
        replies = channels.waiting(city.id, limit)
        if not replies:
            return 0
        senders = _senders(replies)
        batch = _Batch()
        for reply in replies:
            _sort_out(reply, senders.get(reply.address, []), batch, instant(reply))
        handled = record([answer for _, answer, _ in batch.answers])
        for (reply, _, recipient), item in zip(batch.answers, handled, strict=True):
            _say(reply, recipient, item, batch)
        update_rows(batch.asked_again, ["asked_again"])
        last = max(instant(reply) for reply in replies)
        channels.queue(city, batch.drafts, at=last)
        channels.handled(replies, [batch.outcomes[reply.pk] for reply in replies], at=last)
    return len(replies)


def _senders(replies: Sequence[Reply]) -> dict[str, list[Recipient]]:
    """Recipients by telephone number, newest offer last."""
    addresses = {reply.address for reply in replies}
    found: dict[str, list[Recipient]] = defaultdict(list)
    for row in Recipient.objects.select_related("offer").filter(phone__in=addresses).order_by("offer__opens", "pk"):
        found[row.phone].append(row)
    return found


def _sort_out(reply: Reply, recipients: list[Recipient], batch: _Batch, at: datetime) -> None:
    if not recipients:
        batch.outcomes[reply.pk] = "stray"
        return
    asked = _asked(reply, recipients)
    meaning = channels.recognise(reply.text)
    if meaning == "unclear":
        batch.outcomes[reply.pk] = _unclear(asked[0], batch, at)
        return
    for recipient in asked:
        answer = Answer(
            recipient.offer_id, recipient.guardian, meaning == "yes", reply.received, at, "sms", reply.stored
        )
        batch.answers.append((reply, answer, recipient))


def _asked(reply: Reply, recipients: list[Recipient]) -> list[Recipient]:
    """Which offers a reply is about: those that can still be answered, or only the child that it names.

    One telephone may serve two guardians: the first of them speaks for it.
    """
    open_now = [r for r in recipients if r.offer.state in _ANSWERABLE and reply.received <= r.offer.closes]
    latest = open_now or recipients[-1:]
    named = set(channels.names_in(reply.text, [r.offer.child_name for r in latest]))
    chosen = [r for r in latest if r.offer.child_name in named] or latest
    return list({r.offer_id: r for r in reversed(chosen)}.values())[::-1]


def _unclear(recipient: Recipient, batch: _Batch, at: datetime) -> str:
    """Asked once more; the second time staff calls."""
    wording = batch.wordings.of(recipient.offer)
    first = not recipient.asked_again
    draft = wording.draft(
        recipient.offer, recipient, "unclear" if first else "staff", suffix="" if first else "-unclear"
    )
    batch.drafts += [draft] if draft else []
    if first:
        recipient.asked_again = True
        batch.asked_again.append(recipient)
        return "asked_again"
    offer = recipient.offer
    case = cases.NewCase(offer.city, offer.round, offer.service, offer.person, "unclear_reply", offer.pk)
    cases.open_cases([case], at=at)
    return "to_staff"


def _say(reply: Reply, recipient: Recipient, item: Handled, batch: _Batch) -> None:
    batch.outcomes[reply.pk] = item.outcome
    kind = _SAYS.get(item.outcome)
    draft = batch.wordings.of(recipient.offer).draft(recipient.offer, recipient, kind) if kind else None
    batch.drafts += [draft] if draft else []
