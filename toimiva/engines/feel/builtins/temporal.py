"""Dates and durations (DMN 1.5, tables 70 and 79), and the clock (table 80)."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from toimiva.engines.feel.builtins.define import builtin
from toimiva.engines.feel.calendar import CYCLE_YEARS, FarDate, at_time, make_date, split, year_of
from toimiva.engines.feel.values import (
    Function,
    Value,
    YearsMonths,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
)

__all__ = ["CLOCKED", "FUNCTIONS", "full_months"]


def _same(value: Value) -> Value:
    return value


def _date_of(year: Decimal, month: Decimal, day: Decimal) -> Value:
    if any(part % 1 for part in (year, month, day)):
        return None
    return make_date(int(year), int(month), int(day))


def _midnight(day: Value) -> dt.time:
    return dt.time(tzinfo=dt.UTC)


def _time_of(hour: Decimal, minute: Decimal, second: Decimal, offset: dt.timedelta | None = None) -> dt.time:
    zone = None if offset is None else dt.timezone(offset)
    micro = int(second % 1 * 1_000_000)
    return dt.time(int(hour), int(minute), int(second), micro, tzinfo=zone)


def _joined(day: Value, time: dt.time) -> Value:
    return at_time(_as_date(day), time)


def full_months(start: Value, end: Value) -> int:
    """Full months between two dates, negative backwards. A month is full when its day has come; hours do not count."""
    if type(start) is dt.date and type(end) is dt.date:
        return -_months(end, start, 0) if end < start else _months(start, end, 0)
    (a, first), (b, last) = split(start), split(end)
    cycles = (b - a) * CYCLE_YEARS
    return -_months(last, first, -cycles) if (b, last) < (a, first) else _months(first, last, cycles)


def _months(start: dt.date, end: dt.date, years: int) -> int:
    """Full months forwards, `years` being added to what the two dates are apart."""
    months = (end.year - start.year + years) * 12 + end.month - start.month
    return months - (end.day < start.day)


def _months_between(start: Value, end: Value) -> YearsMonths:
    return YearsMonths(full_months(_as_date(start), _as_date(end)))


def _clock(moment: Value) -> dt.time:
    base: Any = split(moment)[1]
    time: dt.time = base.timetz()
    return time


def _as_date(value: Value) -> Value:
    if type(value) in (dt.date, FarDate):
        return value
    return make_date(year_of(value), *split(value)[1].timetuple()[1:3])


def _last_day(value: Value) -> Decimal:
    base = split(value)[1]
    return Decimal(monthrange(base.year, base.month)[1])


def _of_day(compute: Callable[[dt.date], Value]) -> Callable[[Value], Value]:
    """A question about the day, which 400-year cycles do not change."""
    return lambda value: compute(split(value)[1])


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_ANY_DATE = "date|date and time"

FUNCTIONS = [
    builtin(
        "date",
        ("from:string", parse_date),
        (f"from:{_ANY_DATE}", _as_date),
        ("year:number, month:number, day:number", _date_of),
    ),
    builtin(
        "time",
        ("from:string", parse_time),
        ("from:time", _same),
        ("from:date and time", _clock),
        ("from:date", _midnight),
        ("hour:number, minute:number, second:number, offset:days and time duration|null?", _time_of),
    ),
    builtin(
        "date and time",
        ("from:string", parse_date_time),
        ("from:date and time", _same),
        ("from:date", lambda day: at_time(day, _midnight(day))),
        (f"date:{_ANY_DATE}, time:time", _joined),
    ),
    builtin(
        "duration",
        ("from:string", parse_duration),
        ("from:days and time duration|years and months duration", _same),
    ),
    builtin("years and months duration", (f"from:{_ANY_DATE}, to:{_ANY_DATE}", _months_between)),
    builtin("day of week", (f"date:{_ANY_DATE}", _of_day(lambda d: _WEEKDAYS[d.weekday()]))),
    builtin("day of year", (f"date:{_ANY_DATE}", _of_day(lambda d: Decimal(d.timetuple().tm_yday)))),
    builtin("month of year", (f"date:{_ANY_DATE}", _of_day(lambda d: _MONTHS[d.month - 1]))),
    builtin("week of year", (f"date:{_ANY_DATE}", _of_day(lambda d: Decimal(d.isocalendar().week)))),
    builtin("last day of month", (f"date:{_ANY_DATE}", _last_day)),
]


def _clocked(name: str, read: Callable[[dt.datetime], Value]) -> Callable[[dt.datetime | None], Function]:
    return lambda now: builtin(name, ("", lambda: None if now is None else read(now)))


# Functions of the moment that a run is told: now() and today() are null where it is told none.
CLOCKED: dict[str, Callable[[dt.datetime | None], Function]] = {
    "now": _clocked("now", _same),
    "today": _clocked("today", lambda now: now.date()),
}
