"""The FEEL syntax tree: frozen nodes, each with its span in the text (start and end offset)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from decimal import Decimal

__all__ = [
    "Between", "Binary", "Boolean", "Call", "ContextNode", "Filter", "For", "FunctionLiteral", "If", "In",
    "InstanceOf", "ListNode", "Name", "Negation", "Node", "Null", "Number", "Path", "Quantified", "RangeNode",
    "String", "TemporalLiteral", "UnaryComparison", "UnaryTests", "walk",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """Any node; `span` does not take part in comparisons."""

    span: tuple[int, int] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Null(Node):
    """The literal null."""


@dataclass(frozen=True, slots=True)
class Boolean(Node):
    """true or false."""

    value: bool


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A numeric literal."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class String(Node):
    """A string literal, unescaped."""

    value: str


@dataclass(frozen=True, slots=True)
class TemporalLiteral(Node):
    """@"2027-01-11" and its like: a date, time, date and time or duration."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A reference to a variable or built-in, spaces normalised to one."""

    name: str


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """Arithmetic minus."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Arithmetic, comparison, `and` and `or`; `op` as written."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """value between low and high, both included."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """value in (tests): true when any test holds."""

    value: Node
    tests: UnaryTests


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """value instance of a named type."""

    value: Node
    type_name: str


@dataclass(frozen=True, slots=True)
class If(Node):
    """if condition then ... else ...; anything but true takes the else branch."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class For(Node):
    """for x in list, ... return expression; `partial` is available in the result."""

    iterators: tuple[tuple[str, Node], ...]
    result: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """some/every x in list satisfies condition."""

    quantifier: str
    iterators: tuple[tuple[str, Node], ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class Path(Node):
    """source.name"""

    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """source[filter]: a position or a condition over `item`."""

    source: Node
    filter: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """function(arguments), positional or by name."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListNode(Node):
    """[a, b, c]"""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextNode(Node):
    """{key: value}; later entries see earlier ones."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class FunctionLiteral(Node):
    """function(parameters) body"""

    parameters: tuple[str, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class RangeNode(Node):
    """[low..high], with either end open; a missing end is unbounded."""

    low: Node | None
    high: Node | None
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class UnaryComparison(Node):
    """`< 5` in a unary test: the input is on the left."""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True)
class UnaryTests(Node):
    """Tests of a decision table cell, or of `in`: any may hold. No tests means `-`: always true."""

    tests: tuple[Node, ...]
    negated: bool = False


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, depth first."""
    yield node
    for item in fields(node):
        yield from _nodes_in(getattr(node, item.name))


def _nodes_in(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield from walk(value)
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes_in(part)
