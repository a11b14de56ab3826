"""`range("[1..3]")`: a range from text, whose ends are literals (DMN 1.5, table 70)."""

from __future__ import annotations

from collections.abc import Callable

from toimiva.engines.feel import ast
from toimiva.engines.feel.arithmetic import compare, negate
from toimiva.engines.feel.errors import FeelError
from toimiva.engines.feel.parsing.parser import parse
from toimiva.engines.feel.values import (
    Range,
    Undefined,
    Value,
    kind_of,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_temporal,
    parse_time,
)

__all__ = ["parse_range"]

_FROM_TEXT: dict[str, Callable[[str], Value]] = {
    "date": parse_date, "time": parse_time, "date and time": parse_date_time, "duration": parse_duration,
}  # fmt: skip


def parse_range(text: str) -> Range | None:
    """The range that a text writes. Raises `Undefined` where it is not one, or its ends are not literals."""
    unbounded = (
        text.replace("[..", "[null..").replace("(..", "(null..").replace("..]", "..null]").replace("..)", "..null)")
    )
    try:
        node = parse(unbounded)
    except FeelError as error:
        raise Undefined(f"{text!r} is not a range.") from error
    if not isinstance(node, ast.RangeNode):
        raise Undefined(f"{text!r} is not a range.")
    low, high = (None if end is None else _literal(end) for end in (node.low, node.high))
    if low is None and high is None:
        raise Undefined("A range has at least one end.")
    return _checked(Range(low, high, node.low_closed, node.high_closed))


def _checked(span: Range) -> Range:
    """A range in which something lies; an open end is never included."""
    if span.low is None or span.high is None:
        if (span.low is None and span.low_closed) or (span.high is None and span.high_closed):
            raise Undefined("An end that is missing cannot be included: write ( or ) there.")
        return span
    if compare("<=", span.low, span.high) is not True:
        raise Undefined(f"A range from {kind_of(span.low)} to {kind_of(span.high)} has no order, or runs backwards.")
    return span


def _literal(node: ast.Node) -> Value:
    match node:
        case ast.Null():
            return None
        case ast.Number(value=value) | ast.String(value=value):
            return value
        case ast.Negation(operand=operand):
            return negate(_literal(operand))
        case ast.TemporalLiteral(text=text):
            return parse_temporal(text)
        case ast.Call(function=ast.Name(name=name), arguments=(ast.String(value=text),)) if name in _FROM_TEXT:
            return _FROM_TEXT[name](text)
    raise Undefined("The ends of a range from text have to be literals.")
