"""Places proposed for all at once: least travel over the whole city, with advantages for siblings and continuity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from toimiva.capabilities.services.api import Definition
from toimiva.engines.allocation.api import Certificate, Problem, place
from toimiva.engines.walking.api import Network, Walks, walks

__all__ = ["CHOICES", "ON_STREETS", "Proposal", "offered_places", "propose", "straight_method"]

CHOICES = 8  # other units shown to a family, nearest first


@dataclass(frozen=True, slots=True)
class Proposal:
    """`placed`: person, unit, group, travel_m, on_streets, sibling, present_unit, own_area, choices (JSON text).
    `unplaced`: persons.

    `certificate` is the sum over the language groups' certificates.
    """

    placed: pl.DataFrame
    unplaced: list[str]
    certificate: Certificate


_PLACED = {
    "person": pl.String, "unit": pl.String, "group": pl.String, "travel_m": pl.Int64, "on_streets": pl.Boolean,
    "sibling": pl.Boolean, "present_unit": pl.Boolean, "own_area": pl.Boolean, "choices": pl.String,
}  # fmt: skip
ON_STREETS = "on foot along streets"


def straight_method(definition: Definition) -> str:
    """How travel is measured where no street network is loaded, as it is told."""
    return f"straight line x {definition.allocation.detour_factor:g}"


def offered_places(groups: pl.DataFrame, kept_back: int) -> pl.DataFrame:
    """Groups with the places that may be offered: all but `kept_back` per cent, rounded down."""
    return groups.with_columns(capacity=pl.col("capacity") * (100 - kept_back) // 100)


def propose(
    definition: Definition, cohort: pl.DataFrame, units: pl.DataFrame, groups: pl.DataFrame, streets: Network | None
) -> Proposal:
    """Place the cohort (person, x, y, sub_area, group, present_unit, sibling_units) into groups with places.

    The same rows give the same proposal. Ways are walked along `streets` where both ends are on them. Distances in
    metres; a person without a home on record is unplaced.
    """
    parts, unplaced, primal, dual = [], [], 0, 0
    for group in groups["group"].unique().sort():
        children = cohort.filter((pl.col("group") == group) & pl.col("x").is_not_null()).sort("person")
        seats = groups.filter(pl.col("group") == group).join(units, on="unit").sort("unit")
        if not len(children):
            continue
        rows, certificate = _propose_group(definition, children, seats, streets)
        primal, dual = primal + certificate.primal, dual + certificate.dual
        parts.append(rows.filter(pl.col("unit").is_not_null()))
        unplaced += rows.filter(pl.col("unit").is_null())["person"].to_list()
    placed = pl.concat(parts).sort("person") if parts else pl.DataFrame(schema=_PLACED)
    without = cohort.filter(pl.col("x").is_null() | ~pl.col("group").is_in(groups["group"].unique().implode()))
    return Proposal(placed, sorted([*unplaced, *without["person"]]), Certificate(primal, dual))


def _propose_group(
    definition: Definition, children: pl.DataFrame, seats: pl.DataFrame, streets: Network | None
) -> tuple[pl.DataFrame, Certificate]:
    settings = definition.allocation
    homes, places = (rows.select("x", "y").to_numpy().astype(float) for rows in (children, seats))
    travel = walks(homes, places, detour=settings.detour_factor, network=streets)
    near = np.argsort(travel.metres, axis=1, kind="stable")[:, : settings.nearest]
    flags = _Flags(children, seats)
    person, seat = _possibilities(near, flags)
    cost = travel.metres[person, seat] - flags.advantage(person, seat, settings.advantage_m.model_dump())
    problem = Problem(
        len(children), person, seat, cost, seats["capacity"].to_numpy().astype(np.int64), settings.unplaced_m
    )
    placement = place(problem)
    return _rows(children, seats, travel, near, flags, placement.seat), placement.certificate


class _Flags:
    """Which seats are a child's present unit, a sibling's, or in the home's own area; as (child, seat) matrices."""

    def __init__(self, children: pl.DataFrame, seats: pl.DataFrame) -> None:
        rows = children.select("present_unit", "sibling_units", "sub_area").with_row_index("child")
        units = seats.select("unit").with_row_index("seat")
        self.present_unit = _matrix(rows.rename({"present_unit": "unit"}), units, len(rows))
        self.sibling = _matrix(rows.explode("sibling_units").rename({"sibling_units": "unit"}), units, len(rows))
        self.own_area = rows["sub_area"].to_numpy()[:, None] == seats["sub_area"].to_numpy()[None, :]

    def advantage(
        self, person: NDArray[np.int64], seat: NDArray[np.int64], metres: dict[str, int]
    ) -> NDArray[np.int64]:
        """Metres to take off the travel of each possibility."""
        total = np.zeros(len(person), dtype=np.int64)
        for name, value in metres.items():
            total += getattr(self, name)[person, seat] * value
        return total


