"""Decisions made by rule: an acceptance becomes an official decision in the transaction that stored the answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.decisions.deploying import is_deployed
from toimiva.capabilities.decisions.models import Decision, Numbering
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.offers.events import OffersAccepted
from toimiva.capabilities.services import api as services
from toimiva.capabilities.services.api import Service
from toimiva.core.bulk import insert_rows
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.ledger import api as ledger

__all__ = ["Maker", "decide_accepted", "decide_by_official", "decide_granted", "record_text"]


@dataclass(frozen=True, slots=True)
class Maker:
    """Who decides: the rules, or an official who gives grounds."""

    name: str
    grounds: str = ""


RULE = Maker("rule")


def decide_accepted(event: OffersAccepted) -> None:
    """Decide for every accepted offer; without a deployment decision, staff decide."""
    service = services.get_service(cities.load(event.city), event.service)
    found = offers.read_offers(event.offers)
    known = set(Decision.objects.filter(offer__in=event.offers).values_list("offer", flat=True))
    pairs = [(found[oid], at) for oid, at in zip(event.offers, event.at, strict=True) if oid not in known]
    if not is_deployed(service):
        _to_staff(pairs)
        return
    _decide(service, pairs, kind="confirmation", maker=RULE)


def decide_by_official(offer_id: str, *, give: bool, official: str, grounds: str, at: datetime) -> str | None:
    """Settle an offer by an official's decision; the number of the decision on a place, None where none is new.

    The family is told. Raises Conflict where there is nothing to settle or the place is gone.
    """
    with transaction.atomic():
        before = offers.read_offers([offer_id]).get(offer_id)
        undecided = before is not None and before.state == "accepted" and not _decided(offer_id)
        if not (give and undecided):  # what was accepted while no rules were signed off holds its place already
            offers.settle(offer_id, give=give, official=official, at=at)
        offer = offers.read_offers([offer_id])[offer_id]
        service = services.get_service(cities.load(offer.city), offer.service)
        if not give:
            _confirm(service, [(offer, at)], "changed" if _decided(offer_id) else "declined", "-settled")
            _annul(offer_id, official, grounds, at)
            return None
        if _decided(offer_id):
            _confirm(service, [(offer, at)], "confirmation", "-settled")
            _reinstate(offer_id, official, grounds, at)
            return None
        _decide(service, [(offer, at)], kind="confirmation", maker=Maker(official, grounds))
    return Decision.objects.get(offer=offer_id).number


def _annul(offer_id: str, official: str, grounds: str, at: datetime) -> None:
    """The decision on a place that was given up is no longer in force, if there is one."""
    for row in Decision.objects.select_for_update().filter(offer=offer_id, annulled=None):
        row.annulled, row.annulled_by, row.annulled_why = at, official, grounds
        row.save(update_fields=["annulled", "annulled_by", "annulled_why"])
        _note(row, "decision.annulled", official, grounds, at)


def _reinstate(offer_id: str, official: str, grounds: str, at: datetime) -> None:
    """The decision is in force again, as the place was given after all."""
    for row in Decision.objects.select_for_update().filter(offer=offer_id).exclude(annulled=None):
        row.annulled, row.annulled_by, row.annulled_why = None, "", ""
        row.save(update_fields=["annulled", "annulled_by", "annulled_why"])
        _note(row, "decision.reinstated", official, grounds, at)


def _note(row: Decision, kind: str, official: str, grounds: str, at: datetime) -> None:
    body = {"decision": row.pk, "number": row.number, "grounds": grounds}
    ledger.append(ledger.NewEntry(row.city, kind, official, at, row.person, body=body))


def _decided(offer_id: str) -> bool:
    return Decision.objects.filter(offer=offer_id).exists()


def decide_granted(service: Service, granted: Sequence[str], *, at: datetime) -> None:
    """Decide for offers that are granted without asking; without a deployment decision, staff decide."""
    pairs = [(offer, at) for offer in offers.read_offers(granted).values()]
    if not is_deployed(service):
        _to_staff(pairs)
        return
    _decide(service, pairs, kind=None, maker=RULE)


def _to_staff(pairs: Sequence[tuple[offers.OfferView, datetime]]) -> None:
    for offer, at in pairs:
        case = cases.NewCase(offer.city, offer.round, offer.service, offer.person, "no_deployment_decision", offer.id)
        cases.open_cases([case], at=at)


def _decide(
    service: Service, pairs: Sequence[tuple[offers.OfferView, datetime]], *, kind: str | None, maker: Maker
) -> None:
    """Rows, ledger entries and, with a `kind`, messages to every guardian who was told of the offer."""
    if not pairs:
        return
    recipients = offers.recipients_of(offer.id for offer, _ in pairs)
    with transaction.atomic():
        numbers = _numbers(service, len(pairs), pairs[0][1].astimezone(service.city.zone).year)
        rows = [
            _row(service, offer, recipients[offer.id], number, at, maker)
            for (offer, at), number in zip(pairs, numbers, strict=True)
        ]
        insert_rows(rows)
        ledger.append_many([_entry(row) for row in rows])
        if kind:
            _confirm(service, pairs, kind)


def _confirm(service: Service, pairs: Sequence[tuple[offers.OfferView, datetime]], kind: str, suffix: str = "") -> None:
    drafts = offers.drafts_for([offer.id for offer, _ in pairs], kind, suffix)
    channels.queue(service.city, drafts, at=max(at for _, at in pairs))


def _numbers(service: Service, count: int, year: int) -> list[str]:
    """The next numbers of the city's year, without gaps: the row stays locked until the decisions are stored."""
    Numbering.objects.get_or_create(city=service.city.id, year=year)
    row = Numbering.objects.select_for_update().get(city=service.city.id, year=year)
    first, row.last = row.last + 1, row.last + count
    row.save(update_fields=["last"])
    return [f"{service.city.decision_prefix} {year}-{number:06d}" for number in range(first, row.last + 1)]


