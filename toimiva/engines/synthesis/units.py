"""Pre-school units where the children are: sites, names after sub-areas, and places per language group.

Where the city's real sites are known they are used, and only their places are drawn.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from toimiva.engines.synthesis.facts import Facts
from toimiva.engines.synthesis.homes import with_wgs84

__all__ = ["GROUPS", "Names", "draw_units", "named_sites", "nearest_units", "spread_sites"]

GROUPS = ("fi", "sv", "immersion")
_APART_M = 180.0


class Names(NamedTuple):
    """What sites of a kind are called: the identifiers' prefix, and a name of an area in each language."""

    prefix: str
    fi: str
    sv: str
    en: str


def draw_units(children: pl.DataFrame, facts: Facts, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(units, groups) for children (columns x, y, sub_area, group): supply a little above demand in each group."""
    rng = np.random.default_rng([seed, 3])
    units = _drawn(children, facts, rng) if facts.sites is None else _with_hours(facts.sites.sort("unit"))
    return units, _groups(units, children, facts, rng)


def _drawn(children: pl.DataFrame, facts: Facts, rng: np.random.Generator) -> pl.DataFrame:
    swedish = max(1, round(facts.unit_count * 0.12)) if (children["group"] == "sv").any() else 0
    sites = [
        spread_sites(children.filter(pl.col("group") != "sv"), facts.unit_count - swedish, "fi", rng),
        spread_sites(children.filter(pl.col("group") == "sv"), swedish, "sv", rng),
    ]
    return _with_hours(_named(pl.concat([part for part in sites if len(part)]), facts))


def spread_sites(children: pl.DataFrame, count: int, language: str, rng: np.random.Generator) -> pl.DataFrame:
    """Homes of children drawn at random, kept apart from each other while that is possible."""
    order = rng.permutation(len(children))
    spots = children.select("x", "y").to_numpy()
    chosen: list[int] = []
    for apart in (_APART_M, 0.0):
        for index in order:
            if len(chosen) == min(count, len(children)):
                break
            if index not in chosen and (not chosen or _distance(spots[index], spots[chosen]).min() >= apart):
                chosen.append(int(index))
    return children[sorted(chosen)].select("x", "y", "sub_area").with_columns(language=pl.lit(language))


def named_sites(sites: pl.DataFrame, facts: Facts, names: Names) -> pl.DataFrame:
    """Sites (x, y, sub_area, language) as units of a register, called after where they are."""
    named = sites.join(facts.sub_areas, left_on="sub_area", right_on="code", how="left", maintain_order="left")
    number = pl.int_range(1, pl.len() + 1).over("sub_area")
    suffix = pl.when(number > 1).then(pl.format(" {}", number)).otherwise(pl.lit(""))
    return with_wgs84(named).select(
        unit=pl.format(names.prefix + "-{}", pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(2)),
        name_fi=pl.format(names.fi, "name_fi", suffix),
        name_sv=pl.format(names.sv, "name_sv", suffix),
        name_en=pl.format(names.en, "name_fi", suffix),
        language="language",
        sub_area="sub_area",
        x="x",
        y="y",
        lon="lon",
        lat="lat",
        accessible=pl.lit(True),
    )


def _distance(spot: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.hypot(*(others - spot).T)


def _named(sites: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    named = sites.join(facts.sub_areas, left_on="sub_area", right_on="code", how="left", maintain_order="left")
    number = pl.int_range(1, pl.len() + 1).over("sub_area", "language")
    suffix = pl.when(number > 1).then(pl.format(" {}", number)).otherwise(pl.lit(""))
    names = named.with_columns(
        unit=pl.format("pk-{}", pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(3)),
        name_fi=_name("Päiväkoti {}{}", "Daghemmet {}{}", "name_fi", "name_sv", suffix),
        name_sv=pl.format("Daghemmet {}{}", "name_sv", suffix),
        name_en=pl.format("{}{} daycare centre", "name_fi", suffix),
    )
    return with_wgs84(names)


def _with_hours(units: pl.DataFrame) -> pl.DataFrame:
    """What no list tells: opening hours, provider and accessibility, as plausible ones."""
    kept = ("unit", "name_fi", "name_sv", "name_en", "language", "sub_area", "x", "y", "lon", "lat")
    return units.select(
        *kept,
        accessible=(pl.col("x") + pl.col("y")) % 10 != 0,
        provider=pl.lit("municipal"),
        opens=pl.lit("06:15"),
        closes=pl.lit("17:30"),
    )


def _name(fi: str, sv: str, name_fi: str, name_sv: str, suffix: pl.Expr) -> pl.Expr:
    """A Swedish unit keeps its Swedish name in Finnish texts too."""
    return (
        pl.when(pl.col("language") == "sv")
        .then(pl.format(sv, name_sv, suffix))
        .otherwise(pl.format(fi, name_fi, suffix))
    )


def _groups(units: pl.DataFrame, children: pl.DataFrame, facts: Facts, rng: np.random.Generator) -> pl.DataFrame:
    parts = []
    for group in GROUPS:
        demand = children.filter(pl.col("group") == group)
        hosts = _hosts(units, group, len(demand), rng)
        if len(demand):
            places = _places(hosts, demand, facts.shares.supply_over_demand)
            parts.append(hosts.select("unit", group=pl.lit(group)).with_columns(capacity=pl.Series(places)))
    return pl.concat(parts)


def _hosts(units: pl.DataFrame, group: str, demand: int, rng: np.random.Generator) -> pl.DataFrame:
    if group != "immersion":
        return units.filter(pl.col("language") == group)
    finnish = units.filter(pl.col("language") == "fi")
    count = min(len(finnish), max(1, demand // 14))
    return finnish[np.sort(rng.permutation(len(finnish))[:count])]


def _places(hosts: pl.DataFrame, demand: pl.DataFrame, supply: float) -> NDArray[np.int64]:
    """Between what the nearest children would need and an even share, so that not everyone gets the nearest unit."""
    nearest = nearest_units(demand, hosts, 1)[:, 0]
    wanted = np.bincount(nearest, minlength=len(hosts))
    mixed = 0.6 * wanted + 0.4 * wanted.mean()
    return np.maximum(1, np.ceil(mixed * supply)).astype(np.int64)


def nearest_units(people: pl.DataFrame, units: pl.DataFrame, count: int) -> NDArray[np.int64]:
    """Row numbers of the `count` nearest units of each person, nearest first (straight line)."""
    homes, places = people.select("x", "y").to_numpy(), units.select("x", "y").to_numpy()
    count = min(count, len(places))
    found = np.empty((len(homes), count), dtype=np.int64)
    for start in range(0, len(homes), 4096):
        block = homes[start : start + 4096]
        distance = np.hypot(block[:, None, 0] - places[:, 0], block[:, None, 1] - places[:, 1])
        found[start : start + 4096] = np.argsort(distance, axis=1, kind="stable")[:, :count]
    return found