def _matrix(rows: pl.DataFrame, units: pl.DataFrame, children: int) -> NDArray[np.bool_]:
    pairs = rows.select("child", pl.col("unit").cast(pl.String)).join(units, on="unit")
    matrix = np.zeros((children, len(units)), dtype=bool)
    matrix[pairs["child"].to_numpy(), pairs["seat"].to_numpy()] = True
    return matrix


def _possibilities(near: NDArray[np.int64], flags: _Flags) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(child, seat) pairs: the nearest seats, and wherever a sibling or the child is already."""
    allowed = flags.present_unit | flags.sibling
    np.put_along_axis(allowed, near, True, axis=1)
    person, seat = np.nonzero(allowed)
    return person.astype(np.int64), seat.astype(np.int64)


def _rows(
    children: pl.DataFrame,
    seats: pl.DataFrame,
    travel: Walks,
    near: NDArray[np.int64],
    flags: _Flags,
    seat: NDArray[np.int64],
) -> pl.DataFrame:
    everyone = np.arange(len(children))
    units = np.array([*seats["unit"], None], dtype=object)  # the last stands for no place
    placed = seat >= 0
    return pl.DataFrame({
        "person": children["person"],
        "unit": units[seat].tolist(),
        "group": children["group"],
        "travel_m": np.where(placed, travel.metres[everyone, seat], 0),
        "on_streets": placed & travel.on_streets[everyone, seat],
        "sibling": placed & flags.sibling[everyone, seat],
        "present_unit": placed & flags.present_unit[everyone, seat],
        "own_area": placed & flags.own_area[everyone, seat],
        "choices": _choices(near, seat, units, travel, flags),
    }, schema_overrides={"unit": pl.String})  # fmt: skip


def _choices(
    near: NDArray[np.int64], own: NDArray[np.int64], units: NDArray[Any], travel: Walks, flags: _Flags
) -> pl.Series:
    """JSON of each child's nearest units but the one proposed, with what counts for the child in each."""
    other = near != own[:, None]
    other &= np.cumsum(other, axis=1) <= CHOICES
    child, rank = np.nonzero(other)
    seat = near[child, rank]
    each = pl.DataFrame({
        "child": child,
        "unit": units[seat].tolist(),
        "travel_m": travel.metres[child, seat],
        "sibling": flags.sibling[child, seat],
        "present_unit": flags.present_unit[child, seat],
        "own_area": flags.own_area[child, seat],
    }, schema_overrides={"unit": pl.String})  # fmt: skip
    encoded = each.select("child", choice=pl.struct(pl.exclude("child")).struct.json_encode())
    lists = encoded.group_by("child", maintain_order=True).agg(pl.col("choice").str.join(","))
    everyone = pl.DataFrame({"child": np.arange(len(near))}).join(lists, on="child", how="left", maintain_order="left")
    return everyone.select(pl.format("[{}]", pl.col("choice").fill_null(""))).to_series()
