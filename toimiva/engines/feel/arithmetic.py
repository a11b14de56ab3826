"""Arithmetic and comparison of FEEL values (DMN 1.5, 10.3.2.4 to 10.3.2.15). None is FEEL's null: no defined result."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from toimiva.engines.feel.calendar import FarDate, FarMoment, add_months, at_time, between, comparable, shift
from toimiva.engines.feel.values import DECIMAL, Range, Value, YearsMonths, check_size, kind_of

__all__ = ["OPERATORS", "add", "compare", "equal", "in_range", "negate", "ordered", "subtract"]

Pair = tuple[str, str]
_NUMBER, _STRING, _DATE, _TIME = "number", "string", "date", "time"
_MOMENT, _DAYS, _MONTHS = "date and time", "days and time duration", "years and months duration"


def _shift_time(value: dt.time, duration: dt.timedelta) -> dt.time:
    moment = dt.datetime.combine(dt.date(2000, 1, 1), value.replace(tzinfo=None)) + duration
    return moment.time().replace(tzinfo=value.tzinfo)


def _zoned(value: Value) -> bool:
    return getattr(value.base if isinstance(value, FarMoment) else value, "tzinfo", None) is not None


def _between(a: Value, b: Value) -> dt.timedelta | None:
    return between(a, b) if _zoned(a) == _zoned(b) else None


def _between_times(a: dt.time, b: dt.time) -> dt.timedelta | None:
    day = dt.date(2000, 1, 1)
    return _between(dt.datetime.combine(day, a), dt.datetime.combine(day, b))


def _midnight(day: Value) -> Value:
    return at_time(day, dt.time(tzinfo=dt.UTC))


_ADD: dict[Pair, Callable[..., Value]] = {
    (_NUMBER, _NUMBER): DECIMAL.add,
    (_STRING, _STRING): operator.add,
    (_DATE, _MONTHS): lambda a, b: add_months(a, b.months),
    (_MOMENT, _MONTHS): lambda a, b: add_months(a, b.months),
    (_MONTHS, _DATE): lambda a, b: add_months(b, a.months),
    (_MONTHS, _MOMENT): lambda a, b: add_months(b, a.months),
    (_DATE, _DAYS): shift,
    (_MOMENT, _DAYS): shift,
    (_TIME, _DAYS): _shift_time,
    (_DAYS, _DATE): lambda a, b: shift(b, a),
    (_DAYS, _MOMENT): lambda a, b: shift(b, a),
    (_DAYS, _TIME): lambda a, b: _shift_time(b, a),
    (_DAYS, _DAYS): operator.add,
    (_MONTHS, _MONTHS): lambda a, b: YearsMonths(a.months + b.months),
}
_SUBTRACT: dict[Pair, Callable[..., Value]] = {
    (_NUMBER, _NUMBER): DECIMAL.subtract,
    (_DATE, _DATE): between,
    (_MOMENT, _MOMENT): _between,
    (_DATE, _MOMENT): lambda a, b: _between(_midnight(a), b),
    (_MOMENT, _DATE): lambda a, b: _between(a, _midnight(b)),
    (_TIME, _TIME): _between_times,
    (_DATE, _MONTHS): lambda a, b: add_months(a, -b.months),
    (_MOMENT, _MONTHS): lambda a, b: add_months(a, -b.months),
    (_DATE, _DAYS): lambda a, b: shift(a, -b),
    (_MOMENT, _DAYS): lambda a, b: shift(a, -b),
    (_TIME, _DAYS): lambda a, b: _shift_time(a, -b),
    (_DAYS, _DAYS): operator.sub,
    (_MONTHS, _MONTHS): lambda a, b: YearsMonths(a.months - b.months),
}
_MULTIPLY: dict[Pair, Callable[..., Value]] = {
    (_NUMBER, _NUMBER): DECIMAL.multiply,
    (_DAYS, _NUMBER): lambda a, b: _scale_days(a, b),
    (_NUMBER, _DAYS): lambda a, b: _scale_days(b, a),
    (_MONTHS, _NUMBER): lambda a, b: YearsMonths(int(a.months * b)),
    (_NUMBER, _MONTHS): lambda a, b: YearsMonths(int(a * b.months)),
}
_DIVIDE: dict[Pair, Callable[..., Value]] = {
    (_NUMBER, _NUMBER): DECIMAL.divide,
    (_DAYS, _NUMBER): lambda a, b: _scale_days(a, DECIMAL.divide(Decimal(1), b)),
    (_DAYS, _DAYS): lambda a, b: DECIMAL.divide(_microseconds(a), _microseconds(b)),
    (_MONTHS, _NUMBER): lambda a, b: YearsMonths(int(DECIMAL.divide(Decimal(a.months), b))),
    (_MONTHS, _MONTHS): lambda a, b: DECIMAL.divide(Decimal(a.months), Decimal(b.months)),
}
_POWER: dict[Pair, Callable[..., Value]] = {(_NUMBER, _NUMBER): lambda a, b: _finite(DECIMAL.power(a, b))}


def _finite(value: Decimal) -> Decimal | None:
    """FEEL has no infinity: nought to a negative power has no result."""
    return value if value.is_finite() else None


def _microseconds(value: dt.timedelta) -> Decimal:
    return Decimal(value // dt.timedelta(microseconds=1))


def _scale_days(value: dt.timedelta, factor: Decimal) -> dt.timedelta:
    return dt.timedelta(microseconds=int(DECIMAL.multiply(_microseconds(value), factor)))


def _by_kind(table: dict[Pair, Callable[..., Value]]) -> Callable[[Value, Value], Value]:
    def apply(left: Value, right: Value) -> Value:
        operation = table.get((kind_of(left), kind_of(right)))
        if operation is None:
            return None
        try:
            return operation(left, right)
        except (OverflowError, InvalidOperation, DivisionByZero, Overflow):
            return None

    return apply


add = _by_kind(_ADD)
subtract = _by_kind(_SUBTRACT)
OPERATORS: dict[str, Callable[[Value, Value], Value]] = {
    "+": add, "-": subtract, "*": _by_kind(_MULTIPLY), "/": _by_kind(_DIVIDE), "**": _by_kind(_POWER),
}  # fmt: skip


def negate(value: Value) -> Value:
    """Arithmetic minus of a number or duration, else None."""
    if isinstance(value, YearsMonths):
        return YearsMonths(-value.months)
    return -value if kind_of(value) in (_NUMBER, _DAYS) else None


_PLAIN = frozenset((bool, str, Decimal, dt.date, dt.timedelta, YearsMonths))


def equal(left: Value, right: Value) -> bool | None:
    """FEEL equality: null equals null only; values of different kinds cannot be compared (None)."""
    if type(left) is type(right) and type(left) in _PLAIN:
        return bool(left == right)
    if left is None or right is None:
        return left is right
    kind = kind_of(left)
    if kind != kind_of(right):
        return None
    compare_kind = _EQUAL.get(kind)
    return bool(left == right) if compare_kind is None else compare_kind(left, right)


def _equal_lists(left: list[Value], right: list[Value]) -> bool:
    check_size(left)
    return len(left) == len(right) and all(equal(a, b) for a, b in zip(left, right, strict=True))


def _equal_contexts(left: dict[str, Value], right: dict[str, Value]) -> bool:
    return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)


def _equal_times(left: Value, right: Value) -> bool:
    """To the second, as the standard compares the properties of a time (DMN 1.5, table 53); zones by their instant."""
    if _zoned(left) != _zoned(right):
        return False
    if isinstance(left, FarMoment) or isinstance(right, FarMoment):
        return comparable(left) == comparable(right)
    return bool(left.replace(microsecond=0) == right.replace(microsecond=0))


_EQUAL: dict[str, Callable[[Any, Any], bool]] = {
    "list": _equal_lists, "context": _equal_contexts, _TIME: _equal_times, _MOMENT: _equal_times,
}  # fmt: skip
_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_ORDERED_KINDS = frozenset((_NUMBER, _STRING, _DATE, _TIME, _MOMENT, _DAYS, _MONTHS))
_ALWAYS_ORDERED = frozenset((str, Decimal, dt.date, dt.timedelta, YearsMonths))


def ordered(left: Value, right: Value) -> bool:
    """Whether < and > mean something between these two."""
    kind = kind_of(left)
    if kind not in _ORDERED_KINDS or kind != kind_of(right):
        return False
    return kind not in (_MOMENT, _TIME) or _zoned(left) == _zoned(right)


def compare(op: str, left: Value, right: Value) -> bool | None:
    """One of FEEL's six comparisons, three-valued."""
    if op in ("=", "!="):
        same = equal(left, right)
        return same if op == "=" or same is None else not same
    if type(left) is type(right) and type(left) in _ALWAYS_ORDERED:
        return bool(_COMPARE[op](left, right))
    if not ordered(left, right):
        return None
    if isinstance(left, FarDate | FarMoment) or isinstance(right, FarDate | FarMoment):
        left, right = comparable(left), comparable(right)
    return bool(_COMPARE[op](left, right))


def in_range(value: Value, span: Range) -> bool | None:
    """Whether the value lies in the range; None where it cannot be compared with an end."""
    if span.op:
        return compare(span.op, value, span.low)
    above = span.low is None or compare(">=" if span.low_closed else ">", value, span.low)
    below = span.high is None or compare("<=" if span.high_closed else "<", value, span.high)
    if above is None or below is None:
        return None
    return above and below