def _row(
    service: Service, offer: offers.OfferView, told: Sequence[offers.RecipientView], number: str, at: datetime,
    maker: Maker,
) -> Decision:  # fmt: skip
    answering = next((r for r in told if r.guardian == offer.answered_by), told[0])
    record = record_text(service, offer, number, at, maker)
    return Decision(
        id=f"d.{offer.id}", number=number, city=offer.city, round=offer.round, service=offer.service, offer=offer.id,
        person=offer.person, made_by=maker.name, grounds=maker.grounds, at=at, language=answering.language,
        record=record, digest=hashlib.sha256(record.encode()).hexdigest(),
    )  # fmt: skip


def record_text(service: Service, offer: offers.OfferView, number: str, at: datetime, maker: Maker = RULE) -> str:
    """The record of a decision: the same inputs always give the same bytes."""
    day = at.astimezone(service.city.zone).date()
    content: dict[str, Any] = {
        "number": number,
        "decided": at.isoformat(),
        "made_by": maker.name,
        "kind": "placement",
        "law": service.definition.legal_basis,
        "responsible": service.definition.responsible,
        "appeal": _appeal(service, day),
        "offer": {
            "id": offer.id, "person": offer.person, "wave": offer.wave, "unit": offer.unit, "group": offer.group,
            "travel_m": offer.travel_m, "starts": offer.starts.isoformat(), "closes": offer.closes.isoformat(),
        },
        "answer": _answer(offer) if maker == RULE else None,
        "basis": json.loads(offer.basis),
    }  # fmt: skip
    return ledger.canonical(content | ({"grounds": maker.grounds} if maker.grounds else {}))


def _answer(offer: offers.OfferView) -> Mapping[str, str] | None:
    if offer.answered is None:
        return None
    return {"guardian": offer.answered_by, "received": offer.answered.isoformat(), "said": "yes"}


def _appeal(service: Service, day: date) -> dict[str, Any]:
    """Within how many days, and from whom; nothing where the service has no rectification, as care has none."""
    if "rectification_days" not in service.parameters:
        return {}
    days = services.value_on(service.parameters["rectification_days"], day)
    authority = services.value_on(service.parameters["rectification_authority"], day)
    return {"days": days.value, "authority": authority.value, "source": authority.source, "status": authority.status}


def _entry(row: Decision) -> ledger.NewEntry:
    body = {"decision": row.pk, "number": row.number, "record": row.digest, "offer": row.offer}
    return ledger.NewEntry(row.city, "decision.made", row.made_by, row.at, row.person, body=body)
