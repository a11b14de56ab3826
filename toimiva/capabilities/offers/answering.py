"""Answers, from whichever channel: one place that stores, holds or frees the seat, logs and announces.

Outcomes: accepted, declined, repeated (the same again), disagreement (two guardians), changed_mind (after accepting),
taken_back (yes after no, while the window is open), late, closed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.offers.events import OffersAccepted
from toimiva.capabilities.offers.models import Offer, Recipient, Seat
from toimiva.core.bulk import update_rows
from toimiva.core.event import announce
from toimiva.core.ledger import api as ledger

__all__ = ["Answer", "Handled", "answer_now", "record"]

TO_STAFF = {"disagreement": "guardians_disagree", "changed_mind": "changed_mind", "late": "late_reply"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A guardian's yes or no: `received` by the channel, handled `at`, `heard` by the machine's own clock.

    `by` is whoever answered for the guardian by a mandate.
    """

    offer: str
    guardian: str
    yes: bool
    received: datetime
    at: datetime
    channel: str
    heard: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Handled:
    """An answer with what became of it."""

    answer: Answer
    outcome: str


def answer_now(offer: str, guardian: str, yes: bool, *, at: datetime, by: str = "") -> str:
    """Record an answer that is given on the web now; its outcome."""
    return record([Answer(offer, guardian, yes, at, at, "web", timezone.now(), by)])[0].outcome


def record(answers: Sequence[Answer]) -> list[Handled]:
    """Record answers in order, in one transaction: later ones see what earlier ones did."""
    with transaction.atomic():
        offers = _locked({answer.offer for answer in answers})
        recipients = _recipients(offers)
        changes = _Changes(offers)
        handled = [_handle(answer, offers[answer.offer], recipients[answer.offer], changes) for answer in answers]
        changes.save([r for rows in recipients.values() for r in rows])
        ledger.append_many([_entry(offers[item.answer.offer], item) for item in handled])
        _open_cases(offers, handled)
        _announce(offers, handled)
    return handled


def _locked(ids: set[str]) -> dict[str, Offer]:
    rows: list[Offer] = []
    ordered = sorted(ids)
    for start in range(0, len(ordered), 500):
        rows += Offer.objects.select_for_update().filter(pk__in=ordered[start : start + 500]).order_by("pk")
    return {row.pk: row for row in rows}


def _recipients(offers: dict[str, Offer]) -> dict[str, list[Recipient]]:
    grouped: dict[str, list[Recipient]] = defaultdict(list)
    ids = sorted(offers)
    for start in range(0, len(ids), 500):
        for row in Recipient.objects.filter(offer_id__in=ids[start : start + 500]).order_by("pk"):
            grouped[row.offer_id].append(row)
    return grouped


class _Changes:
    """What a batch of answers changes: offers, and seats to free or to hold again."""

    def __init__(self, offers: dict[str, Offer]) -> None:
        self.offers = offers
        self.seats: dict[tuple[str, str, str], int] = defaultdict(int)

    def move(self, offer: Offer, state: str, *, held: int = 0) -> None:
        """Change an offer's state; `held` is -1 when its seat becomes free and 1 when it is held again.

        A seat that was given up already is not given up twice, as when both guardians decline.
        """
        offer.state = state
        if held and offer.holds != (held > 0):
            offer.holds = held > 0
            self.seats[offer.round, offer.unit, offer.group] += held

    def seat_free(self, offer: Offer) -> bool:
        """Whether a seat that was given up can be had back."""
        seat = Seat.objects.get(round=offer.round, unit=offer.unit, group=offer.group)
        return seat.taken + self.seats[offer.round, offer.unit, offer.group] < seat.capacity

    def save(self, recipients: list[Recipient]) -> None:
        update_rows(self.offers.values(), ["state", "holds", "answered", "answered_by", "heard"])
        update_rows(recipients, ["answer", "answered"])
        change_seats(self.seats)


