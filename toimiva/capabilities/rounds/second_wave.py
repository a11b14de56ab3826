"""The second wave: places given up go to families who wished for them, by deferred acceptance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.placement import api as placement
from toimiva.capabilities.rounds.models import Round
from toimiva.capabilities.rounds.planning import second_window
from toimiva.capabilities.services.api import Service
from toimiva.core.city import api as cities

__all__ = ["offer_second"]


def offer_second(row: Round, service: Service) -> None:
    """Match wishes to free places and offer them; the problem is kept for replay. Moves the phase on."""
    at = cities.now(service.city.id)
    wished = [offer for offer in offers.offers_of(row.id, wave=1, state="declined") if offer.wishes]
    with transaction.atomic():
        free = {f"{unit}/{group}": n for (unit, group), n in offers.free_seats(row.id).items() if n > 0}
        settings = service.definition.second_wave
        wishers = [_wisher(offer, settings.wishes) for offer in wished]
        text = placement.problem_text(wishers, free, settings.priorities, row.seed)
        digest = placement.keep_problem(row.id, 2, text)
        matched = placement.solve(text)
        row.second_closes = second_window(service, at)
        _offer(row, service, wished, matched, digest)
        _cases(row, wished, matched)
        row.figures = row.figures | {"justified_envy": matched.envy, "wished": len(wished)}
        row.phase = "second_offered"
        row.save()


def _wisher(offer: offers.OfferView, most: int) -> placement.Wisher:
    by_unit = {choice["unit"]: choice for choice in offer.choices}
    return placement.Wisher(
        offer.person, offer.group, [placement.Wish(**by_unit[unit]) for unit in offer.wishes[:most]]
    )


def _offer(
    row: Round, service: Service, wished: Sequence[offers.OfferView], matched: placement.Matched, digest: str
) -> None:
    at = cities.now(service.city.id)
    contacts = offers.guardians_of([offer.id for offer in wished])
    new = [
        offers.NewOffer(
            id=offers.offer_id(row.id, offer.person, 2), starts=offer.starts, closes=row.second_closes or at,
            person=offer.person, child_name=offer.child_name, unit=matched.given[offer.person].unit, group=offer.group,
            travel_m=matched.given[offer.person].travel_m, guardians=contacts[offer.id],
            basis=placement.wave_basis(offer.basis, matched, offer.person, digest),
        )
        for offer in wished
        if offer.person in matched.given
    ]  # fmt: skip
    names = _names(service, wished)
    offers.make_offers(service, offers.Wording(service, names), row.id, 2, new, opens=at, kind="second_offer")


def _names(service: Service, wished: Sequence[offers.OfferView]) -> Mapping[str, Mapping[str, str]]:
    table = service.definition.allocation.units
    version = placement.pinned_version(wished[0].basis, table) if wished else None
    return offers.unit_names(service.city.id, table, version) if version is not None else {}


def _cases(row: Round, wished: Sequence[offers.OfferView], matched: placement.Matched) -> None:
    without = [offer for offer in wished if offer.person not in matched.given]
    new = [cases.NewCase(o.city, row.id, o.service, o.person, "no_place", o.id) for o in without]
    cases.open_cases(new, at=cities.now(row.city))
