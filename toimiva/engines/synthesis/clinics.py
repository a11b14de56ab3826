"""Maternity and child health clinics where small children are, and how many new families each can meet in a day."""

from __future__ import annotations

import numpy as np
import polars as pl

from toimiva.engines.synthesis.facts import Facts
from toimiva.engines.synthesis.homes import with_wgs84
from toimiva.engines.synthesis.units import spread_sites

__all__ = ["draw_clinics"]

_FAMILIES_A_DAY = 4  # over the number of births that a clinic has on a usual day, as births come in clusters


def draw_clinics(babies: pl.DataFrame, facts: Facts, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(clinics, places) for children under one year (x, y, sub_area): each serves in Finnish, some in Swedish."""
    rng = np.random.default_rng([seed, 9])
    sites = spread_sites(babies, facts.clinic_count, "fi", rng)
    clinics = _named(sites, facts)
    swedish = clinics[np.sort(rng.permutation(len(clinics))[: max(1, len(clinics) // 4)])]
    of_day = max(2, round(_FAMILIES_A_DAY * len(babies) / 365 / max(1, len(clinics))))
    groups = [("fi", clinics, of_day), ("sv", swedish, max(2, of_day // 2))]
    places = [hosts.select("unit", group=pl.lit(group), capacity=pl.lit(count)) for group, hosts, count in groups]
    return clinics, pl.concat(places).sort("unit", "group")


def _named(sites: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    named = sites.join(facts.sub_areas, left_on="sub_area", right_on="code", how="left", maintain_order="left")
    number = pl.int_range(1, pl.len() + 1).over("sub_area")
    suffix = pl.when(number > 1).then(pl.format(" {}", number)).otherwise(pl.lit(""))
    return with_wgs84(named).select(
        unit=pl.format("nv-{}", pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(2)),
        name_fi=pl.format("Neuvola {}{}", "name_fi", suffix),
        name_sv=pl.format("Rådgivningen {}{}", "name_sv", suffix),
        name_en=pl.format("{}{} child health clinic", "name_fi", suffix),
        language="language",
        sub_area="sub_area",
        x="x",
        y="y",
        lon="lon",
        lat="lat",
        accessible=pl.lit(True),
    )
