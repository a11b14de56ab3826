"""Offers made: rows, held seats and messages in one transaction, so that none is without the others."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import transaction

from toimiva.capabilities.offers.links import token_hash, token_of
from toimiva.capabilities.offers.models import Offer, Recipient, Seat
from toimiva.capabilities.offers.wording import Wording
from toimiva.capabilities.services.api import Service
from toimiva.core.bulk import insert_columns, insert_rows, update_rows
from toimiva.core.channels import api as channels
from toimiva.core.channels.api import Draft
from toimiva.core.ledger import api as ledger

__all__ = ["Guardian", "NewOffer", "accept_granted", "make_offers", "offer_id", "set_seats"]


@dataclass(frozen=True, slots=True)
class Guardian:
    """Who is told and may answer: a pseudonym with its contacts; `channel` is the one they asked for, if any."""

    guardian: str
    name: str
    language: str
    phone: str = ""
    email: str = ""
    postal_address: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class NewOffer:
    """An offer to be made; its id is `offer_id`'s."""

    id: str
    person: str
    child_name: str
    unit: str
    group: str
    travel_m: int
    starts: date
    closes: datetime
    basis: str
    guardians: Sequence[Guardian]
    nearby: str = "[]"


_OF_OFFER = ("id", "person", "child_name", "unit", "group", "travel_m", "starts", "closes", "basis", "nearby")
_OF_GUARDIAN = tuple(field.name for field in fields(Guardian))


def offer_id(round_id: str, person: str, wave: int) -> str:
    """The same offer has the same id however often it is computed."""
    digest = hashlib.blake2b(f"{round_id}/{person}/{wave}".encode(), digest_size=6).hexdigest()
    return f"{round_id}.{wave}.{digest}"


def set_seats(round_id: str, places: Sequence[tuple[str, str, int]]) -> None:
    """The round's places: (unit, group, capacity)."""
    rows = [Seat(round=round_id, unit=unit, group=group, capacity=capacity) for unit, group, capacity in places]
    insert_rows(rows)


def make_offers(
    service: Service, wording: Wording, round_id: str, wave: int, new: Sequence[NewOffer], *, opens: datetime, kind: str
) -> list[str]:
    """Make offers, hold their seats and queue their messages; ids in the order given. `kind` is the message's text."""
    same = {"city": service.city.id, "round": round_id, "service": service.id, "wave": wave, "opens": opens}
    with transaction.atomic():
        _hold_seats(round_id, Counter((o.unit, o.group) for o in new))
        insert_columns(Offer, {name: [getattr(o, name) for o in new] for name in _OF_OFFER}, same)
        drafts = _add_recipients(new, wording, kind)
        channels.queue(service.city, [draft for draft in drafts if draft], at=opens)
        ledger.append_many([_entry(service.city.id, o, wave, opens) for o in new])
    return [o.id for o in new]


def _add_recipients(new: Sequence[NewOffer], wording: Wording, kind: str) -> list[Draft | None]:
    """Recipients with the hashes of their links; the messages that tell them."""
    told = [(o.id, guardian) for o in new for guardian in o.guardians]
    columns = {name: [getattr(guardian, name) for _, guardian in told] for name in _OF_GUARDIAN}
    columns["offer_id"] = [offer for offer, _ in told]
    tokens, drafts = [], []
    for offer in new:
        for guardian in offer.guardians:
            tokens.append(token_hash(token_of(offer.id, guardian.guardian)))
            drafts.append(wording.draft(offer, guardian, kind))
    insert_columns(Recipient, columns | {"token": tokens}, {})
    return drafts


def _hold_seats(round_id: str, wanted: Mapping[tuple[str, str], int]) -> None:
    seats = {(s.unit, s.group): s for s in Seat.objects.select_for_update().filter(round=round_id)}
    for key, count in wanted.items():
        seats[key].taken += count
    update_rows([seats[key] for key in wanted], ["taken"])


def _entry(city: str, offer: NewOffer, wave: int, at: datetime) -> ledger.NewEntry:
    body = {"offer": offer.id, "unit": offer.unit, "group": offer.group, "wave": wave}
    return ledger.NewEntry(city, "offer.made", "rule", at, offer.person, body=body)


def accept_granted(ids: Sequence[str]) -> None:
    """Offers of a service that grants are in force as they are made; the right to decline stays."""
    for start in range(0, len(ids), 500):
        Offer.objects.filter(pk__in=ids[start : start + 500], state="open").update(state="accepted")
