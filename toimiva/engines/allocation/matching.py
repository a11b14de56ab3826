"""Deferred acceptance for families who choose: stable, so that nobody has cause to envy a place.

Source: Gale & Shapley (1962); Abdulkadiroglu & Sonmez, School Choice (2003). Persons propose, so each gets the
best place that any stable matching would give, and no one gains by hiding their wishes.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import deque
from collections.abc import Mapping, Sequence

__all__ = ["deferred_acceptance", "justified_envy", "lottery"]

Priority = tuple[float, ...]


def lottery(seed: str, person: str) -> int:
    """A person's lottery number for a seed: lower goes first; anyone who knows the seed can recompute it."""
    digest = hashlib.blake2b(person.encode(), key=seed.encode()[:64], digest_size=8).digest()
    return int.from_bytes(digest, "big")


def deferred_acceptance(
    wishes: Mapping[str, Sequence[str]],
    priority: Mapping[tuple[str, str], Priority],
    capacity: Mapping[str, int],
) -> dict[str, str]:
    """Person -> seat for those who got one. `wishes` are in order of preference; a lower priority goes first."""
    held: dict[str, list[tuple[Priority, str]]] = {seat: [] for seat in capacity}
    next_wish = dict.fromkeys(wishes, 0)
    waiting = deque(sorted(wishes))
    while waiting:
        person = waiting.popleft()
        seat = _next(person, wishes, next_wish)
        if seat is None:
            continue
        rejected = _propose(person, seat, priority, held, capacity)
        if rejected is not None:
            waiting.append(rejected)
    return {person: seat for seat, persons in held.items() for _, person in persons}


def _next(person: str, wishes: Mapping[str, Sequence[str]], next_wish: dict[str, int]) -> str | None:
    position = next_wish[person]
    next_wish[person] = position + 1
    return wishes[person][position] if position < len(wishes[person]) else None


def _propose(
    person: str,
    seat: str,
    priority: Mapping[tuple[str, str], Priority],
    held: dict[str, list[tuple[Priority, str]]],
    capacity: Mapping[str, int],
) -> str | None:
    """Hold the person in the seat's tentative list; the one who falls out, if any, is returned."""
    if not capacity.get(seat):
        return person
    negated = tuple(-part for part in priority[person, seat])  # heapq keeps the smallest: the weakest claim
    if len(held[seat]) < capacity[seat]:
        heapq.heappush(held[seat], (negated, person))
        return None
    return heapq.heappushpop(held[seat], (negated, person))[1]


def justified_envy(
    wishes: Mapping[str, Sequence[str]],
    priority: Mapping[tuple[str, str], Priority],
    capacity: Mapping[str, int],
    given: Mapping[str, str],
) -> list[tuple[str, str]]:
    """(person, seat) pairs where the person prefers the seat, and it is free or held by a weaker claim."""
    holders: dict[str, list[str]] = {seat: [] for seat in capacity}
    for person, seat in given.items():
        holders[seat].append(person)
    return [
        (person, seat)
        for person in sorted(wishes)
        for seat in _preferred(wishes[person], given.get(person))
        if _has_claim(person, seat, holders[seat], priority, capacity)
    ]


def _preferred(wishes: Sequence[str], own: str | None) -> Sequence[str]:
    return wishes[: wishes.index(own)] if own in wishes else wishes


def _has_claim(
    person: str,
    seat: str,
    holders: Sequence[str],
    priority: Mapping[tuple[str, str], Priority],
    capacity: Mapping[str, int],
) -> bool:
    if len(holders) < capacity.get(seat, 0):
        return True
    return any(priority[person, seat] < priority[other, seat] for other in holders if (other, seat) in priority)
