"""How far a city's newest round is, in a few counts."""

from __future__ import annotations

from dataclasses import dataclass

from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.rounds.planning import list_rounds

__all__ = ["Progress", "progress"]


@dataclass(frozen=True, slots=True)
class Progress:
    """Offers of the first wave: made, answered and accepted so far."""

    round: str
    offered: int
    answered: int
    accepted: int


def progress(city: str) -> Progress | None:
    """The newest round's standing, of those that ask a whole year's families; None before the first."""
    found = next(iter(list_rounds(city, follows=False)), None)
    if found is None:
        return None
    states = offers.count_states(found.id, 1)
    waiting = states.get("open", 0) + states.get("no_reply", 0)
    total = sum(states.values())
    return Progress(found.id, total, total - waiting, states.get("accepted", 0))
