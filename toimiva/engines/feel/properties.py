"""`source.name`: entries of contexts and the properties of dates, times, durations and ranges (DMN 1.5, table 65)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from toimiva.engines.feel.calendar import FarDate, FarMoment, split, year_of
from toimiva.engines.feel.values import Range, Value, YearsMonths

__all__ = ["property_of"]


def _years(value: YearsMonths) -> Decimal:
    return Decimal(int(value.months / 12))


def _months(value: YearsMonths) -> Decimal:
    return Decimal(value.months - int(value.months / 12) * 12)


def _part(unit: int, modulus: int) -> Callable[[dt.timedelta], Decimal]:
    def part(value: dt.timedelta) -> Decimal:
        seconds = abs(value) // dt.timedelta(seconds=1)
        sign = -1 if value < dt.timedelta() else 1
        return Decimal(sign * (seconds // unit % modulus if modulus else seconds // unit))

    return part


def _field(name: str) -> Callable[[Any], Decimal]:
    return lambda value: Decimal(getattr(_near(value), name))


def _near(value: Any) -> Any:
    return value.base if isinstance(value, FarDate | FarMoment) else value


_DATE: dict[str, Callable[[Any], Value]] = {
    "year": lambda value: Decimal(year_of(value)), "month": _field("month"), "day": _field("day"),
    "weekday": lambda value: Decimal(split(value)[1].isoweekday()),
}  # fmt: skip
_TIME: dict[str, Callable[[Any], Value]] = {
    "hour": _field("hour"), "minute": _field("minute"), "second": _field("second"),
    "time offset": lambda value: _near(value).utcoffset(),
    "timezone": lambda value: getattr(_near(value).tzinfo, "key", None),
}  # fmt: skip
_BY_TYPE: tuple[tuple[type, dict[str, Callable[[Any], Value]]], ...] = (
    (dt.datetime, {**_DATE, **_TIME}),
    (dt.date, _DATE),
    (FarMoment, {**_DATE, **_TIME}),
    (FarDate, _DATE),
    (dt.time, _TIME),
    (YearsMonths, {"years": _years, "months": _months}),
    (dt.timedelta, {
        "days": _part(86400, 0), "hours": _part(3600, 24), "minutes": _part(60, 60), "seconds": _part(1, 60),
    }),
    (Range, {
        "start": lambda r: r.low, "end": lambda r: r.high,
        "start included": lambda r: r.low_closed, "end included": lambda r: r.high_closed,
    }),
)  # fmt: skip


def property_of(source: Value, name: str) -> Value:
    """The named entry or property; of a list, that of each item; None where there is none."""
    if isinstance(source, dict):
        return source.get(name)
    if isinstance(source, list):
        return [property_of(item, name) for item in source]
    for kind, properties in _BY_TYPE:
        if isinstance(source, kind):
            read = properties.get(name)
            return read(source) if read else None
    return None
