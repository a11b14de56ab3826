"""What a synthetic city is drawn from: published statistics as tables, and shares stated by the city.

Coordinates are ETRS-GK25 (EPSG:3879), easting (x) and northing (y) in metres.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

__all__ = ["Facts", "Shares", "age_bands"]


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares (0 to 1) that no table gives by area; each is stated in the city's facts with its source or assumption."""

    mother_tongue: Mapping[str, float]
    two_guardians_together: float
    apart_same_city: float
    apart_other_city: float
    foster_care: float
    non_disclosure: float
    phone: float
    email: float
    in_early_education: float
    private_provider: float
    special_support: float
    extended_compulsory_education: float
    immersion: float
    objects: float
    supply_over_demand: float


@dataclass(frozen=True, slots=True)
class Facts:
    """A city's tables: `postal_areas`, `sub_areas`, `cells`, `names`; and its shares.

    `at_least` sets how many of each rare case the city must have among the children about to start pre-school, so that
    a small city can hold every awkward case. `sites` are real units (unit, names, language, sub_area, x, y, lon, lat),
    where they are known; otherwise sites are drawn.
    """

    municipality: str
    as_of: dt.date
    postal_areas: pl.DataFrame
    sub_areas: pl.DataFrame
    cells: pl.DataFrame
    given_names: pl.DataFrame
    surnames: pl.DataFrame
    street_names: Sequence[str]
    shares: Shares
    unit_count: int
    clinic_count: int
    senior_centre_count: int
    at_least: Mapping[str, int] = field(default_factory=dict)
    sites: pl.DataFrame | None = None

    def scaled_to(self, residents: int) -> Facts:
        """The same city with about this many residents: every count of every area in proportion."""
        factor = residents / self.postal_areas["residents"].sum()
        kept = ("average_size", "median_income_eur")
        counts = [name for name, kind in self.postal_areas.schema.items() if kind.is_integer() and name not in kept]
        areas = self.postal_areas.with_columns((pl.col(counts) * factor).round().cast(pl.Int64))
        ages = [column for column, _, _ in age_bands(areas.columns)]
        areas = areas.with_columns(residents=pl.sum_horizontal(ages))
        areas = areas.with_columns(females=pl.min_horizontal("females", "residents"))
        return replace(self, postal_areas=areas, unit_count=max(4, round(self.unit_count * factor)))


def age_bands(columns: Sequence[str]) -> list[tuple[str, int, int]]:
    """(column, first age, last age) of the columns named `age_03_6` or `age_85_up`; the open band ends at 102."""
    bands = []
    for column in columns:
        if column.startswith("age_"):
            _, first, last = column.split("_")
            bands.append((column, int(first), 102 if last == "up" else int(last)))
    return bands