def change_seats(changes: dict[tuple[str, str, str], int]) -> None:
    """Add to the taken places of (round, unit, group); the database refuses one too many."""
    for (round_id, unit, group), change in sorted(changes.items()):
        if change:
            seat = Seat.objects.select_for_update().get(round=round_id, unit=unit, group=group)
            seat.taken += change
            seat.save(update_fields=["taken"])


def _handle(answer: Answer, offer: Offer, recipients: list[Recipient], changes: _Changes) -> Handled:
    me = next(r for r in recipients if r.guardian == answer.guardian)
    outcome = _outcome(answer, offer, me, [r for r in recipients if r is not me], changes)
    if outcome in ("accepted", "declined", "taken_back", "disagreement", "changed_mind"):
        me.answer, me.answered = ("yes" if answer.yes else "no"), answer.received
    return Handled(answer, "accepted" if outcome == "taken_back" else outcome)


def _outcome(answer: Answer, offer: Offer, me: Recipient, others: list[Recipient], changes: _Changes) -> str:
    given = "yes" if answer.yes else "no"
    if offer.state in ("staff", "withdrawn"):
        return "closed"
    if answer.received > offer.closes or offer.state == "no_reply":
        return "late"
    if me.answer == given:
        return "repeated"
    if any(other.answer and other.answer != given for other in others):
        changes.move(
            offer, "staff", held=0 if offer.state == "declined" and not changes.seat_free(offer) else _held(offer)
        )
        return "disagreement"
    if me.answer == "yes":
        changes.move(offer, "staff")
        return "changed_mind"
    return _first_answer(answer, offer, me, changes)


def _held(offer: Offer) -> int:
    """A seat stays held while staff decides: one given up by a no is held again."""
    return 1 if offer.state == "declined" else 0


def _first_answer(answer: Answer, offer: Offer, me: Recipient, changes: _Changes) -> str:
    if offer.state == "accepted" and answer.yes:
        return "repeated"
    if offer.state == "accepted":  # granted, or confirmed by the other guardian: a no is for a person to settle
        changes.move(offer, "staff")
        return "changed_mind"
    if answer.yes and offer.state == "declined" and not changes.seat_free(offer):
        return "late"
    offer.answered, offer.answered_by, offer.heard = answer.received, answer.guardian, answer.heard
    if answer.yes:
        changes.move(offer, "accepted", held=1 if offer.state == "declined" else 0)
        return "taken_back" if me.answer == "no" else "accepted"
    changes.move(offer, "declined", held=-1)
    return "declined"


def _entry(offer: Offer, item: Handled) -> ledger.NewEntry:
    answer = item.answer
    body = {
        "offer": offer.pk, "answer": "yes" if answer.yes else "no", "outcome": item.outcome,
        "received": answer.received.isoformat(), "channel": answer.channel,
    }  # fmt: skip
    body |= {"for": answer.guardian} if answer.by else {}
    actor = answer.by or answer.guardian
    return ledger.NewEntry(offer.city, "offer.answered", actor, answer.at, offer.person, body=body)


def _open_cases(offers: dict[str, Offer], handled: Sequence[Handled]) -> None:
    for item in handled:
        reason = TO_STAFF.get(item.outcome)
        if reason:
            offer = offers[item.answer.offer]
            case = cases.NewCase(offer.city, offer.round, offer.service, offer.person, reason, offer.pk)
            cases.open_cases([case], at=item.answer.at)


def _announce(offers: dict[str, Offer], handled: Sequence[Handled]) -> None:
    by_service: dict[tuple[str, str], dict[str, datetime]] = defaultdict(dict)
    for item in handled:
        offer = offers[item.answer.offer]
        if item.outcome == "accepted" and offer.state == "accepted":
            by_service[offer.city, offer.service][offer.pk] = item.answer.at
    for (city, service), accepted in sorted(by_service.items()):
        announce(OffersAccepted(city=city, service=service, offers=tuple(accepted), at=tuple(accepted.values())))
