"""What is known of a case, as far as its purpose lets an official see."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.placement import api as placement
from toimiva.capabilities.rounds import api as rounds
from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities
from toimiva.core.people import api as people
from toimiva.core.purposes import api as purposes
from toimiva.core.registers import api as registers

__all__ = ["Known", "known_of"]


@dataclass(frozen=True, slots=True)
class Known:
    """The child's name, the facts that the rules looked at, and the offer with who was told, where there is one."""

    name: str
    facts: Sequence[services.Fact]
    law: str
    offer: offers.OfferView | None = None
    told: Sequence[offers.RecipientView] = ()
    unit: str = ""
    can_give: bool = False


def known_of(case: cases.Case, *, official: str, language: str, at: datetime) -> Known:
    """Read what the case needs. A look at the registers is in the ledger, with the case as its reason."""
    service = services.get_service(cities.load(case.city), case.service)
    offer = offers.read_offers([case.about]).get(case.about) if case.about else None
    if offer is None:
        return _from_registers(service, case, official, language, at)
    day = rounds.get_round(case.round).day
    explained = services.explain_rule(service, json.loads(offer.basis)["facts"], day, language)
    table = service.definition.allocation.units
    names = offers.unit_names(case.city, table, placement.pinned_version(offer.basis, table) or 0)
    return Known(
        offer.child_name, explained.facts, explained.law, offer, offers.recipients_of([offer.id]).get(offer.id, []),
        cities.text_in(names[offer.unit], language), offers.can_give(offer.id),
    )  # fmt: skip


def _from_registers(service: services.Service, case: cases.Case, official: str, language: str, at: datetime) -> Known:
    definition, row, reason = service.definition, rounds.get_round(case.round), f"case {case.pk}"
    snapshot = registers.get_snapshot(row.snapshot)
    found = people.cards(
        service.city, [case.person], purpose=definition.message_purpose, actor=official, reason=reason,
        snapshot=snapshot, at=at,
    )  # fmt: skip
    with purposes.open_gate(
        service.city, definition.purpose, actor=official, reason=reason, snapshot=snapshot, at=at
    ) as gate:
        inputs = services.read_inputs(service, gate, row.day, [case.person])
    name = found[case.person].full_name if case.person in found else case.person
    if not inputs:
        return Known(name, (), "")
    explained = services.explain_rule(service, inputs[0], row.day, language)
    return Known(name, explained.facts, explained.law)
