"""Everyone placed at once by minimum-cost flow, with a certificate that nothing cheaper exists.

Costs are whole metres of travel, with advantages subtracted; supplies and capacities are whole persons.
Source: Ahuja, Magnanti & Orlin, Network Flows (1993), chapter 9 (optimality by reduced costs).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

__all__ = ["Certificate", "Placement", "Problem", "Uncertified", "certify", "place"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Problem:
    """`person[i]` may take a place in `seat[i]` at `cost[i]`; arrays of equal length, one per possibility.

    Persons are 0..persons-1 and seats (a unit's language group) 0..len(capacity)-1.
    `unplaced_cost` is what leaving a person without a place costs: more than any way of placing.
    """

    persons: int
    person: Ints
    seat: Ints
    cost: Ints
    capacity: Ints
    unplaced_cost: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """Primal and dual cost of the flow; equal values prove that no placement is cheaper."""

    primal: int
    dual: int

    @property
    def gap(self) -> int:
        """Primal minus dual, in the costs' unit: 0 when optimal."""
        return self.primal - self.dual


@dataclass(frozen=True, slots=True)
class Placement:
    """`seat[p]` is the seat of person p, or -1; with its certificate."""

    seat: Ints
    certificate: Certificate


class Uncertified(RuntimeError):
    """The solver's answer could not be proven optimal; it must not be used."""


def place(problem: Problem) -> Placement:
    """Place all at the least total cost. The same problem gives the same placement.

    Raises `Uncertified` when the solver fails or its dual certificate leaves a gap.
    """
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = _arcs(problem)
    index = solver.add_arcs_with_capacity_and_unit_cost(*arcs)
    sink = problem.persons + len(problem.capacity)
    supplies = np.ones(problem.persons + len(problem.capacity) + 1, dtype=np.int64)
    supplies[problem.persons : sink] = 0
    supplies[sink] = -problem.persons
    solver.set_nodes_supplies(np.arange(sink + 1), supplies)
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise Uncertified(f"The solver ended with {status.name} for {problem.persons} persons.")
    flows = solver.flows(index)
    seat = np.full(problem.persons, -1, dtype=np.int64)
    chosen = np.flatnonzero(flows[: len(problem.person)])
    seat[problem.person[chosen]] = problem.seat[chosen]
    certificate = certify(problem, seat)
    if certificate.gap:
        raise Uncertified(f"The certificate leaves a gap of {certificate.gap}.")
    return Placement(seat, certificate)


def _arcs(problem: Problem) -> tuple[Ints, Ints, Ints, Ints]:
    """Tails, heads, capacities, costs: possibilities, then person -> sink (unplaced), then seat -> sink."""
    n, seats = problem.persons, len(problem.capacity)
    sink = n + seats
    tails = np.concatenate([problem.person, np.arange(n), n + np.arange(seats)])
    heads = np.concatenate([n + problem.seat, np.full(n + seats, sink)])
    capacities = np.concatenate([np.ones(len(problem.person) + n, dtype=np.int64), problem.capacity])
    costs = np.concatenate([problem.cost, np.full(n, problem.unplaced_cost), np.zeros(seats, dtype=np.int64)])
    return tails, heads, capacities, costs


def certify(problem: Problem, seat: Ints) -> Certificate:
    """Primal cost of `seat` and the dual bound from shortest-path potentials in its residual network.

    Independent of the solver: any placement can be put to this test.
    """
    price = _seat_prices(problem, seat)
    reduced = problem.cost + price[problem.seat]
    best = np.full(problem.persons, problem.unplaced_cost, dtype=np.int64)
    np.minimum.at(best, problem.person, reduced)
    dual = int(best.sum() - (price * problem.capacity).sum())
    return Certificate(_primal(problem, seat), dual)


def _primal(problem: Problem, seat: Ints) -> int:
    taken = seat[problem.person] == problem.seat
    unplaced = int((seat < 0).sum())
    return int(problem.cost[taken].sum()) + unplaced * problem.unplaced_cost


def _seat_prices(problem: Problem, seat: Ints) -> Ints:
    """Least non-negative prices at which everyone prefers what they have (Bellman-Ford over full seats).

    price[s] is what one more place in s would save; it is 0 where places are left over.
    """
    own = np.full(problem.persons, problem.unplaced_cost, dtype=np.int64)
    taken = seat[problem.person] == problem.seat
    own[problem.person[taken]] = problem.cost[taken]
    price = np.zeros(len(problem.capacity), dtype=np.int64)
    used = np.bincount(seat[seat >= 0], minlength=len(price))
    full = used >= problem.capacity
    for _ in range(len(price) + 1):
        paid = own + np.where(seat >= 0, price[seat], 0)
        wanted = paid[problem.person] - problem.cost  # the price at which this possibility stops tempting
        raised = price.copy()
        np.maximum.at(raised, problem.seat, wanted)
        raised[~full] = 0
        if (raised == price).all():
            break
        price = raised
    return price
