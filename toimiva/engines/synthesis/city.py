"""A whole synthetic city as the registers' tables. The same facts and seed give the same rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from toimiva.engines.synthesis.clinics import draw_clinics
from toimiva.engines.synthesis.early_education import draw_enrolments, draw_needs
from toimiva.engines.synthesis.facts import Facts
from toimiva.engines.synthesis.guardianships import Custody, draw_custody
from toimiva.engines.synthesis.identity_codes import identity_codes
from toimiva.engines.synthesis.population import draw_residents
from toimiva.engines.synthesis.senior_centres import draw_senior_centres
from toimiva.engines.synthesis.units import draw_units

__all__ = ["SyntheticCity", "draw_city"]

FAMILY_CASES = ("apart_same_city", "apart_other_city", "sole", "foster_care")
START_AGE = 6


@dataclass(frozen=True, slots=True)
class SyntheticCity:
    """Tables by register and table name, as their contracts have them, and who has objected to proactive services."""

    tables: dict[str, pl.DataFrame]
    objecting: list[str]


def draw_city(facts: Facts, seed: int) -> SyntheticCity:
    """Draw residents, guardianships, units, early education, clinics and senior centres."""
    people = draw_residents(facts, seed)
    cases = _rare_cases(people, facts, seed)
    family_cases = cases.filter(pl.col("case").is_in(FAMILY_CASES)).select("household", "case")
    custody = draw_custody(people, family_cases, facts, seed)
    people = _with_cases(custody.people, cases)
    children = people.filter(pl.col("age").is_between(1, 6)).join(
        cases.select("household", "case"), on="household", how="left", maintain_order="left"
    )
    children = draw_needs(children, facts, seed)
    starting = children.filter(pl.col("born").dt.year() == facts.as_of.year - START_AGE)
    units, groups = draw_units(starting, facts, seed)
    enrolled = draw_enrolments(children, units, groups, seed)
    clinics, places = draw_clinics(people.filter(pl.col("age") == 0), facts, seed)
    centres, seats = draw_senior_centres(people, facts, seed)
    everyone = _everyone(people, custody, facts)
    tables = _tables(everyone, custody, enrolled, units, groups)
    tables |= {"clinics.clinics": clinics, "clinics.places": places}
    tables |= {"senior_centres.centres": centres, "senior_centres.places": seats}
    return SyntheticCity(tables, _objecting(everyone, cases, facts, seed))


def _rare_cases(people: pl.DataFrame, facts: Facts, seed: int) -> pl.DataFrame:
    """(household, case): families of a child about to start whose case is set, so that each rare case exists."""
    rng = np.random.default_rng([seed, 6])
    starting = people.filter((pl.col("born").dt.year() == facts.as_of.year - START_AGE) & (pl.col("role") == "child"))
    by_kind = {
        kind: list(rng.permutation(starting.filter(pl.col("kind") == kind)["household"].unique().sort().to_numpy()))
        for kind in ("one_parent", "two_parents")
    }
    rows = []
    for case, count in facts.at_least.items():
        kind = "one_parent" if case in ("apart_same_city", "apart_other_city", "sole") else "two_parents"
        rows += [(int(by_kind[kind].pop()), case) for _ in range(min(count, len(by_kind[kind])))]
    return pl.DataFrame(rows, schema={"household": pl.Int64, "case": pl.String}, orient="row")


def _with_cases(people: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    def has(case: str) -> pl.Expr:
        return pl.col("household").is_in(cases.filter(pl.col("case") == case)["household"].implode())

    parent, child = pl.col("role") == "parent", pl.col("role") == "child"
    first_phone = pl.col("phone").first().over("household")
    return people.with_columns(
        non_disclosure=pl.col("non_disclosure") | has("non_disclosure"),
        phone=pl.when(has("no_phone"))
        .then(None)
        .when(has("shared_phone") & parent)
        .then(first_phone)
        .otherwise("phone"),
        email=pl.when(has("no_phone")).then(None).otherwise("email"),
        given_name=pl.when(has("awkward_name") & child).then(pl.lit("Åsa-Mária Żółć’Neill")).otherwise("given_name"),
        language=pl.when(has("english"))
        .then(pl.lit("en"))
        .when(has("swedish"))
        .then(pl.lit("sv"))
        .otherwise("language"),
        mother_tongue=pl.when(has("swedish")).then(pl.lit("sv")).otherwise("mother_tongue"),
    )


def _everyone(people: pl.DataFrame, custody: Custody, facts: Facts) -> pl.DataFrame:
    """Residents and the guardians who live elsewhere, with codes that are unique among them all."""
    here = people.with_columns(municipality=pl.lit(facts.municipality))
    away = custody.elsewhere.with_columns(foster_care=pl.lit(False)).select(here.columns)
    everyone = pl.concat([here, away])
    codes = identity_codes(zip(everyone["born"], everyone["sex"], strict=True))
    return everyone.with_columns(identity_code=pl.Series(codes))


def _tables(
    everyone: pl.DataFrame, custody: Custody, enrolled: pl.DataFrame, units: pl.DataFrame, groups: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    code = everyone.select("row", "identity_code")
    guardianships = custody.guardianships.join(code.rename({"row": "child", "identity_code": "child_code"}), on="child")
    guardianships = guardianships.join(
        code.rename({"row": "guardian", "identity_code": "guardian_code"}), on="guardian"
    )
    return {
        "population.residents": _residents(everyone),
        "population.guardianships": guardianships.select(
            child="child_code", guardian="guardian_code", kind="kind", lives_with="lives_with"
        ).sort("child", "guardian"),
        "early_education.children": enrolled.drop("identity_code").join(code, on="row").select(
            child="identity_code", unit="unit", provider="provider", group="group", immersion="immersion",
            support="support", extended_compulsory_education="extended",
        ).sort("child"),
        "units.units": units,
        "units.groups": groups,
    }  # fmt: skip


def _residents(everyone: pl.DataFrame) -> pl.DataFrame:
    return everyone.select(
        "identity_code", "given_name", "surname", "born", pl.lit(None, pl.Date).alias("died"), "sex", "municipality",
        "mother_tongue", "language",
        pl.when(pl.col("household") < 0).then(None).otherwise(pl.format("h{}", "household")).alias("household"),
        "postal_code", "sub_area", "x", "y", "lon", "lat", "street_address", "phone", "email", "non_disclosure",
        "foster_care",
    )  # fmt: skip


def _objecting(everyone: pl.DataFrame, cases: pl.DataFrame, facts: Facts, seed: int) -> list[str]:
    rng = np.random.default_rng([seed, 7])
    forced = everyone["household"].is_in(cases.filter(pl.col("case") == "objects")["household"].implode())
    adult = everyone["age"] >= 18
    drawn = pl.Series(rng.random(len(everyone)) < facts.shares.objects)
    return everyone.filter(adult & (drawn | forced))["identity_code"].to_list()
