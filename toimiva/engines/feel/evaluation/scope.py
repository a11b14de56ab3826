"""Names and their values for one evaluation, and what one run may use of the machine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from toimiva.engines.feel.errors import LimitExceeded
from toimiva.engines.feel.values import Value

__all__ = ["INPUT", "Evaluator", "Run", "Scope"]

INPUT = "?"
MAX_STEPS = 2_000_000
MAX_CALLS_DEEP = 60


@dataclass(slots=True)
class Run:
    """One evaluation from outside: reasons for nulls, the moment that now() is, and how much work is left.

    `steps` bounds loop rounds and the sizes of lists and texts that are made, so that a hostile model ends.
    `notes` takes what decision tables tell of their work; None when nobody asks.
    """

    now: dt.datetime | None = None
    warnings: list[str] = field(default_factory=list)
    steps: int = MAX_STEPS
    deep: int = 0
    notes: list[Any] | None = None

    def spend(self, steps: int = 1) -> None:
        """Count work. Raises `LimitExceeded` when the run has had its share."""
        self.steps -= steps
        if self.steps < 0:
            raise LimitExceeded(f"The model takes more than {MAX_STEPS} steps for one case. Make its loops shorter.")

    def enter(self) -> None:
        """One function deeper. Raises `LimitExceeded` for a recursion without end."""
        self.deep += 1
        if self.deep > MAX_CALLS_DEEP:
            raise LimitExceeded(f"Functions call each other more than {MAX_CALLS_DEEP} deep. Does one end?")

    def leave(self) -> None:
        """Out of a function again."""
        self.deep -= 1


class Scope(dict[str, Value]):
    """Variables by name. A scope inside another one has its own names only, looks further out, and shares the run."""

    __slots__ = ("outer", "run")

    def __init__(self, values: Mapping[str, Value], run: Run | None = None, outer: Scope | None = None) -> None:
        super().__init__(values)
        self.run = Run() if run is None else run
        self.outer = outer

    def __missing__(self, name: str) -> Value:
        if self.outer is None:
            raise KeyError(name)
        return self.outer[name]

    def also(self, values: Mapping[str, Value]) -> Scope:
        """A scope inside this one, with more names."""
        return Scope(values, self.run, self)

    def find(self, name: str, default: Value = None) -> Value:
        """A variable here or further out, or the default."""
        try:
            return self[name]
        except KeyError:
            return default

    def null(self, reason: str) -> Value:
        """Null, with the reason noted."""
        self.run.warnings.append(reason)
        return None


Evaluator = Callable[[Scope], Value]
