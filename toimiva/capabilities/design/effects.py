"""Who gains and who loses by a draft: both rules run over the whole cohort, and what differs is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from toimiva.capabilities.design.drafting import drafted
from toimiva.capabilities.design.models import Draft
from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities
from toimiva.core.purposes import api as purposes
from toimiva.core.registers import api as registers

__all__ = ["Effect", "day_of", "effect_of"]

NONE = "not_eligible"


@dataclass(frozen=True, slots=True)
class Effect:
    """Counts of people decided otherwise: moves (from, to, n), and by dimension rows of (group, gains, loses).

    A gain is an offer that was not there; a loss an offer that is gone. Counts under five are None.
    """

    on: date
    cohort: int
    changed: int
    gains: int
    loses: int
    moves: tuple[tuple[str, str, int | None], ...]
    groups: Mapping[str, tuple[tuple[str, int | None, int | None], ...]]


def day_of(draft: Draft, today: date) -> date:
    """The day from which all the draft's values hold, from today on."""
    return max([today, *(date.fromisoformat(change["since"]) for change in draft.changes if "since" in change)])


def effect_of(draft: Draft, *, on: date, official: str, at: datetime) -> Effect:
    """Decide everyone by the rules in force and by the draft, as of a day, and compare."""
    city = cities.load(draft.city)
    now, then = services.get_service(city, draft.service), drafted(draft)
    snapshot = registers.take_snapshot(city, as_of=on, at=at)
    with purposes.open_gate(
        city, now.definition.purpose, actor=official, reason=f"effect of draft {draft.pk}", snapshot=snapshot, at=at
    ) as gate:
        before, after = (_outcomes(service, gate, on) for service in (now, then))
    both = _compared(before, after)
    changed = both.filter(pl.col("before") != pl.col("after"))
    gains, loses = changed.filter(pl.col("gains")), changed.filter(pl.col("loses"))
    return Effect(
        on=on, cohort=both.height, changed=changed.height, gains=gains.height, loses=loses.height,
        moves=_moves(changed), groups={name: _by(changed, name) for name in ("sub_area", "language", "provider")},
    )  # fmt: skip


def _outcomes(service: services.Service, gate: purposes.Gate, on: date) -> pl.DataFrame:
    rows = services.decide_cohort(service, gate, on)
    early = "early education" if "early education" in rows.columns else None
    provider = pl.col(early).struct.field("provider") if early else pl.lit(None, dtype=pl.String)
    return rows.select("person", "outcome", "sub_area", "language", provider=provider)


def _compared(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    both = before.join(after, on="person", how="full", coalesce=True, suffix="_after")
    kept = {name: pl.coalesce(name, f"{name}_after").fill_null("–") for name in ("sub_area", "language", "provider")}
    return both.select(
        "person",
        before=pl.col("outcome").fill_null(NONE),
        after=pl.col("outcome_after").fill_null(NONE),
        **kept,
    ).with_columns(
        gains=(pl.col("after") == "offer") & (pl.col("before") != "offer"),
        loses=(pl.col("before") == "offer") & (pl.col("after") != "offer"),
    )


def _moves(changed: pl.DataFrame) -> tuple[tuple[str, str, int | None], ...]:
    counts = changed.group_by("before", "after").len().sort("len", "before", "after", descending=[True, False, False])
    told = purposes.hide_small(counts["len"].to_list())
    return tuple((a, b, n) for (a, b, _), n in zip(counts.iter_rows(), told, strict=True))


def _by(changed: pl.DataFrame, name: str) -> tuple[tuple[str, int | None, int | None], ...]:
    counts = changed.group_by(name).agg(pl.col("gains").sum(), pl.col("loses").sum()).sort(name)
    gains, loses = (purposes.hide_small(counts[column].to_list()) for column in ("gains", "loses"))
    return tuple(zip(counts[name].to_list(), gains, loses, strict=True))
