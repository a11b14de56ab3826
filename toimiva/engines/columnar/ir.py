"""The intermediate form between FEEL and SQL: a few dozen nodes, each stating its type.

Booleans are three-valued as in SQL, which is Kleene's logic as in FEEL. `Same` is FEEL's equality: null equals null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from toimiva.engines.columnar.types import (
    BOOLEAN,
    DATE,
    DAYS,
    MONTHS,
    NULL,
    NUMBER,
    ContextType,
    ListType,
    Type,
)

__all__ = [
    "AddDays", "AddMonths", "And", "Arithmetic", "AtPosition", "Case", "Column", "Compare", "Count", "DatePart",
    "Elapsed", "Every", "Field", "Function", "IsNull",
    "KeepIf", "ListOf", "Literal", "MakeDate", "MapList", "MonthsBetween", "Negate",
    "Node", "Not", "NullValue", "Or", "Parameter", "Same", "Some", "Struct", "Truncate", "Variable",
]  # fmt: skip


COLUMN_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the relation: an input or an earlier decision; `decimals` a number in it can have."""

    name: str
    type: Type
    decimals: int = COLUMN_DECIMALS


@dataclass(frozen=True, slots=True)
class Variable:
    """The item that a list operation is at."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant of the rule text."""

    value: Any
    type: Type


@dataclass(frozen=True, slots=True)
class Parameter:
    """A dated parameter of the service: bound when the query runs, so that its text does not change with the law."""

    name: str
    value: Any
    type: Type


@dataclass(frozen=True, slots=True)
class NullValue:
    """null"""

    type: Type = NULL


@dataclass(frozen=True, slots=True)
class Field:
    """An entry of a context."""

    source: Node
    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Compare:
    """<, <=, >, >= of two values of one ordered type; null if either is."""

    op: str
    left: Node
    right: Node
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Same:
    """FEEL equality: true or false, never null."""

    left: Node
    right: Node
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class And:
    """All of these."""

    items: tuple[Node, ...]
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these."""

    items: tuple[Node, ...]
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Not:
    """Not; null stays null."""

    operand: Node
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class IsNull:
    """Whether the value is null."""

    operand: Node
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """+, - or * of numbers or of durations of one kind."""

    op: str
    left: Node
    right: Node
    type: Type = NUMBER


@dataclass(frozen=True, slots=True)
class Negate:
    """Minus."""

    operand: Node
    type: Type


@dataclass(frozen=True, slots=True)
class Truncate:
    """Whole part of a number divided by a whole divisor, towards zero; with `rest`, the remainder."""

    operand: Node
    divisor: int
    rest: bool = False
    type: Type = NUMBER


@dataclass(frozen=True, slots=True)
class AddMonths:
    """A date some months later, at most the month's last day."""

    day: Node
    months: Node
    type: Type = DATE


@dataclass(frozen=True, slots=True)
class AddDays:
    """A date some days later."""

    day: Node
    days: int
    type: Type = DATE


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The days and time duration between two dates or two moments: left - right."""

    left: Node
    right: Node
    type: Type = DAYS


@dataclass(frozen=True, slots=True)
class DatePart:
    """year, month, day or weekday (Monday is 1) of a date; hour, minute or second of a time."""

    part: str
    day: Node
    type: Type = NUMBER


@dataclass(frozen=True, slots=True)
class MakeDate:
    """A date from numbers; null where there is no such day."""

    year: Node
    month: Node
    day: Node
    type: Type = DATE


@dataclass(frozen=True, slots=True)
class MonthsBetween:
    """Full months between two dates, negative backwards."""

    start: Node
    end: Node
    type: Type = MONTHS


@dataclass(frozen=True, slots=True)
class Case:
    """The value of the first true condition."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node
    type: Type


@dataclass(frozen=True, slots=True)
class Function:
    """A string or number function that SQL has by the same meaning; `name` is FEEL's."""

    name: str
    arguments: tuple[Node, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of these."""

    items: tuple[Node, ...]
    type: ListType


@dataclass(frozen=True, slots=True)
class Struct:
    """A context of these."""

    fields: tuple[tuple[str, Node], ...]
    type: ContextType


@dataclass(frozen=True, slots=True)
class Count:
    """Length of a list."""

    source: Node
    type: Type = NUMBER


@dataclass(frozen=True, slots=True)
class Some:
    """Three-valued: some item satisfies the condition."""

    source: Node
    variable: str
    condition: Node
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class Every:
    """Three-valued: every item satisfies the condition."""

    source: Node
    variable: str
    condition: Node
    type: Type = BOOLEAN


@dataclass(frozen=True, slots=True)
class KeepIf:
    """The items for which the condition is true."""

    source: Node
    variable: str
    condition: Node
    type: ListType


@dataclass(frozen=True, slots=True)
class MapList:
    """A value made of each item."""

    source: Node
    variable: str
    value: Node
    type: ListType


@dataclass(frozen=True, slots=True)
class AtPosition:
    """The item at a position from 1, or from the end when negative; null outside."""

    source: Node
    position: int
    type: Type


Node = (
    Column | Variable | Literal | Parameter | NullValue | Field | Compare | Same | And | Or | Not | IsNull | Arithmetic
    | Negate | Truncate | AddMonths | AddDays | Elapsed | DatePart | MakeDate | MonthsBetween | Case | Function | ListOf
    | Struct | Count | Some | Every | KeepIf | MapList | AtPosition
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inlined:
    """A function of the model: its parameters, and how its body is written out for arguments by name."""

    parameters: tuple[str, ...]
    write: Callable[[Mapping[str, Node]], Node]


Meaning = Node | Inlined
Environment = Mapping[str, Meaning]


def decimals(node: Node) -> int:
    """The most decimals that a number can have: a column holds six, a product those of both its sides."""
    match node:
        case Literal(value=Decimal() as value):
            return max(0, -int(value.as_tuple().exponent))
        case Arithmetic(op=op, left=left, right=right):
            sides = decimals(left), decimals(right)
            return sum(sides) if op == "*" else max(sides)
        case Negate(operand=operand):
            return decimals(operand)
        case Case(branches=branches, otherwise=otherwise):
            return max(decimals(value) for value in (*(value for _, value in branches), otherwise))
        case Column(decimals=held):
            return held
        case Count() | DatePart() | Truncate() | NullValue():
            return 0
    return COLUMN_DECIMALS


def written_out(node: Node) -> bool:
    """Whether a value is a literal, or one of some literals: such numbers come as narrow SQL types."""
    if isinstance(node, Case):
        return all(written_out(value) for value in (*(value for _, value in node.branches), node.otherwise))
    return isinstance(node, Literal | NullValue)


def size(node: Node) -> int:
    """How many nodes are written when the node is: one that stands in several places counts in each."""
    return _size(node, {})


def _size(value: object, known: dict[int, int]) -> int:
    if isinstance(value, tuple):
        return sum(_size(part, known) for part in value)
    if not isinstance(value, Node):
        return 0
    if id(value) not in known:
        known[id(value)] = 1 + sum(_size(getattr(value, field.name), known) for field in fields(value))
    return known[id(value)]
