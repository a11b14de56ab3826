"""Small numbers: counts that are told so that nobody can be recognised in them, nor found by subtraction.

Source: Hundepool et al., Statistical Disclosure Control (2012), chapter 4: primary and complementary suppression.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["SMALLEST", "hidden_with", "hide_small"]

SMALLEST = 5


def hide_small(counts: Sequence[int], smallest: int = SMALLEST) -> list[int | None]:
    """The counts of one total, with None where one must not be told.

    Those from 1 to `smallest` - 1 are hidden, and then the next smallest too, until at least two are and they are
    `smallest` together: from the total and the others only their sum can be found.
    """
    hidden = hidden_with(counts, smallest)
    return [None if place in hidden else count for place, count in enumerate(counts)]


def hidden_with(counts: Sequence[int], smallest: int = SMALLEST) -> set[int]:
    """Places of the counts that must not be told."""
    by_size = sorted((place for place, count in enumerate(counts) if count > 0), key=lambda place: counts[place])
    hidden: set[int] = set()
    for place in by_size:
        safe = not hidden or (len(hidden) > 1 and sum(counts[one] for one in hidden) >= smallest)
        if counts[place] >= smallest and safe:
            break
        hidden.add(place)
    return hidden
