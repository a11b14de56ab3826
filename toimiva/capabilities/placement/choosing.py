"""The second wave: families who wished for another unit, matched by deferred acceptance with published priorities."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from toimiva.engines.allocation.api import deferred_acceptance, justified_envy, lottery

__all__ = ["Matched", "Wish", "Wisher", "match", "problem_text", "solve"]


@dataclass(frozen=True, slots=True)
class Wish:
    """A unit a family asked for, with what counts for the child there."""

    unit: str
    travel_m: int
    sibling: bool = False
    present_unit: bool = False
    own_area: bool = False


@dataclass(frozen=True, slots=True)
class Wisher:
    """A child with wishes in order of preference, for places of one language group."""

    person: str
    group: str
    wishes: Sequence[Wish]


@dataclass(frozen=True, slots=True)
class Matched:
    """unit and travel by person; `envy` is the number of justified claims left (0 when stable)."""

    given: Mapping[str, Wish] = field(default_factory=dict)
    envy: int = 0


def problem_text(wishers: Sequence[Wisher], free: Mapping[str, int], priorities: Sequence[str], seed: int) -> str:
    """The whole problem as canonical JSON: what a replay solves again. `free` is by "unit/group"."""
    content = {
        "wishers": [asdict(wisher) for wisher in sorted(wishers, key=lambda w: w.person)],
        "free": dict(sorted(free.items())),
        "priorities": list(priorities),
        "seed": seed,
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def solve(problem: str) -> Matched:
    """Match the wishers of a problem text."""
    content = json.loads(problem)
    wishers = [
        Wisher(item["person"], item["group"], [Wish(**wish) for wish in item["wishes"]]) for item in content["wishers"]
    ]
    return match(wishers, content["free"], content["priorities"], content["seed"])


def match(wishers: Sequence[Wisher], free: Mapping[str, int], priorities: Sequence[str], seed: int) -> Matched:
    """Deferred acceptance; ties are drawn by a lottery that anyone can recompute from the seed."""
    wishes = {w.person: [_seat(w, wish) for wish in w.wishes if free.get(_seat(w, wish))] for w in wishers}
    priority = {(w.person, _seat(w, wish)): _priority(w, wish, priorities, seed) for w in wishers for wish in w.wishes}
    given = deferred_acceptance(wishes, priority, free)
    envy = justified_envy(wishes, priority, free, given)
    by_seat = {(w.person, _seat(w, wish)): wish for w in wishers for wish in w.wishes}
    return Matched({person: by_seat[person, seat] for person, seat in sorted(given.items())}, len(envy))


def _seat(wisher: Wisher, wish: Wish) -> str:
    return f"{wish.unit}/{wisher.group}"


def _priority(wisher: Wisher, wish: Wish, priorities: Sequence[str], seed: int) -> tuple[float, ...]:
    """Lower goes first: claims that hold are 0, travel is in metres, the lottery last."""
    claims: dict[str, Any] = {
        "sibling": not wish.sibling, "present_unit": not wish.present_unit, "own_area": not wish.own_area,
        "travel": wish.travel_m, "lottery": lottery(str(seed), wisher.person),
    }  # fmt: skip
    ordered = tuple(float(claims[name]) for name in priorities if name != "lottery")
    return (*ordered, claims["lottery"])
