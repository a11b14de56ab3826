"""Who is in early childhood education: unit, provider, group language, immersion, support."""

from __future__ import annotations

import numpy as np
import polars as pl

from toimiva.engines.synthesis.facts import Facts
from toimiva.engines.synthesis.units import nearest_units

__all__ = ["draw_enrolments", "draw_needs"]


def draw_needs(children: pl.DataFrame, facts: Facts, seed: int) -> pl.DataFrame:
    """Children (row, mother_tongue, case) with what early education would know: group, support, provider, enrolled."""
    rng = np.random.default_rng([seed, 4])
    shares, size = facts.shares, len(children)
    draws = {name: pl.Series(rng.random(size)) for name in ("immersion", "support", "extended", "enrolled", "private")}
    case = pl.col("case").fill_null("")
    immersion = (draws["immersion"] < shares.immersion) & (children["mother_tongue"] != "sv")
    return children.with_columns(
        immersion=(immersion | (case == "immersion")) & (pl.col("mother_tongue") != "sv"),
        support=pl.when((draws["support"] < shares.special_support) | (case == "special_support"))
        .then(pl.lit("special"))
        .otherwise(pl.lit("none")),
        extended=(draws["extended"] < shares.extended_compulsory_education) | (case == "extended_compulsory_education"),
        enrolled=(draws["enrolled"] < shares.in_early_education) & (case != "not_in_early_education"),
        provider=pl.when((draws["private"] < shares.private_provider) | (case == "private_provider"))
        .then(pl.lit("private"))
        .otherwise(pl.lit("municipal")),
    ).with_columns(
        group=pl.when("immersion")
        .then(pl.lit("immersion"))
        .when(pl.col("mother_tongue") == "sv")
        .then(pl.lit("sv"))
        .otherwise(pl.lit("fi"))
    )


def draw_enrolments(children: pl.DataFrame, units: pl.DataFrame, groups: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The early-education register's rows for those enrolled: mostly in one of the three nearest units."""
    rng = np.random.default_rng([seed, 5])
    parts = []
    for group in children["group"].unique().sort():
        own = children.filter(pl.col("enrolled") & (pl.col("group") == group))
        hosts = units.join(groups.filter(pl.col("group") == group), on="unit", how="semi", maintain_order="left")
        if len(own) and len(hosts):
            nearest = nearest_units(own, hosts, 3)
            turn = rng.choice(nearest.shape[1], size=len(own), p=_preference(nearest.shape[1]))
            unit = hosts["unit"].gather(nearest[np.arange(len(own)), turn])
            parts.append(own.with_columns(unit=unit))
    return pl.concat(parts).with_columns(
        unit=pl.when(pl.col("provider") == "private").then(None).otherwise("unit"),
    )


def _preference(count: int) -> np.ndarray:
    weights = np.array([0.7, 0.2, 0.1])[:count]
    return weights / weights.sum()
