"""Maternity and child health clinics where small children are, and how many new families each can meet in a day."""

from __future__ import annotations

import numpy as np
import polars as pl

from toimiva.engines.synthesis.facts import Facts
from toimiva.engines.synthesis.units import Names, named_sites, spread_sites

__all__ = ["draw_clinics"]

_NAMES = Names("nv", "Neuvola {}{}", "Rådgivningen {}{}", "{}{} child health clinic")
_FAMILIES_A_DAY = 4  # over the number of births that a clinic has on a usual day, as births come in clusters


def draw_clinics(babies: pl.DataFrame, facts: Facts, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(clinics, places) for children under one year (x, y, sub_area): each serves in Finnish, some in Swedish."""
    rng = np.random.default_rng([seed, 9])
    sites = spread_sites(babies, facts.clinic_count, "fi", rng)
    clinics = named_sites(sites, facts, _NAMES)
    swedish = clinics[np.sort(rng.permutation(len(clinics))[: max(1, len(clinics) // 4)])]
    of_day = max(2, round(_FAMILIES_A_DAY * len(babies) / 365 / max(1, len(clinics))))
    groups = [("fi", clinics, of_day), ("sv", swedish, max(2, of_day // 2))]
    places = [hosts.select("unit", group=pl.lit(group), capacity=pl.lit(count)) for group, hosts, count in groups]
    return clinics, pl.concat(places).sort("unit", "group")
