"""The tree of a query."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

__all__ = ["Binary", "Call", "Interval", "Literal", "Node", "Path", "QueryError", "Unary", "Value", "WellKnownText"]


class QueryError(ValueError):
    """A query that cannot be read; the message says what is wrong and at which place."""


@dataclass(frozen=True, slots=True)
class WellKnownText:
    """A geometry as it was written, in longitude and latitude (WKT)."""

    text: str


@dataclass(frozen=True, slots=True)
class Interval:
    """A time from one instant to another."""

    start: dt.datetime
    end: dt.datetime


Value = str | int | float | bool | None | dt.datetime | dt.date | dt.time | dt.timedelta | WellKnownText | Interval


@dataclass(frozen=True, slots=True)
class Literal:
    """A value."""

    value: Value


@dataclass(frozen=True, slots=True)
class Path:
    """A property, perhaps through navigations: `Datastream/Thing/properties/floor`. A list's item is a part of its own:
    `result[0]` is ("result", "0")."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """`not` or `-` before an operand."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two operands: or, and, eq, ne, lt, le, gt, ge, add, sub, mul, div, mod."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; names are in lower case."""

    name: str
    arguments: tuple[Node, ...]


Node = Literal | Path | Unary | Binary | Call
