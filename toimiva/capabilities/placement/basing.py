"""What an offer rests on, as canonical JSON: facts, what the rules found, the placement, and the versions of all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from toimiva.capabilities.placement.choosing import Matched
from toimiva.capabilities.placement.models import WaveProblem
from toimiva.capabilities.placement.proposing import ON_STREETS, Proposal, straight_method
from toimiva.capabilities.services.api import Service
from toimiva.core.errors import Conflict, NotFound
from toimiva.core.ledger import api as ledger
from toimiva.core.registers import api as registers

__all__ = ["Pins", "bases", "keep_problem", "kept_problem", "pinned_version", "wave_basis"]

_KEPT = ("unit", "group", "travel_m", "sibling", "present_unit", "own_area")  # of a placement, in a basis


@dataclass(frozen=True, slots=True)
class Pins:
    """What a round is computed from; the same pins give the same offers.

    `causes` are of a round that follows the registers' changes: who was decided again, and why.
    """

    round: str
    seed: int
    day: date
    snapshot: registers.Pinned
    service: Service
    said_by: datetime  # objections and consents are those of this instant
    causes: Mapping[str, Mapping[str, Any]] | None = None
    kept_back: int = 0  # per cent of places

    def of(self, person: str) -> dict[str, Any]:
        """As they stand in a person's basis."""
        pinned = {
            "round": self.round, "seed": self.seed, "day": self.day.isoformat(), "snapshot": self.snapshot.id,
            "tables": {name: pin["version"] for name, pin in self.snapshot.tables.items()},
            "folder": self.service.digest, "said_by": self.said_by.isoformat(),
        }  # fmt: skip
        if self.kept_back:
            pinned["kept_back"] = self.kept_back
        return pinned if self.causes is None else pinned | {"cause": dict(self.causes[person])}


def bases(pins: Pins, cohort: pl.DataFrame, proposal: Proposal) -> Iterator[tuple[dict[str, Any], dict[str, Any], str]]:
    """(cohort row, placement row, basis text) of everyone placed, by person."""
    placed = proposal.placed
    names, straight = list(pins.service.definition.inputs), straight_method(pins.service.definition)
    rows = placed.select("person").join(cohort, on="person", how="left", maintain_order="left")
    for row, place in zip(rows.iter_rows(named=True), placed.iter_rows(named=True), strict=True):
        facts = {name: row[name] for name in names}
        finding = {"outcome": row["outcome"], "because": row["because"]}
        placing = {name: place[name] for name in _KEPT} | {
            "wave": 1,
            "method": ON_STREETS if place["on_streets"] else straight,
        }
        yield (
            row,
            place,
            ledger.canonical(pins.of(place["person"]) | {"finding": finding, "facts": facts, "placement": placing}),
        )


def wave_basis(first: str, matched: Matched, person: str, problem_digest: str) -> str:
    """The basis of a later wave's offer: the first one's facts, with the wish that the matching gave."""
    basis, wish = json.loads(first), matched.given[person]
    basis["placement"] = basis["placement"] | {
        "unit": wish.unit, "travel_m": wish.travel_m, "sibling": wish.sibling, "present_unit": wish.present_unit,
        "own_area": wish.own_area, "wave": 2, "problem": problem_digest,
    }  # fmt: skip
    return ledger.canonical(basis)


def pinned_version(basis: str, table: str) -> int | None:
    """Which version of a table a basis rests on."""
    version: int | None = json.loads(basis)["tables"].get(table)
    return version


def keep_problem(round_id: str, wave: int, text: str) -> str:
    """Keep a wave's problem for replay; its SHA-256."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    WaveProblem.objects.create(round=round_id, wave=wave, text=text, digest=digest)
    return digest


def kept_problem(round_id: str, wave: int) -> tuple[str, str]:
    """(text, digest). Raises NotFound, or Conflict when a stored byte has changed."""
    found = WaveProblem.objects.filter(round=round_id, wave=wave).first()
    if found is None:
        raise NotFound(what=f"Round {round_id} has no wave {wave}.", mend="See its page for the waves it has had.")
    if hashlib.sha256(found.text.encode()).hexdigest() != found.digest:
        raise Conflict(what=f"The stored problem of {round_id}, wave {wave}, has changed.", mend="Restore a backup.")
    return found.text, found.digest
