"""What is known of a case, as far as its purpose lets an official see."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from toimiva.capabilities.applications import api as applications
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
    """The child's name, how the rules decided, and the offer with who was told, where there is one; or what was applied
    for."""

    name: str
    explained: services.Explained | None
    offer: offers.OfferView | None = None
    told: Sequence[offers.RecipientView] = ()
    unit: str = ""
    can_give: bool = False
    applied: applications.Read | None = None


def known_of(case: cases.Case, *, language: str) -> Known:
    """What the offer and the rules' facts tell; a child without an offer is shown by pseudonym."""
    sent = applications.application_of(case)
    if sent is not None:
        return Known(case.person, None, applied=applications.read(sent, language))
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
    """The child's name, and the applicant's where one applied, by the purpose that the case is of; the look is in the
    ledger with the case as its reason."""
    service = services.get_service(cities.load(case.city), case.service)
    sent = applications.application_of(case)
    wanted = list(dict.fromkeys([case.person, *([sent.applicant] if sent else [])]))
    purpose = applications.PURPOSE if sent else service.definition.message_purpose
    found = people.cards(service.city, wanted, purpose=purpose, actor=official, reason=f"case {case.pk}", at=at)
    names = [found[person].full_name if person in found else person for person in wanted]
    if len(names) == 1:
        return names[0]
    return _("%(name)s; applied for by %(applicant)s") % {"name": names[0], "applicant": names[1]}
