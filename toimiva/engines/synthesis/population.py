"""Everyone in the city: households at addresses, with dates of birth, names, codes, languages and contact data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import polars as pl

from toimiva.engines.synthesis.ages import by_age_and_sex
from toimiva.engines.synthesis.facts import Facts, age_bands
from toimiva.engines.synthesis.homes import homes
from toimiva.engines.synthesis.households import AreaTargets, Member, form_households
from toimiva.engines.synthesis.identity_codes import identity_codes

__all__ = ["births", "draw_residents"]


def draw_residents(facts: Facts, seed: int) -> pl.DataFrame:
    """One row per resident: see the population register's contract for the columns, plus role and household kind."""
    rng = np.random.default_rng([seed, 1])
    people = _people(facts, rng)
    people = _with_births(people, facts.as_of, rng)
    people = _with_languages(people, facts, rng)
    people = _with_names(people, facts, rng)
    people = _with_contacts(people, facts, rng)
    return people.join(homes(people, facts, rng), on="household", how="left", maintain_order="left")


def _people(facts: Facts, rng: np.random.Generator) -> pl.DataFrame:
    columns: dict[str, list] = {name: [] for name in ("household", "kind", "postal_code", "age", "sex", "role")}
    household = 0
    for area in facts.postal_areas.iter_rows(named=True):
        for kind, members in _area_households(area, rng):
            household += 1
            for member in members:
                row = (household, kind, area["postal_code"], member.age, member.sex, member.role)
                for values, value in zip(columns.values(), row, strict=True):
                    values.append(value)
    return pl.DataFrame(columns)


def _area_households(area: dict, rng: np.random.Generator) -> Iterator[tuple[str, list[Member]]]:
    bands = {(first, last): area[column] for column, first, last in age_bands(list(area))}
    women, men = by_age_and_sex(bands, area["females"], rng)
    targets = AreaTargets(
        area["households"], area["one_person"], area["with_children"], area["one_parent"], area["average_size"]
    )
    yield from form_households(targets, women, men, rng)


def births(ages: np.ndarray, as_of: dt.date, rng: np.random.Generator) -> np.ndarray:
    """Dates of birth (days since 1970) of people who are this many full years old on `as_of`."""
    last = _birthdays(ages, as_of)
    first = _birthdays(ages + 1, as_of) + 1
    return first + np.floor(rng.random(len(ages)) * (last - first + 1)).astype(np.int64)


def _birthdays(years: np.ndarray, as_of: dt.date) -> np.ndarray:
    months = (as_of.year - years.astype(np.int64) - 1970) * 12 + as_of.month - 1
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + min(as_of.day, 28) - 1


def _with_births(people: pl.DataFrame, as_of: dt.date, rng: np.random.Generator) -> pl.DataFrame:
    """Brothers and sisters of the same age are twins: born on one day."""
    born = births(people["age"].to_numpy(), as_of, rng)
    people = people.with_columns(born=pl.Series(born.astype(np.int32)).cast(pl.Date))
    same_day = pl.col("born").first().over("household", "age", "role")
    return people.with_columns(born=pl.when(pl.col("role") == "child").then(same_day).otherwise("born"))


def _with_languages(people: pl.DataFrame, facts: Facts, rng: np.random.Generator) -> pl.DataFrame:
    """One mother tongue a household; service in Finnish or Swedish, messages to others in English or Finnish."""
    tongues, shares = zip(*facts.shares.mother_tongue.items(), strict=True)
    household = people["household"].to_numpy()
    count = int(household.max()) + 1
    drawn = rng.choice(len(tongues), size=count, p=np.array(shares) / sum(shares))
    tongue = pl.Series(np.array(tongues)[drawn[household]])
    english = pl.Series((rng.random(count) < 0.55)[household])
    native = tongue.is_in(["fi", "sv"])
    return people.with_columns(mother_tongue=tongue).with_columns(
        language=pl.when(native).then("mother_tongue").when(english).then(pl.lit("en")).otherwise(pl.lit("fi"))
    )


def _with_names(people: pl.DataFrame, facts: Facts, rng: np.random.Generator) -> pl.DataFrame:
    """Given names by language and sex; one surname a household of a family, each their own among sharers."""
    people = people.with_row_index("row")
    one_name = pl.col("kind").is_in(["one_parent", "two_parents"])
    people = people.with_columns(
        draw_given=pl.Series(rng.random(len(people))),
        draw_surname=pl.Series(rng.random(len(people))),
        family=pl.when(one_name).then("household").otherwise(-1 - pl.col("row").cast(pl.Int64)),
    ).with_columns(draw_surname=pl.col("draw_surname").first().over("family"))
    people = _pick(people, facts.given_names, "given_name", "draw_given", ["mother_tongue", "sex"])
    people = _pick(people, facts.surnames, "surname", "draw_surname", ["mother_tongue"])
    codes = identity_codes(zip(people["born"], people["sex"], strict=True))
    return people.with_columns(identity_code=pl.Series(codes)).drop("draw_given", "draw_surname", "family")


def _pick(people: pl.DataFrame, names: pl.DataFrame, column: str, draw: str, by: list[str]) -> pl.DataFrame:
    """A name from the list that fits, by a drawn number between 0 and 1 (earlier names are commoner)."""
    lists = names.select(*by, pl.col("name").alias(column), place=pl.int_range(pl.len()).over(by))
    counts = names.group_by(by).len()
    placed = people.join(counts, on=by, how="left", maintain_order="left").with_columns(
        place=(pl.col(draw) ** 1.6 * pl.col("len")).cast(pl.Int64)
    )
    return placed.join(lists, on=[*by, "place"], how="left", maintain_order="left").drop("len", "place")


def _with_contacts(people: pl.DataFrame, facts: Facts, rng: np.random.Generator) -> pl.DataFrame:
    """Numbers under +358 99 9 (never given to a subscriber) and mail under .invalid (RFC 2606): they reach nobody."""
    size, household = len(people), people["household"].to_numpy()
    has_phone = pl.Series(rng.random(size) < facts.shares.phone) & (pl.col("age") >= 15)
    has_email = pl.Series(rng.random(size) < facts.shares.email) & (pl.col("age") >= 15)
    hidden = pl.Series((rng.random(household.max() + 1) < facts.shares.non_disclosure)[household])
    number = pl.format("+358999{}", pl.col("row").cast(pl.String).str.zfill(7))
    return people.with_columns(
        phone=pl.when(has_phone).then(number),
        email=pl.when(has_email).then(pl.format("asukas{}@posti.invalid", "row")),
        non_disclosure=hidden,
    )
