"""Dates and durations (DMN 1.5, tables 70 and 79)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from toimiva.engines.feel.arithmetic import add_months
from toimiva.engines.feel.builtins.define import builtin
from toimiva.engines.feel.values import (
    Value,
    YearsMonths,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
)

__all__ = ["FUNCTIONS", "full_months"]


def _date(value: Value, month: Decimal | None = None, day: Decimal | None = None) -> dt.date | None:
    if isinstance(value, Decimal):
        return dt.date(int(value), int(month), int(day)) if month is not None and day is not None else None
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    return parse_date(value) if isinstance(value, str) else None


def _time(value: Value) -> dt.time | None:
    if isinstance(value, dt.datetime):
        return value.timetz()
    return parse_time(value) if isinstance(value, str) else value if isinstance(value, dt.time) else None


def _date_time(value: Value, time: dt.time | None = None) -> dt.datetime | None:
    if isinstance(value, str):
        return parse_date_time(value) if time is None else None
    day = _date(value)
    return dt.datetime.combine(day, time) if day is not None and time is not None else None


def full_months(start: dt.date, end: dt.date) -> int:
    """Full months from start to end; negative backwards. A month is full when its day has come."""
    if end < start:
        return -full_months(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (end.day < start.day)


def _months_between(start: Value, end: Value) -> YearsMonths:
    return YearsMonths(full_months(_as_date(start), _as_date(end)))


def _as_date(value: dt.date) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _last_day(value: dt.date) -> Decimal:
    following = add_months(value.replace(day=1), 1)
    return Decimal((following - dt.timedelta(days=1)).day) if following else Decimal(31)


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ANY_DATE = "date|date and time"

FUNCTIONS = [
    builtin("date", "from:string|date|date and time|number, month:number, day:number", _date, optional=2),
    builtin("time", "from:string|time|date and time", _time),
    builtin("date and time", "date:string|date|date and time, time:time", _date_time, optional=1),
    builtin("duration", "from:string", parse_duration),
    builtin("years and months duration", f"from:{_ANY_DATE}, to:{_ANY_DATE}", _months_between),
    builtin("day of week", f"date:{_ANY_DATE}", lambda d: _WEEKDAYS[d.weekday()]),
    builtin("day of year", f"date:{_ANY_DATE}", lambda d: Decimal(d.timetuple().tm_yday)),
    builtin("week of year", f"date:{_ANY_DATE}", lambda d: Decimal(d.isocalendar().week)),
    builtin("last day of month", f"date:{_ANY_DATE}", _last_day),
]
