"""Placement proven: against brute force on small problems, and against the definition of stability."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toimiva.engines.allocation.api import Problem, certify, deferred_acceptance, justified_envy, lottery, place


@st.composite
def problems(draw):
    persons, seats = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    costs = draw(st.lists(st.integers(-20, 60), min_size=persons * seats, max_size=persons * seats))
    capacity = draw(st.lists(st.integers(0, 2), min_size=seats, max_size=seats))
    return Problem(
        persons, np.repeat(np.arange(persons), seats), np.tile(np.arange(seats), persons), np.array(costs, dtype=np.int64),
        np.array(capacity, dtype=np.int64), 100,
    )  # fmt: skip


def cheapest(problem: Problem) -> int:
    seats = len(problem.capacity)
    best = None
    for choice in product(range(-1, seats), repeat=problem.persons):
        if all(choice.count(s) <= problem.capacity[s] for s in range(seats)):
            cost = sum(100 if s < 0 else int(problem.cost[p * seats + s]) for p, s in enumerate(choice))
            best = cost if best is None else min(best, cost)
    return best


@settings(max_examples=150, deadline=None)
@given(problems())
def test_no_placement_is_cheaper_and_the_certificate_says_so(problem):
    placement = place(problem)

    assert placement.certificate.primal == cheapest(problem)
    assert placement.certificate.gap == 0
    assert all(np.bincount(placement.seat[placement.seat >= 0], minlength=len(problem.capacity)) <= problem.capacity)


def test_a_worse_placement_has_no_certificate():
    problem = Problem(2, np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([1, 9, 9, 1]), np.array([1, 1]), 100)

    assert certify(problem, np.array([1, 0])).gap > 0


wishes = st.dictionaries(st.sampled_from("abcdef"), st.permutations(["x", "y", "z"]).map(lambda w: w[:2]), min_size=1)


@settings(max_examples=200)
@given(wishes, st.lists(st.integers(0, 2), min_size=3, max_size=3), st.integers())
def test_deferred_acceptance_leaves_no_justified_envy(wished, places, seed):
    capacity = dict(zip("xyz", places, strict=True))
    priority = {(p, s): (lottery(str(seed), p + s),) for p in wished for s in "xyz"}

    given_places = deferred_acceptance(wished, priority, capacity)

    assert justified_envy(wished, priority, capacity, given_places) == []
    assert all(list(given_places.values()).count(s) <= capacity[s] for s in capacity)
    assert all(seat in wished[person] for person, seat in given_places.items())


def test_envy_is_found_where_there_is_cause():
    wished = {"a": ["x"], "b": ["x"]}
    priority = {("a", "x"): (1,), ("b", "x"): (2,)}

    assert justified_envy(wished, priority, {"x": 1}, {"b": "x"}) == [("a", "x")]


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_lottery_can_be_recomputed(seed):
    assert lottery(seed, "a") == lottery(seed, "a") != lottery(seed, "b")
