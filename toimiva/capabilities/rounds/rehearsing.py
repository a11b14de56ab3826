"""A rehearsal: the round computed over the newest data and told to nobody, with what would happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.rounds.models import Round
from toimiva.capabilities.rounds.planning import AS_USUAL, Terms, list_rounds, window
from toimiva.capabilities.rounds.preparing import Prepared, prepare, starts_of
from toimiva.capabilities.services.api import Service
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.registers import api as registers

__all__ = ["Rehearsal", "rehearse"]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a round would do: counts, places by group (group, children, places), travel in metres, sample messages.

    `texts` are (language, text, parts); `last` is the newest measured round of the service, to compare with.
    """

    snapshot: str
    opens: datetime
    closes: datetime
    residents: int
    cohort: int
    offered: int
    unplaced: int
    to_staff: Mapping[str, int]
    groups: tuple[tuple[str, int, int], ...]
    travel_mean_m: float | None
    travel_max_m: int | None
    near_share: float | None
    texts: tuple[tuple[str, str, int], ...]
    last: Round | None


def rehearse(service: Service, *, seed: int, at: datetime, terms: Terms = AS_USUAL) -> Rehearsal:
    """Compute a round as of now; nothing is stored but that data was read."""
    city = service.city
    day = at.astimezone(city.zone).date()
    snapshot = registers.take_snapshot(city, as_of=day, at=at)
    opens, closes = window(service, day, at, terms)
    row = Round(id=f"rehearsal {service.id}", city=city.id, service=service.id, seed=seed, day=day, created=at,
                snapshot=snapshot.pk, folder=service.digest, opens=opens, closes=closes,
                kept_back=terms.kept_back)  # fmt: skip
    prepared = prepare(row, service)
    placed = prepared.proposal.placed
    concerned = prepared.cohort.filter(pl.col("outcome") != "not_eligible")
    staff = concerned.filter(pl.col("outcome") != "offer").group_by("because").len().sort("len", descending=True)
    travel = placed["travel_m"] if placed.height else pl.Series([], dtype=pl.Int64)
    return Rehearsal(
        snapshot=snapshot.pk, opens=opens, closes=closes, residents=prepared.residents, cohort=concerned.height,
        offered=placed.height, unplaced=len(prepared.proposal.unplaced), to_staff=dict(staff.iter_rows()),
        groups=tuple(_groups(prepared)), travel_mean_m=_mean(travel), travel_max_m=_most(travel),
        near_share=_mean(travel <= 1000) if placed.height else None,
        texts=tuple(_texts(service, row, placed)), last=_last(service),
    )  # fmt: skip


def _groups(prepared: Prepared) -> list[tuple[str, int, int]]:
    wanted = prepared.cohort.filter(pl.col("outcome") == "offer").group_by("group").len()
    places = prepared.groups.group_by("group").agg(pl.col("capacity").sum())
    both = places.join(wanted, on="group", how="left").with_columns(pl.col("len").fill_null(0)).sort("group")
    return list(both.select("group", "len", "capacity").iter_rows())


def _mean(values: pl.Series) -> float | None:
    found = values.cast(pl.Float64).mean()
    return round(float(found), 3) if isinstance(found, float) else None


def _most(values: pl.Series) -> int | None:
    found = values.max()
    return found if isinstance(found, int) else None


def _texts(service: Service, row: Round, placed: pl.DataFrame) -> list[tuple[str, str, int]]:
    """The first message in each language, of the first place there is, to a made-up child."""
    if not placed.height:
        return []
    place: dict[str, Any] = placed.row(0, named=True)
    table = service.definition.allocation.units
    version = registers.get_snapshot(row.snapshot).tables[table]["version"]
    wording = offers.Wording(service, offers.unit_names(service.city.id, table, version))
    sample = offers.NewOffer(
        id="sample", person="", child_name="Elsa", unit=place["unit"], group=place["group"], basis="", guardians=(),
        travel_m=place["travel_m"], starts=starts_of(service, row.day), closes=row.closes,
    )  # fmt: skip
    kind = "offer" if service.definition.gives == "offer" else "grant"
    drafts = [
        wording.by("sms", sample, offers.Guardian("sample", "", language, phone="sample"), kind)
        for language in cities.LANGUAGES
    ]
    return [(draft.language, draft.text, channels.sms_parts(draft.text)) for draft in drafts]


def _last(service: Service) -> Round | None:
    rows = (row for row in list_rounds(service.city.id) if row.service == service.id and row.phase == "measured")
    return next(rows, None)
