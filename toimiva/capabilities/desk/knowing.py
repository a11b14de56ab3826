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

__all__ = ["Known", "known_of", "name_of"]


@dataclass(frozen=True, slots=True)
class Known:
    """The child's name, how the rules decided, and the offer with who was told, where there is one."""

    name: str
    explained: services.Explained | None
    offer: offers.OfferView | None = None
    told: Sequence[offers.RecipientView] = ()
    unit: str = ""
    can_give: bool = False


def known_of(case: cases.Case, *, language: str) -> Known:
    """What the offer and the rules' facts tell; a child without an offer is shown by pseudonym."""
    service = services.get_service(cities.load(case.city), case.service)
    offer = offers.read_offers([case.about]).get(case.about) if case.about else None
    inputs = json.loads(offer.basis)["facts"] if offer else json.loads(case.facts or "null")
    explained = services.explain_rule(service, inputs, rounds.get_round(case.round).day, language) if inputs else None
    if offer is None:
        return Known(case.person, explained)
    table = service.definition.allocation.units
    names = offers.unit_names(case.city, table, placement.pinned_version(offer.basis, table) or 0)
    child = offers.called(offer.child_name, service, language)
    return Known(
        child, explained, offer, offers.recipients_of([offer.id]).get(offer.id, []),
        cities.text_in(names[offer.unit], language), offers.can_give(offer.id),
    )  # fmt: skip


def name_of(case: cases.Case, *, official: str, at: datetime) -> str:
    """The child's name, by the service's message purpose; the look is in the ledger with the case as its reason."""
    service = services.get_service(cities.load(case.city), case.service)
    found = people.cards(
        service.city, [case.person], purpose=service.definition.message_purpose, actor=official,
        reason=f"case {case.pk}", at=at,
    )  # fmt: skip
    return found[case.person].full_name if case.person in found else case.person
