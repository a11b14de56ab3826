"""Replay: a round's decisions computed again from their pinned inputs and compared byte by byte with the stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import polars as pl

from toimiva.capabilities.decisions.documents import document_path
from toimiva.capabilities.decisions.making import Maker, record_text
from toimiva.capabilities.decisions.models import Decision
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.placement import api as placement
from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities
from toimiva.core.errors import NotFound, ToimivaError
from toimiva.core.geography import api as geography
from toimiva.core.ledger import api as ledger
from toimiva.core.purposes import api as purposes
from toimiva.core.registers import api as registers

__all__ = ["Replayed", "replay", "replay_round"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many decisions came out the same, and what differs: (decision, why)."""

    decisions: int
    differing: tuple[tuple[str, str], ...]


def replay_round(round_id: str) -> Replayed:
    """Replay every decision of a round."""
    rows = list(Decision.objects.filter(round=round_id).order_by("number"))
    if not rows:
        raise NotFound(
            what=f"Round {round_id} has no decisions.", mend="See `toimiva round list` for the rounds there are."
        )
    return replay(rows)


def replay(rows: list[Decision]) -> Replayed:
    """Replay decisions of one round. What was pinned and has changed since makes all of them differ."""
    try:
        again = _Again(rows[0])
        again.first_wave  # noqa: B018 - computed now, so that a changed input is told once
    except (ToimivaError, ValueError, KeyError) as error:
        return Replayed(len(rows), tuple((row.pk, f"Its inputs cannot be read again: {error}") for row in rows))
    found = offers.read_offers(row.offer for row in rows)
    differing = [(row.pk, why) for row in rows for why in _differences(row, found.get(row.offer), again)]
    return Replayed(len(rows), tuple(differing))


class _Again:
    """The round computed again from the pins that a decision's record names."""

    def __init__(self, decision: Decision) -> None:
        pins = json.loads(decision.record)["basis"]
        self.city = cities.load(decision.city)
        self.service = services.from_archive(self.city, pins["folder"])
        self.snapshot = registers.get_snapshot(pins["snapshot"])
        registers.verify_snapshot(self.snapshot)
        day = date.fromisoformat(pins["day"])
        causes = json.loads(placement.kept_problem(pins["round"], 1)[0]) if "cause" in pins else None
        said_by = datetime.fromisoformat(pins["said_by"])
        self.pins = placement.Pins(
            pins["round"], pins["seed"], day, self.snapshot, self.service, said_by, causes, pins.get("kept_back", 0)
        )

    @cached_property
    def first_wave(self) -> dict[str, str]:
        """Basis by person, from the registers on."""
        definition = self.service.definition
        with purposes.open_gate(
            self.city,
            definition.purpose,
            actor="replay",
            reason=self.pins.round,
            snapshot=self.snapshot,
            said_by=self.pins.said_by,
        ) as gate:
            persons = None if self.pins.causes is None else sorted(self.pins.causes)
            cohort = services.decide_cohort(self.service, gate, self.pins.day, persons=persons)
            units = gate.query(f'FROM "{definition.allocation.units}"')
            places = gate.query(f'FROM "{definition.allocation.places}"')
        groups = placement.offered_places(places, self.pins.kept_back)
        offered = cohort.filter(pl.col("outcome") == "offer")
        proposal = placement.propose(definition, offered, units, groups, geography.network(self.city, self.snapshot))
        return {row["person"]: text for row, _, text in placement.bases(self.pins, offered, proposal)}

    @cached_property
    def second_wave(self) -> tuple[placement.Matched, str]:
        """The matching of wishes, solved again from the stored problem."""
        text, digest = placement.kept_problem(self.pins.round, 2)
        return placement.solve(text), digest

    def basis(self, person: str, wave: int) -> str:
        """The basis that a person's offer of a wave should have."""
        first = self.first_wave[person]
        if wave == 1:
            return first
        matched, digest = self.second_wave
        return placement.wave_basis(first, matched, person, digest)


def _differences(row: Decision, offer: offers.OfferView | None, again: _Again) -> Iterator[str]:
    if offer is None:
        yield "Its offer is gone."
        return
    try:
        basis = again.basis(offer.person, offer.wave)
    except (ToimivaError, KeyError) as error:
        yield f"It does not come out again: {error}"
        return
    if basis != offer.basis:
        yield "The registers and rules give another basis than the stored one."
    if record_text(again.service, offer, row.number, row.at, Maker(row.made_by, row.grounds)) != row.record:
        yield "The offer and answer give another record than the stored one."
    yield from _stored_differences(row)


def _stored_differences(row: Decision) -> Iterable[str]:
    if hashlib.sha256(row.record.encode()).hexdigest() != row.digest:
        yield "The stored record does not have its digest."
    told = [e for e in ledger.about(row.person, kind="decision.made") if e["body"]["decision"] == row.pk]
    if not told or told[0]["body"]["record"] != row.digest:
        yield "The ledger has another digest for the record."
    if row.document_digest:
        path = document_path(row)
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != row.document_digest:
            yield "The stored document is missing or changed."
