"""Values as literals, and expressions that are the same for everyone, worked out once by the interpreter."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from toimiva.engines.columnar import ir
from toimiva.engines.columnar.errors import NotCompilable
from toimiva.engines.columnar.types import (
    BOOLEAN,
    DATE,
    DAYS,
    MOMENT,
    MONTHS,
    NULL,
    NUMBER,
    STRING,
    TIME,
    ContextType,
    ListType,
    Type,
    unify,
)
from toimiva.engines.feel.api import BUILTINS, CLOCKED, LimitExceeded, Node, YearsMonths, evaluate, names_in, names_used

__all__ = ["constant", "fold"]

SCALE, WHOLE_DIGITS = 6, 22  # of a column of numbers, DECIMAL(28,6)


def constant(value: Any) -> ir.Node:
    """A value of FEEL (see feel.values) as a literal. Raises `NotCompilable` for what no column can hold exactly."""
    match value:
        case None:
            return ir.NullValue()
        case list():
            return _list(value)
        case dict():
            fields = tuple((name, constant(item)) for name, item in value.items())
            if not all(name for name in value) or not fields:
                raise NotCompilable("A context without entries, or with an entry without a name, has no columnar form.")
            return ir.Struct(fields, ContextType(tuple((name, item.type) for name, item in fields)))
        case Decimal():
            _check_digits(value)
        case dt.datetime() | dt.time() if value.tzinfo is not None:
            raise NotCompilable("A time with a zone has no exact columnar form: a column keeps the instant only.")
    kind = next((kind for cls, kind in _LITERALS if isinstance(value, cls)), None)
    if kind is None:
        raise NotCompilable(f"A {type(value).__name__} has no columnar form.")
    return ir.Literal(value, kind)


_LITERALS: tuple[tuple[type, Type], ...] = (
    (bool, BOOLEAN), (Decimal, NUMBER), (str, STRING), (dt.datetime, MOMENT), (dt.date, DATE), (dt.time, TIME),
    (YearsMonths, MONTHS), (dt.timedelta, DAYS),
)  # fmt: skip


def _list(values: list[Any]) -> ir.Node:
    items = tuple(constant(value) for value in values)
    kind: Type = NULL
    for item in items:
        unified = unify(kind, item.type)
        if unified is None:
            raise NotCompilable("A list of several types has no columnar form.")
        kind = unified
    return ir.ListOf(items, ListType(kind))


def _check_digits(value: Decimal) -> None:
    """A longer literal would be rounded somewhere on its way through casts, or overflow."""
    if int(value.as_tuple().exponent) < -SCALE or abs(value) >= 10**WHOLE_DIGITS:
        raise NotCompilable(f"{value} has more digits than a column of numbers.")


def fold(node: Node, scope: ir.Environment) -> ir.Node | None:
    """The literal that an expression of literals and built-ins comes to; None where it depends on anything else."""
    if any(name in scope or name in CLOCKED for name in names_used(node)):
        return None  # even where the expression has a variable of the same name: the column may be meant elsewhere
    if any(name not in BUILTINS for name in names_in(node)):
        return None
    try:
        return constant(evaluate(node, {}))
    except (NotCompilable, LimitExceeded):
        return None
