"""From one kind to another, and questions about any value (DMN 1.5, tables 70 and 72)."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from toimiva.engines.feel.arithmetic import equal
from toimiva.engines.feel.builtins.define import builtin
from toimiva.engines.feel.calendar import split
from toimiva.engines.feel.values import DECIMAL, Value, kind_of, to_text

__all__ = ["FUNCTIONS"]

_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$")


def _number(text: str, grouping: str | None = None, point: str | None = None) -> Decimal | None:
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", ".") or (point and grouping == point):
        return None
    plain = text.replace(grouping, "") if grouping else text
    if point == "," and "." in plain:
        return None
    plain = plain.replace(point, ".") if point else plain
    return DECIMAL.create_decimal(plain) if _NUMBER.match(plain) else None


def _is(left: Value = None, right: Value = None) -> bool:
    """Whether both are the same element of the semantic domain: of one kind, and equal without conversion."""
    if kind_of(left) != kind_of(right):
        return False
    if kind_of(left) in ("time", "date and time") and _zone(left) != _zone(right):
        return False
    return equal(left, right) is True


def _zone(value: Value) -> dt.tzinfo | None:
    clock: Any = value if isinstance(value, dt.time) else split(value)[1]
    zone: dt.tzinfo | None = clock.tzinfo
    return zone


FUNCTIONS = [
    builtin(
        "number",
        ("from:string, grouping separator:string|null?, decimal separator:string|null?", _number),
        ("from:number", lambda n: n),
    ),
    builtin("string", ("from", to_text)),
    builtin("not", ("negand", lambda value: (not value) if isinstance(value, bool) else None)),
    builtin("is defined", ("value", lambda value: value is not None)),
    builtin("is", ("value1?, value2?", _is)),
]
