"""Offers that must not go on: the family objected, moved away or died, or the unit lost places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.offers.answering import change_seats
from toimiva.capabilities.offers.models import Offer, Recipient, Seat
from toimiva.capabilities.placement import api as placement
from toimiva.capabilities.services import api as services
from toimiva.core.bulk import update_rows
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import NotFound
from toimiva.core.lake import api as lake
from toimiva.core.ledger import api as ledger
from toimiva.core.people import api as people
from toimiva.core.purposes.events import Objected

__all__ = ["hold_back", "shrink", "take_back", "to_staff", "withdraw_all", "withdraw_for_objection"]

TABLE = "population.residents"


def to_staff(offers: Sequence[Offer], reason: str, *, at: datetime, state: str = "staff") -> None:
    """Take open offers back, free their seats, stop messages that have not left, and open a case for each."""
    freed: dict[tuple[str, str, str], int] = {}
    for offer in offers:
        key = (offer.round, offer.unit, offer.group)
        freed[key] = freed.get(key, 0) - 1
        offer.state, offer.holds = state, False
    with transaction.atomic():
        update_rows(offers, ["state", "holds"])
        change_seats(freed)
        channels.expire([offer.pk for offer in offers], ["offer", "second_offer", "reminder"])
        body = {"reason": reason}
        entries = [
            ledger.NewEntry(o.city, "offer.withdrawn", "rule", at, o.person, body=body | {"offer": o.pk})
            for o in offers
        ]
        ledger.append_many(entries)
        new = [cases.NewCase(o.city, o.round, o.service, o.person, reason, o.pk) for o in offers]
        cases.open_cases(new, at=at)


def withdraw_for_objection(event: Objected) -> None:
    """A guardian objects while a round is under way: offers not yet answered are taken back at once."""
    rows = Offer.objects.filter(city=event.city, state="open")
    mine = rows.filter(person=event.person) | rows.filter(
        pk__in=Recipient.objects.filter(guardian=event.person).values("offer_id")
    )
    affected = [offer for offer in mine.order_by("pk") if _purpose(offer) == event.purpose]
    to_staff(affected, "objection", at=event.at, state="withdrawn")


def _purpose(offer: Offer) -> str:
    return services.get_service(cities.load(offer.city), offer.service).definition.purpose


def hold_back(city: City, about: Sequence[str], at: datetime) -> Mapping[str, str]:
    """Which offers must not be told any more as their messages leave: the register has changed for the child.

    Asked only when the register has a newer version than the offer's snapshot.
    """
    offers = [o for o in Offer.objects.filter(pk__in=list(about)).order_by("pk") if o.state == "open"]
    newest = lake.version(city.id, TABLE) if offers else None
    changed = [o for o in offers if placement.pinned_version(o.basis, TABLE) != newest]
    gone = _no_longer(city, changed, at) if changed else []
    to_staff(gone, "moved_or_died", at=at)
    closed = Offer.objects.filter(pk__in=list(about)).exclude(state="open")
    return {offer.pk: f"The offer is {offer.state}." for offer in closed}


def _no_longer(city: City, offers: Sequence[Offer], at: datetime) -> list[Offer]:
    return [offer for name in sorted({o.service for o in offers}) for offer in _gone(city, name, offers, at)]


def _gone(city: City, service: str, offers: Sequence[Offer], at: datetime) -> list[Offer]:
    mine = [offer for offer in offers if offer.service == service]
    purpose = services.get_service(city, service).definition.message_purpose
    now = people.standing(
        city, [o.person for o in mine], purpose=purpose, actor="rule", reason="check as the message leaves", at=at
    )
    return [offer for offer in mine if not _stands(now.get(offer.person), city)]


def _stands(standing: people.Standing | None, city: City) -> bool:
    return (
        standing is not None
        and standing.died is None
        and not standing.non_disclosure
        and standing.municipality == city.municipality
    )


def withdraw_all(round_id: str, reason: str, *, at: datetime) -> int:
    """Take back every open offer of a round, in the caller's transaction; how many they were."""
    rows = list(Offer.objects.select_for_update().filter(round=round_id, state="open").order_by("pk"))
    to_staff(rows, reason, at=at, state="withdrawn")
    return len(rows)


def take_back(city: City, service: str, reasons: Mapping[str, str], *, at: datetime) -> int:
    """Take back a service's open offers to these people, each with its reason, in the caller's transaction."""
    mine = Offer.objects.select_for_update().filter(city=city.id, service=service, state="open")
    affected = [offer for offer in mine.order_by("pk") if offer.person in reasons]
    for reason in sorted({reasons[offer.person] for offer in affected}):
        to_staff([o for o in affected if reasons[o.person] == reason], reason, at=at, state="withdrawn")
    return len(affected)


def shrink(round_id: str, unit: str, group: str, capacity: int, *, at: datetime) -> list[str]:
    """A unit loses places after the offers: open offers give way, last made first; confirmed places stay.

    Returns the offers that went to staff. Where even confirmed places do not fit, capacity stays at their number.
    """
    with transaction.atomic():
        seat = Seat.objects.select_for_update().filter(round=round_id, unit=unit, group=group).first()
        if seat is None:
            raise NotFound(what=f"Round {round_id} has no places of {group} in {unit}.", mend="Check the unit's id.")
        rows = Offer.objects.select_for_update().filter(round=round_id, unit=unit, group=group, state="open")
        too_many = max(seat.taken - capacity, 0)
        giving_way = list(rows.order_by("-travel_m", "pk")[:too_many])
        to_staff(giving_way, "capacity_shrank", at=at)
        seat.refresh_from_db()
        seat.capacity = max(capacity, seat.taken)
        seat.save()
        body = {"round": round_id, "unit": unit, "group": group, "wanted": capacity, "capacity": seat.capacity}
        city = giving_way[0].city if giving_way else ""
        ledger.append(ledger.NewEntry(city, "capacity.changed", "official", at, unit, body=body))
    return [offer.pk for offer in giving_way]
