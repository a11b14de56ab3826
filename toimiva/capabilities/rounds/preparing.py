"""From a snapshot to offers in the outbox: decide for all, place all, word every message, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db import transaction

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.placement import api as placement
from toimiva.capabilities.rounds.models import Round
from toimiva.capabilities.services import api as services
from toimiva.capabilities.services.api import Service
from toimiva.core.city.api import text_in
from toimiva.core.geography import api as geography
from toimiva.core.ledger import api as ledger
from toimiva.core.people import api as people
from toimiva.core.purposes import api as purposes
from toimiva.core.registers import api as registers

__all__ = ["Concerned", "Prepared", "offer_first", "prepare", "starts_of"]

Concerned = Callable[[purposes.Gate], Mapping[str, Mapping[str, Any]]]  # who is to be decided again, and why


@dataclass(frozen=True, slots=True)
class Prepared:
    """A round computed and not yet told to anyone: what a rehearsal shows.

    `lost` are people whom a change has put outside what they may have been offered before, with the reason for staff.
    """

    pins: placement.Pins
    residents: int
    cohort: pl.DataFrame
    proposal: placement.Proposal
    groups: pl.DataFrame
    lost: Mapping[str, str] = field(default_factory=dict)


def prepare(row: Round, service: Service, concerned: Concerned | None = None) -> Prepared:
    """Decide and place, over the round's snapshot: the whole cohort, or only those who are `concerned`."""
    snapshot = registers.get_snapshot(row.snapshot)
    definition = service.definition
    with purposes.open_gate(
        service.city, definition.purpose, actor="rule", reason=row.id, snapshot=snapshot, at=row.created
    ) as gate:
        causes = concerned(gate) if concerned else None
        cohort = services.decide_cohort(service, gate, row.day, persons=None if causes is None else sorted(causes))
        lost = {} if causes is None else _lost(causes, cohort)
        cohort = cohort if causes is None else _not_yet(service, cohort)
        units = gate.query(f'FROM "{definition.allocation.units}"')
        places = gate.query(f'FROM "{definition.allocation.places}" ORDER BY unit, "group"')
        residents = _count_residents(gate, service)
    told = None if causes is None else {name: causes[name] for name in cohort["person"]}
    pins = placement.Pins(row.id, row.seed, row.day, snapshot, service, row.created, told, row.kept_back)
    groups = placement.offered_places(places, row.kept_back)
    streets = geography.network(service.city, snapshot)
    proposal = placement.propose(definition, cohort.filter(pl.col("outcome") == "offer"), units, groups, streets)
    return Prepared(pins, residents, cohort, proposal, groups, lost)


def _lost(causes: Mapping[str, Mapping[str, Any]], cohort: pl.DataFrame) -> dict[str, str]:
    """Who is not offered anything now, and not only because time has passed: the rule's reason, or gone."""
    changed = {person for person, cause in causes.items() if cause["change"] != "time"}
    reasons = dict.fromkeys(sorted(changed), "moved_or_died")
    for person, outcome, because in cohort.select("person", "outcome", "because").iter_rows():
        if outcome == "offer":
            reasons.pop(person, None)
        elif person in reasons and outcome != "not_eligible":
            reasons[person] = because
    return reasons


def _not_yet(service: Service, cohort: pl.DataFrame) -> pl.DataFrame:
    """Those of the cohort to whom the service has offered nothing, and whom staff have not for the same reason."""
    persons = cohort["person"].to_list()
    asked = offers.asked_before(service.city.id, service.id, persons)
    cases_of = cases.handled_before(service.city.id, service.id, persons)
    new = [
        person not in asked and (person, because) not in cases_of
        for person, because in cohort.select("person", "because").iter_rows()
    ]
    return cohort.filter(pl.Series(new, dtype=pl.Boolean))


def _count_residents(gate: purposes.Gate, service: Service) -> int:
    table = service.definition.inputs[service.definition.cohort.subject].table
    rows = gate.query(f'SELECT count(*) AS n FROM "{table}" WHERE municipality = ?', [service.city.municipality])
    return int(rows["n"][0])


def offer_first(row: Round, service: Service, prepared: Prepared) -> None:
    """Offers, seats, messages and staff cases of the first wave, and the round's next phase, in one transaction.

    Of a round that follows changes, who was decided again and why is kept, so that it can be replayed.
    """
    cards = _cards(row, service, prepared)
    new, unreached = _new_offers(row, service, prepared, cards)
    definition = service.definition
    with transaction.atomic():
        services.archive(service)
        offers.take_back(service.city, service.id, prepared.lost, at=row.created)
        if prepared.pins.causes is not None:
            placement.keep_problem(row.id, 1, ledger.canonical(prepared.pins.causes))
        offers.set_seats(row.id, list(prepared.groups.select("unit", "group", "capacity").iter_rows()))
        table = definition.allocation.units
        names = offers.unit_names(service.city.id, table, prepared.pins.snapshot.tables[table]["version"])
        made = offers.make_offers(
            service, offers.Wording(service, names), row.id, 1, new,
            opens=row.opens, kind="offer" if definition.gives == "offer" else "grant",
        )  # fmt: skip
        cases.open_cases(_cases(row, prepared, unreached), at=row.opens)
        if definition.gives == "grant":
            _grant(service, made, row)
        _move_on(row, prepared)


