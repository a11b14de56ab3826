"""How a result came about: the values, and the row of each table that hit and why the others did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from toimiva.engines.feel.api import Value

__all__ = ["Hit", "Miss", "Step", "TableNote", "Trace"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that hit: its number from 1, its id and annotations."""

    rule: int
    id: str
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Miss:
    """A rule that did not hit, with the first condition that failed: column, test and the value it met."""

    rule: int
    column: str
    test: str
    value: Value


@dataclass(frozen=True, slots=True)
class TableNote:
    """What one decision table did; `table` is the line of the model where it stands."""

    table: int
    hits: tuple[Hit, ...]
    misses: tuple[Miss, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One decision of a trace: its value, what it used, the rules that hit and missed, and reasons for nulls.

    `inner` has the tables of functions that it called, in the order in which they ended.
    """

    decision: str
    value: Value
    uses: Mapping[str, Value] = field(default_factory=dict)
    hits: tuple[Hit, ...] = ()
    misses: tuple[Miss, ...] = ()
    inner: tuple[TableNote, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Trace:
    """Steps in the order in which they were decided."""

    steps: dict[str, Step] = field(default_factory=dict)
