"""Senior centres where old people live alone, and how many of them each can call and host on a hot day."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from toimiva.engines.synthesis.facts import Facts
from toimiva.engines.synthesis.units import Names, named_sites, spread_sites

__all__ = ["draw_senior_centres"]

_NAMES = Names("sk", "Seniorikeskus {}{}", "Seniorcentret {}{}", "{}{} senior centre")
_FROM_AGE = 85
_SPARE = 1.3  # places over the old people who live alone; assumption


def draw_senior_centres(people: pl.DataFrame, facts: Facts, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(centres, places) for residents (x, y, sub_area, age, household, mother_tongue): all serve in both languages."""
    rng = np.random.default_rng([seed, 11])
    alone = people.filter((pl.col("age") >= _FROM_AGE) & (pl.len().over("household") == 1))
    centres = named_sites(spread_sites(alone, facts.senior_centre_count, "fi", rng), facts, _NAMES)
    swedish = alone.filter(pl.col("mother_tongue") == "sv").height
    counts = {"fi": alone.height - swedish, "sv": swedish}
    places = [
        centres.select("unit", group=pl.lit(group), capacity=pl.lit(_of_each(count, len(centres))))
        for group, count in counts.items()
    ]
    return centres, pl.concat(places).sort("unit", "group")


def _of_each(people: int, centres: int) -> int:
    return max(1, math.ceil(people * _SPARE / max(1, centres)))