def _grant(service: Service, made: list[str], row: Round) -> None:
    offers.accept_granted(made)
    decisions.decide_granted(service, made, at=row.opens)


def _move_on(row: Round, prepared: Prepared) -> None:
    row.phase = "offered"
    row.figures = {
        "residents": prepared.residents,
        "cohort": prepared.cohort.filter(pl.col("outcome") != "not_eligible").height,
        "optimality_gap": prepared.proposal.certificate.gap,
        "total_cost_m": prepared.proposal.certificate.primal,
    }
    if prepared.pins.causes is not None:
        row.figures["causes"] = Counter(cause["change"] for cause in prepared.pins.causes.values())
    row.save()
    body = {"round": row.id, "snapshot": row.snapshot, "rules": row.folder, **row.figures}
    ledger.append(ledger.NewEntry(row.city, "round.offered", "rule", row.opens, row.id, body=body))


def starts_of(service: Service, day: date) -> date:
    """When what is offered starts: the service's dated parameter, a day or a number of days from `day`."""
    value = services.value_on(service.parameters[service.definition.starts], day).value
    if isinstance(value, int):
        return day + timedelta(days=value)
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _cards(row: Round, service: Service, prepared: Prepared) -> Mapping[str, people.Card]:
    guardians = service.definition.guardians
    placed = prepared.proposal.placed.select("person")
    told = placed.join(prepared.cohort, on="person")[guardians.input].explode().struct.field(guardians.person)
    persons = pl.concat([placed["person"], told]).drop_nulls().unique().sort().to_list()
    return people.cards(
        service.city, persons, purpose=service.definition.message_purpose, actor="rule", reason=row.id,
        snapshot=prepared.pins.snapshot, at=row.created,
    )  # fmt: skip


def _new_offers(
    row: Round, service: Service, prepared: Prepared, cards: Mapping[str, people.Card]
) -> tuple[list[offers.NewOffer], list[str]]:
    """Offers to be made, and children whom nobody can be told of."""
    new, unreached, starts = [], [], starts_of(service, row.day)
    for child, place, basis in placement.bases(prepared.pins, prepared.cohort, prepared.proposal):
        person = child["person"]
        guardians = list(_guardians(service, child, cards))
        if not guardians:
            unreached.append(person)
            continue
        new.append(
            offers.NewOffer(
                id=offers.offer_id(row.id, person, 1), person=person, child_name=cards[person].given_name or "",
                unit=place["unit"], group=place["group"], travel_m=place["travel_m"], starts=starts, closes=row.closes,
                basis=basis, guardians=guardians, nearby=place["choices"],
            )
        )  # fmt: skip
    return new, unreached


def _guardians(
    service: Service, child: Mapping[str, Any], cards: Mapping[str, people.Card]
) -> Iterator[offers.Guardian]:
    """Living guardians who can be reached in some way, in a fixed order."""
    source = service.definition.guardians
    for person in child[source.input]:
        card = cards.get(person[source.person])
        if card is None or person["died"] is not None or not (card.phone or card.email or card.street_address):
            continue
        yield offers.Guardian(
            guardian=card.person, name=card.full_name, language=card.language or person["language"] or "fi",
            phone=card.phone or "", email=card.email or "", postal_address=_postal_address(service, card),
            channel=card.channel,
        )  # fmt: skip


def _postal_address(service: Service, card: people.Card) -> str:
    if not card.street_address:
        return ""
    return f"{card.full_name}\n{card.street_address}\n{card.postal_code or ''} {text_in(service.city.names, 'fi')}"


def _cases(row: Round, prepared: Prepared, unreached: Sequence[str]) -> Iterator[cases.NewCase]:
    inputs = prepared.pins.service.definition.inputs
    handled = prepared.cohort.filter(pl.col("outcome").is_in(["staff", "ordinary_application"]))
    names = [name for name in handled.columns if name in inputs]
    for child in handled.iter_rows(named=True):
        facts = ledger.canonical({name: child[name] for name in names})
        reason = child["because"] or "no_reason"
        yield cases.NewCase(row.city, row.id, row.service, child["person"], reason, facts=facts)
    for person in prepared.proposal.unplaced:
        yield cases.NewCase(row.city, row.id, row.service, person, "no_place")
    for person in unreached:
        yield cases.NewCase(row.city, row.id, row.service, person, "not_reached")
