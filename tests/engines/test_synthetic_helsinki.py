"""The synthetic Helsinki against its statistics: areas and ages within 1 %, households within 2 %, no impossible family."""

from __future__ import annotations

import polars as pl
import pytest

from toimiva.capabilities.synthetic_city.api import read_facts
from toimiva.core.city import api as cities
from toimiva.engines.synthesis.ages import share_out
from toimiva.engines.synthesis.facts import age_bands
from toimiva.engines.synthesis.identity_codes import check_character, identity_codes
from toimiva.engines.synthesis.population import draw_residents


@pytest.fixture(scope="module")
def facts():
    return read_facts(cities.load("helsinki"))


@pytest.fixture(scope="module")
def people(facts):
    return draw_residents(facts, seed=1)


def test_there_are_as_many_residents_as_in_the_statistics(people):
    assert len(people) == 663_237


def test_every_area_has_its_residents_of_every_age(people, facts):
    for column, first, last in age_bands(facts.postal_areas.columns):
        drawn = people.filter(pl.col("age").is_between(first, last)).group_by("postal_code").len()
        both = facts.postal_areas.select("postal_code", column).join(drawn, on="postal_code", how="left").fill_null(0)
        assert ((both[column] - both["len"]).abs() <= 0.01 * both[column]).all(), column


def test_women_and_men_are_as_many_as_in_the_statistics(people, facts):
    women = people.filter(pl.col("sex") == "F").height
    assert abs(women - facts.postal_areas["females"].sum()) <= 0.01 * women


@pytest.mark.parametrize(
    "column, kinds",
    [
        ("one_person", ["one_person"]),
        ("one_parent", ["one_parent"]),
        ("with_children", ["one_parent", "two_parents"]),
        ("households", ["one_person", "one_parent", "two_parents", "adults"]),
    ],
)
def test_households_of_each_kind_are_as_many_as_in_the_statistics(people, facts, column, kinds):
    found = people.filter(pl.col("kind").is_in(kinds))["household"].n_unique()
    assert abs(found - facts.postal_areas[column].sum()) <= 0.02 * found


def test_households_are_of_the_size_in_the_statistics(people, facts):
    areas = facts.postal_areas
    published = (areas["average_size"] * areas["households"]).sum() / areas["households"].sum()
    lived_in = people.filter(pl.col("kind") != "institution")
    assert abs(len(lived_in) / lived_in["household"].n_unique() - published) <= 0.02 * published


def test_no_family_is_impossible(people):
    family = people.filter(pl.col("kind").is_in(["one_parent", "two_parents"]))
    ages = family.group_by("household").agg(
        oldest=pl.col("age").filter(pl.col("role") == "child").max(),
        youngest=pl.col("age").filter(pl.col("role") == "child").min(),
        parent=pl.col("age").filter(pl.col("role") == "parent").min(),
        mother=pl.col("age").filter((pl.col("role") == "parent") & (pl.col("sex") == "F")).max(),
    )
    assert (ages["parent"] - ages["oldest"]).min() >= 18
    assert (ages["mother"] - ages["youngest"]).max() <= 60
    alone = people.filter(pl.col("kind").is_in(["one_person", "institution", "adults"]))
    assert alone["age"].min() >= 18


def test_identity_codes_are_of_the_artificial_range_and_all_different(people):
    codes = people["identity_code"]
    assert codes.n_unique() == len(codes)
    assert codes.str.slice(7, 1).unique().to_list() == ["9"]
    assert all(code[-1] == check_character(code[:6] + code[7:10]) for code in codes.sample(2000, seed=1))
    signs = set(codes.str.slice(6, 1).unique())
    assert {"-", "A", "Y", "B"} <= signs


def test_twins_share_a_birthday_and_not_a_code():
    import datetime as dt

    first, second = identity_codes([(dt.date(2021, 2, 3), "F")] * 2)
    assert first != second
    assert first[:6] == second[:6] == "030221"


def test_shares_add_up_to_the_whole():
    import numpy as np

    assert share_out(10, np.array([1.0, 1.0, 1.0])).sum() == 10
