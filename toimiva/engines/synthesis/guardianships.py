"""Who may act for a child, as it really is: together, apart, alone, from another city, or while in foster care.

Source of the kinds: Act on Child Custody and Right of Access (361/1983); shares are stated by the city's facts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from toimiva.engines.synthesis.facts import Facts

__all__ = ["Custody", "draw_custody"]

OTHER_MUNICIPALITIES = ("049", "092", "853", "837")  # Espoo, Vantaa, Turku, Tampere


@dataclass(frozen=True, slots=True)
class Custody:
    """`guardianships`: child and guardian (rows of people), kind, lives_with. `elsewhere`: guardians of other cities.

    `people` has the column foster_care filled in.
    """

    guardianships: pl.DataFrame
    elsewhere: pl.DataFrame
    people: pl.DataFrame


def draw_custody(people: pl.DataFrame, cases: pl.DataFrame, facts: Facts, seed: int) -> Custody:
    """Guardians of every child. `cases` has (household, case) for families whose case is set beforehand."""
    rng = np.random.default_rng([seed, 2])
    families = _families(people, cases, facts, rng)
    at_home = _at_home(families)
    absent, elsewhere = _absent(families, people, facts, rng)
    pairs = pl.concat([at_home, absent]).join(families.select("household", "children"), on="household")
    rows = pairs.explode("children")
    fostered = families.filter(pl.col("case") == "foster_care")["household"].implode()
    return Custody(
        guardianships=rows.select(child="children", guardian="guardian", kind="kind", lives_with="lives_with"),
        elsewhere=elsewhere,
        people=people.with_columns(foster_care=pl.col("household").is_in(fostered) & (pl.col("role") == "child")),
    )


def _families(people: pl.DataFrame, cases: pl.DataFrame, facts: Facts, rng: np.random.Generator) -> pl.DataFrame:
    """One row per family: its children and parents (rows of people) and what its custody is."""
    family = people.filter(pl.col("kind").is_in(["one_parent", "two_parents"]))
    rows = family.group_by("household", maintain_order=True).agg(
        kind=pl.col("kind").first(),
        children=pl.col("row").filter(pl.col("role") == "child"),
        parents=pl.col("row").filter(pl.col("role") == "parent"),
    )
    drawn = rows.with_columns(
        drawn=pl.when(pl.col("kind") == "two_parents")
        .then(pl.Series(_draw(len(rows), _two_parents(facts), rng)))
        .otherwise(pl.Series(_draw(len(rows), _one_parent(facts), rng)))
    )
    forced = drawn.join(cases, on="household", how="left", maintain_order="left")
    return forced.with_columns(case=pl.coalesce("case", "drawn"))


def _two_parents(facts: Facts) -> dict[str, float]:
    together = facts.shares.two_guardians_together
    return {"together": together, "foster_care": facts.shares.foster_care, "step_parent": 1 - together}


def _one_parent(facts: Facts) -> dict[str, float]:
    shares = facts.shares
    alone = 1 - shares.apart_same_city - shares.apart_other_city
    return {
        "apart_same_city": shares.apart_same_city,
        "apart_other_city": shares.apart_other_city,
        "sole": alone,
        "foster_care": shares.foster_care,
    }


def _draw(size: int, shares: dict[str, float], rng: np.random.Generator) -> np.ndarray:
    weights = np.array(list(shares.values()))
    return np.array(list(shares))[rng.choice(len(shares), size=size, p=weights / weights.sum())]


def _at_home(families: pl.DataFrame) -> pl.DataFrame:
    """Guardians the child lives with: both, or one; in foster care none of the household."""
    parents = families.filter(pl.col("case") != "foster_care").with_columns(
        guardian=pl.when(pl.col("case") == "together").then("parents").otherwise(pl.col("parents").list.head(1)),
        custody=pl.col("case").replace_strict({"together": "together", "sole": "sole"}, default="apart"),
    )
    rows = parents.select("household", "guardian", kind="custody").explode("guardian")
    return rows.with_columns(lives_with=pl.lit(True))


def _absent(
    families: pl.DataFrame, people: pl.DataFrame, facts: Facts, rng: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Guardians who live somewhere else: in this city, or added as residents of another."""
    apart = families.filter(pl.col("case").is_in(["apart_same_city", "step_parent", "foster_care"]))
    here = _grown_ups(people)
    chosen = here[np.sort(rng.permutation(len(here))[: len(apart)])].sample(fraction=1, shuffle=True, seed=11)
    in_city = apart.select("household").with_columns(guardian=chosen["row"])
    away = families.filter(pl.col("case") == "apart_other_city").select("household")
    elsewhere = _elsewhere(here, len(away), int(people["row"].max()) + 1, facts, rng)  # type: ignore[arg-type]
    rows = pl.concat([in_city, away.with_columns(guardian=elsewhere["row"])])
    return rows.with_columns(kind=pl.lit("apart"), lives_with=pl.lit(False)), elsewhere


def _grown_ups(people: pl.DataFrame) -> pl.DataFrame:
    return people.filter((pl.col("kind") == "one_person") & pl.col("age").is_between(24, 58))


def _elsewhere(like: pl.DataFrame, count: int, first_row: int, facts: Facts, rng: np.random.Generator) -> pl.DataFrame:
    """People of other municipalities, made like grown-ups of this one; their own codes are given later."""
    rows = like[rng.permutation(len(like))[:count]]
    town = np.array(OTHER_MUNICIPALITIES)[rng.integers(len(OTHER_MUNICIPALITIES), size=count)]
    number = pl.Series(np.arange(first_row, first_row + count), dtype=pl.UInt32)
    return rows.with_columns(
        row=number,
        municipality=pl.Series(town, dtype=pl.String),
        household=-number.cast(pl.Int64),
        phone=pl.format("+358999{}", number.cast(pl.String).str.zfill(7)),
        email=pl.lit(None, pl.String),
        sub_area=pl.lit(None, pl.String),
    )
