"""The city moves on: a day's births, deaths and moves as changes to the population register."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from toimiva.engines.synthesis.homes import with_wgs84
from toimiva.engines.synthesis.identity_codes import identity_codes

__all__ = ["DailyRates", "day_of_changes"]


@dataclass(frozen=True, slots=True)
class DailyRates:
    """Events per resident and day (shares), as published yearly figures divided by 365."""

    births: float = 0.0000272
    deaths: float = 0.0000236
    moves: float = 0.00036


def day_of_changes(
    residents: pl.DataFrame, guardianships: pl.DataFrame, day: dt.date, seed: int, rates: DailyRates | None = None
) -> dict[str, pl.DataFrame]:
    """New and changed rows of `residents` and `guardianships` for one day, in the same columns."""
    rates = rates or DailyRates()
    rng = np.random.default_rng([seed, 8, day.toordinal()])
    living = residents.filter(pl.col("died").is_null() & pl.col("household").is_not_null())
    size = len(living)
    dead = _deaths(living, rng.poisson(size * rates.deaths), day, rng)
    moved = _moves(living, rng.poisson(size * rates.moves / 2), rng)
    born, custody = _births(living, guardianships, rng.poisson(size * rates.births), day, rng)
    moved = moved.join(dead, on="identity_code", how="anti", maintain_order="left")
    return {"residents": pl.concat([dead, moved, born]), "guardianships": custody}


def _deaths(living: pl.DataFrame, count: int, day: dt.date, rng: np.random.Generator) -> pl.DataFrame:
    """The risk doubles about every eight years of age (Gompertz)."""
    age = (pl.Series([day]).dt.year()[0] - living["born"].dt.year()).to_numpy()
    risk = 2.0 ** (age / 8.0)
    count = min(count, len(living))
    chosen = np.sort(rng.choice(len(living), size=count, replace=False, p=risk / risk.sum()))
    return living[chosen].with_columns(died=pl.lit(day))


def _moves(living: pl.DataFrame, households: int, rng: np.random.Generator) -> pl.DataFrame:
    """Whole households to an address where somebody else lived: same building, another door."""
    names = living["household"].unique().sort()
    households = min(households, len(names))
    moving = names.gather(np.sort(rng.permutation(len(names))[:households]))
    spot = living[rng.permutation(len(living))[:households]]
    place = ["postal_code", "sub_area", "x", "y", "lon", "lat", "street_address"]
    to = spot.select(place).with_columns(household=moving)
    rows = living.filter(pl.col("household").is_in(moving.implode())).drop(place)
    return rows.join(to, on="household", how="left", maintain_order="left").select(living.columns)


def _births(
    living: pl.DataFrame, guardianships: pl.DataFrame, count: int, day: dt.date, rng: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    age = day.year - pl.col("born").dt.year()
    mothers = living.filter((pl.col("sex") == "F") & age.is_between(20, 42) & (pl.col("municipality").is_not_null()))
    count = min(count, len(mothers))
    mothers = mothers[np.sort(rng.permutation(len(mothers))[:count])]
    sexes = ["F" if draw < 0.488 else "M" for draw in rng.random(count)]
    taken = living.filter(pl.col("born") == day)
    born = [(day, sex) for sex in taken["sex"]] + [(day, sex) for sex in sexes]
    codes = identity_codes(born)[len(taken) :]
    children = mothers.with_columns(
        identity_code=pl.Series(codes, dtype=pl.String),
        given_name=pl.lit(None, pl.String),  # named within months; the register has the birth at once
        born=pl.lit(day),
        sex=pl.Series(sexes, dtype=pl.String),
        phone=pl.lit(None, pl.String),
        email=pl.lit(None, pl.String),
        foster_care=pl.lit(False),
    )
    custody = _custody(children["identity_code"], mothers, living, day)
    return with_wgs84(children).select(living.columns), custody.select(guardianships.columns)


def _custody(children: pl.Series, mothers: pl.DataFrame, living: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """The mother, and a man of her household of about her age: custody together where there is one."""
    age = day.year - pl.col("born").dt.year()
    men = living.filter((pl.col("sex") == "M") & age.is_between(20, 60)).select(
        "household", father="identity_code", his=pl.col("born")
    )
    pairs = mothers.select("household", "born", mother="identity_code").with_columns(child=children)
    apart = (pl.col("his") - pl.col("born")).dt.total_days().abs()
    near = pairs.join(men, on="household", how="left", maintain_order="left").with_columns(apart=apart)
    near = near.with_columns(father=pl.when(pl.col("apart") <= 15 * 365).then("father"))
    both = near.sort("apart", "father", nulls_last=True, maintain_order=True).unique("child", keep="first")
    both = both.sort("child").with_columns(
        kind=pl.when(pl.col("father").is_null()).then(pl.lit("sole")).otherwise(pl.lit("together"))
    )
    rows = both.select("child", "kind", guardian=pl.concat_list("mother", "father")).explode("guardian").drop_nulls()
    return rows.with_columns(lives_with=pl.lit(True))
