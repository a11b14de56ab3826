"""Offers made: rows, held seats and messages in one transaction, so that none is without the others."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from toimiva.capabilities.offers.links import token_hash, token_of
from toimiva.capabilities.offers.models import Offer, Recipient, Seat
from toimiva.capabilities.offers.wording import Wording
from toimiva.capabilities.services.api import Service
from toimiva.core.bulk import insert_rows, update_rows
from toimiva.core.channels import api as channels
from toimiva.core.ledger import api as ledger

__all__ = ["Guardian", "NewOffer", "accept_granted", "make_offers", "offer_id", "set_seats"]


@dataclass(frozen=True, slots=True)
class Guardian:
    """Who is told and may answer."""

    person: str
    name: str
    language: str
    phone: str = ""
    email: str = ""
    postal_address: str = ""


@dataclass(frozen=True, slots=True)
class NewOffer:
    """An offer to be made."""

    person: str
    child_name: str
    unit: str
    group: str
    travel_m: int
    basis: str
    guardians: Sequence[Guardian]
    choices: Sequence[Mapping[str, Any]] = field(default=())


def offer_id(round_id: str, person: str, wave: int) -> str:
    """The same offer has the same id however often it is computed."""
    digest = hashlib.blake2b(f"{round_id}/{person}/{wave}".encode(), digest_size=6).hexdigest()
    return f"{round_id}.{wave}.{digest}"


def set_seats(round_id: str, places: Sequence[tuple[str, str, int]]) -> None:
    """The round's places: (unit, group, capacity)."""
    rows = [Seat(round=round_id, unit=unit, group=group, capacity=capacity) for unit, group, capacity in places]
    insert_rows(rows)


def make_offers(
    service: Service, wording: Wording, round_id: str, wave: int, new: Sequence[NewOffer], *,
    starts: date, opens: datetime, closes: datetime, kind: str,
) -> list[str]:  # fmt: skip
    """Make offers, hold their seats and queue their messages; ids in the order given. `kind` is the message's text."""
    rows = [
        Offer(
            id=offer_id(round_id, o.person, wave), city=service.city.id, round=round_id, service=service.id,
            person=o.person, child_name=o.child_name, wave=wave, unit=o.unit, group=o.group, travel_m=o.travel_m,
            starts=starts, opens=opens, closes=closes, basis=o.basis, choices=list(o.choices),
        )
        for o in new
    ]  # fmt: skip
    recipients = [_recipient(row, guardian) for row, o in zip(rows, new, strict=True) for guardian in o.guardians]
    with transaction.atomic():
        _hold_seats(round_id, Counter((o.unit, o.group) for o in new))
        insert_rows(rows)
        insert_rows(recipients)
        drafts = [wording.draft(recipient, kind) for recipient in recipients]
        channels.queue(service.city, [draft for draft in drafts if draft], at=opens)
        ledger.append_many([_entry(row, opens) for row in rows])
    return [row.id for row in rows]


def _recipient(offer: Offer, guardian: Guardian) -> Recipient:
    return Recipient(
        offer=offer, guardian=guardian.person, name=guardian.name, language=guardian.language, phone=guardian.phone,
        email=guardian.email, postal_address=guardian.postal_address,
        token=token_hash(token_of(offer.id, guardian.person)),
    )  # fmt: skip


def _hold_seats(round_id: str, wanted: Mapping[tuple[str, str], int]) -> None:
    seats = {(s.unit, s.group): s for s in Seat.objects.select_for_update().filter(round=round_id)}
    for key, count in wanted.items():
        seats[key].taken += count
    update_rows([seats[key] for key in wanted], ["taken"])


def _entry(offer: Offer, at: datetime) -> ledger.NewEntry:
    body = {"offer": offer.id, "unit": offer.unit, "group": offer.group, "wave": offer.wave}
    return ledger.NewEntry(offer.city, "offer.made", "rule", at, offer.person, body=body)


def accept_granted(ids: Sequence[str]) -> None:
    """Offers of a service that grants are in force as they are made; the right to decline stays."""
    for start in range(0, len(ids), 500):
        Offer.objects.filter(pk__in=ids[start : start + 500], state="open").update(state="accepted")
