"""A watch's condition for one thing: FEEL over what was observed in the last minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from toimiva.engines.feel import api as feel

__all__ = ["FIELDS", "Seen", "condition", "input_of"]

Seen = tuple[dt.datetime, float]  # when, and what
FIELDS = ("values", "count", "first", "latest", "lowest", "highest", "mean", "change", "silent")
Condition = Callable[[Mapping[str, Any]], bool | None]


def input_of(seen: Sequence[Seen], *, at: dt.datetime, newest: dt.datetime | None) -> dict[str, Any]:
    """What FEEL sees of an input: numbers oldest first, and what is made of them; null where nothing was observed.

    `change` is the last less the first; `silent` the minutes since the newest observation ever, null without one.
    """
    values = [Decimal(repr(value)) for _, value in sorted(seen)]
    silent = None if newest is None else Decimal(int((at - newest).total_seconds() // 60))
    if not values:
        return {**dict.fromkeys(FIELDS), "values": [], "count": Decimal(0), "silent": silent}
    return {
        "values": values, "count": Decimal(len(values)), "first": values[0], "latest": values[-1],
        "lowest": min(values), "highest": max(values), "mean": sum(values) / len(values),
        "change": values[-1] - values[0], "silent": silent,
    }  # fmt: skip


@lru_cache(maxsize=256)
def condition(text: str, names: frozenset[str]) -> Condition:
    """A condition as a function: true, false, or None where it cannot be told."""
    evaluate = feel.prepare(feel.parse(text, names={*names, "thing"}))

    def holds(values: Mapping[str, Any]) -> bool | None:
        found = evaluate(feel.Scope(values))
        return found if isinstance(found, bool) else None

    return holds
