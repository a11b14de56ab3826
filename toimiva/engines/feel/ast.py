"""The FEEL syntax tree: frozen nodes, each with its span in the text (start and end offset)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from decimal import Decimal

__all__ = [
    "Between", "Binary", "Boolean", "Broken", "Call", "ContextNode", "Filter", "For", "FunctionLiteral", "If", "In",
    "InstanceOf", "ListNode", "Name", "Negation", "Node", "Null", "Number", "Path", "Quantified", "RangeNode",
    "Steps", "String", "TemporalLiteral", "TypeRef", "UnaryComparison", "UnaryTests", "depth",
    "literals_of", "names_in", "names_used", "walk",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """Any node; `span` does not take part in comparisons."""

    span: tuple[int, int] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Broken(Node):
    """Text that is not FEEL, kept so that the rest of a model can be decided: null, for the reason in `fault`."""

    fault: str


@dataclass(frozen=True, slots=True)
class TypeRef(Node):
    """A type as written: `list<number>`, `context<a: string>`, `function<number> -> string` or a name.

    `parts` are the types between the angle brackets, `labels` the entries' names of a context, `result` a function's.
    """

    name: str
    parts: tuple[TypeRef, ...] = ()
    labels: tuple[str, ...] = ()
    result: TypeRef | None = None


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
    """value instance of a type."""

    value: Node
    type_ref: TypeRef


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
    """function(parameters) body; a parameter may state its type."""

    parameters: tuple[str, ...]
    types: tuple[TypeRef | None, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class RangeNode(Node):
    """[low..high], with either end open; a missing end is unbounded. `op` is "=" or "!=" for (=5) and (!=5)."""

    low: Node | None
    high: Node | None
    low_closed: bool
    high_closed: bool
    op: str = ""


@dataclass(frozen=True, slots=True)
class Steps(Node):
    """low..high without brackets, after `in` of a loop: it may run backwards."""

    low: Node
    high: Node


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


def literals_of(tests: UnaryTests) -> list[Node] | None:
    """The literals that tests compare with; None where they compare with, or compute, anything else."""
    found: list[Node] = []
    for test in tests.tests:
        parts = _compared(test)
        if not all(_is_literal(part) for part in parts):
            return None
        found += parts
    return found


def _compared(test: Node) -> list[Node]:
    match test:
        case UnaryComparison(operand=operand):
            return [operand]
        case RangeNode(low=low, high=high):
            return [end for end in (low, high) if end is not None]
        case ListNode(items=items):
            return [part for item in items for part in _compared(item)]
    return [test]


def _is_literal(node: Node) -> bool:
    match node:
        case Negation(operand=Number()):
            return True
        case Call(function=Name(name=name), arguments=(String(),)):
            return name in ("date", "time", "date and time", "duration")
    return isinstance(node, Null | Boolean | Number | String | TemporalLiteral)


def names_in(node: Node) -> set[str]:
    """Names that an expression takes from its scope: those that it does not introduce itself."""
    introduced: set[str] = set()
    used: set[str] = set()
    for part in walk(node):
        match part:
            case Name(name=name):
                used.add(name)
            case For(iterators=iterators) | Quantified(iterators=iterators):
                introduced |= {name for name, _ in iterators}
            case FunctionLiteral(parameters=parameters):
                introduced |= set(parameters)
            case ContextNode(entries=entries):
                introduced |= {key for key, _ in entries}
    return used - introduced


def members_in(node: Node) -> set[tuple[str, str]]:
    """What is asked of names after a dot: ("applicant", "age") of `applicant.age`."""
    paths = (part for part in walk(node) if isinstance(part, Path))
    return {(path.source.name, path.name) for path in paths if isinstance(path.source, Name)}


def names_used(node: Node) -> set[str]:
    """Every name that stands in an expression, whether it comes from the scope or from the expression itself."""
    return {part.name for part in walk(node) if isinstance(part, Name)}


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, depth first."""
    return (found for found, _ in _below(node))


def depth(node: Node) -> int:
    """How many nodes lie on the longest way down."""
    return max(deep for _, deep in _below(node))


def _below(node: Node) -> Iterator[tuple[Node, int]]:
    """Every node with its depth, without recursion: a chain of operators is as deep as it is long."""
    pending: list[tuple[object, int]] = [(node, 1)]
    while pending:
        value, deep = pending.pop()
        if isinstance(value, Node):
            yield value, deep
            pending += [(getattr(value, part.name), deep + 1) for part in reversed(fields(value))]
        elif isinstance(value, tuple):
            pending += [(part, deep) for part in reversed(value)]
