"""Offers as others read them: plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count

from toimiva.capabilities.offers.making import Guardian
from toimiva.capabilities.offers.models import Offer, Recipient, Seat, choices_in

__all__ = [
    "OfferView",
    "RecipientView",
    "asked_before",
    "count_by_round",
    "count_states",
    "free_seats",
    "guardians_of",
    "offers_of",
    "offers_to",
    "read_offers",
    "recipients_of",
    "sample_recipient",
]


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer; `answered_by` is a guardian's pseudonym. Distances in metres."""

    id: str
    city: str
    round: str
    service: str
    person: str
    child_name: str
    wave: int
    unit: str
    group: str
    travel_m: int
    starts: date
    opens: datetime
    closes: datetime
    state: str
    answered: datetime | None
    answered_by: str
    heard: datetime | None
    basis: str
    nearby: str
    wishes: Sequence[str]

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Other units that the family may ask for, nearest first."""
        return choices_in(self.nearby)


@dataclass(frozen=True, slots=True)
class RecipientView:
    """A guardian who was told of an offer."""

    offer: str
    guardian: str
    name: str
    language: str
    phone: str
    answer: str


def _view(row: Offer) -> OfferView:
    return OfferView(**{name: getattr(row, name) for name in OfferView.__slots__})


def read_offers(ids: Iterable[str]) -> dict[str, OfferView]:
    """Offers by id; unknown ones are left out."""
    found: dict[str, OfferView] = {}
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), 500):
        rows = Offer.objects.filter(pk__in=ordered[start : start + 500])
        found |= {row.pk: _view(row) for row in rows}
    return found


def offers_of(round_id: str, *, wave: int | None = None, state: str | None = None) -> list[OfferView]:
    """A round's offers, by id."""
    rows = Offer.objects.filter(round=round_id)
    rows = rows.filter(wave=wave) if wave else rows
    rows = rows.filter(state=state) if state else rows
    return [_view(row) for row in rows.order_by("pk")]


def offers_to(city: str, guardian: str) -> list[OfferView]:
    """Offers that a guardian was told of, newest first."""
    told = Recipient.objects.filter(guardian=guardian, offer__city=city).select_related("offer")
    return [_view(row.offer) for row in told.order_by("-offer__opens", "-pk")]


def asked_before(city: str, service: str, persons: Sequence[str]) -> set[str]:
    """Those of these people who have been offered something by the service, whatever became of it."""
    found: set[str] = set()
    for start in range(0, len(persons), 500):
        rows = Offer.objects.filter(city=city, service=service, person__in=persons[start : start + 500])
        found |= set(rows.values_list("person", flat=True))
    return found


def recipients_of(ids: Iterable[str]) -> dict[str, list[RecipientView]]:
    """Guardians by offer."""
    found: dict[str, list[RecipientView]] = {}
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), 500):
        for row in Recipient.objects.filter(offer_id__in=ordered[start : start + 500]).order_by("pk"):
            view = RecipientView(row.offer_id, row.guardian, row.name, row.language, row.phone, row.answer)
            found.setdefault(row.offer_id, []).append(view)
    return found


def count_states(round_id: str, wave: int) -> dict[str, int]:
    """How many offers of a wave are in each state."""
    rows = Offer.objects.filter(round=round_id, wave=wave).values("state").annotate(n=Count("id")).order_by("state")
    return {row["state"]: row["n"] for row in rows}


def count_by_round(rounds: Sequence[str]) -> dict[str, int]:
    """How many first offers each of these rounds made; those that made none are not among them."""
    rows = Offer.objects.filter(round__in=rounds, wave=1).values("round").annotate(n=Count("id")).order_by("round")
    return {row["round"]: row["n"] for row in rows}


def free_seats(round_id: str) -> dict[tuple[str, str], int]:
    """Free places by (unit, group)."""
    return {(s.unit, s.group): s.capacity - s.taken for s in Seat.objects.filter(round=round_id)}


def sample_recipient(round_id: str) -> RecipientView | None:
    """A guardian with a telephone who has not answered yet, for demonstrations; None where there is none."""
    rows = Recipient.objects.filter(offer__round=round_id, offer__state="open", answer="").exclude(phone="")
    found = rows.order_by("pk").values_list("offer_id", flat=True).first()
    return next((row for row in recipients_of([found])[found] if row.phone), None) if found else None


def guardians_of(ids: Iterable[str]) -> dict[str, list[Guardian]]:
    """Guardians with their contacts by offer, for another offer to the same family."""
    found: dict[str, list[Guardian]] = {}
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), 500):
        for row in Recipient.objects.filter(offer_id__in=ordered[start : start + 500]).order_by("pk"):
            guardian = Guardian(
                row.guardian, row.name, row.language, row.phone, row.email, row.postal_address, row.channel
            )
            found.setdefault(row.offer_id, []).append(guardian)
    return found
