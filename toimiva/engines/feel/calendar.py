"""Dates and moments of any year from -999,999,999 to 999,999,999, as FEEL has them.

Python's own `date` and `datetime` serve the years 1 to 9999. Outside them a value is kept as one of the years 2000 to
2399 and a number of 400-year cycles: the Gregorian calendar repeats itself every 146,097 days, weekdays included.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass
from typing import TypeVar

__all__ = [
    "FarDate",
    "FarMoment",
    "add_months",
    "at_time",
    "between",
    "comparable",
    "make_date",
    "shift",
    "split",
    "year_of",
]

CYCLE_YEARS, CYCLE = 400, dt.timedelta(days=146_097)
FIRST = 2000
FURTHEST = 999_999_999


@dataclass(frozen=True, slots=True, order=True)
class FarDate:
    """A date outside the years 1 to 9999."""

    cycles: int
    base: dt.date


@dataclass(frozen=True, slots=True, order=True)
class FarMoment:
    """A date and time outside the years 1 to 9999."""

    cycles: int
    base: dt.datetime


Base = TypeVar("Base", dt.date, dt.datetime)
Day = dt.date | FarDate | FarMoment


def split(value: Day) -> tuple[int, dt.date]:
    """Cycles from 2000, and the date or moment in the years 2000 to 2399."""
    if isinstance(value, FarDate | FarMoment):
        return value.cycles, value.base
    cycles = (value.year - FIRST) // CYCLE_YEARS
    return cycles, value.replace(year=value.year - cycles * CYCLE_YEARS)


def year_of(value: Day) -> int:
    """The year, which may be negative."""
    cycles, base = split(value)
    return base.year + cycles * CYCLE_YEARS


def _joined(cycles: int, base: dt.date) -> Day | None:
    """The value of these; None outside FEEL's years."""
    further = (base.year - FIRST) // CYCLE_YEARS
    cycles, base = cycles + further, base.replace(year=base.year - further * CYCLE_YEARS)
    year = base.year + cycles * CYCLE_YEARS
    if 1 <= year <= 9999:
        return base.replace(year=year)
    if abs(year) > FURTHEST:
        return None
    return FarMoment(cycles, base) if isinstance(base, dt.datetime) else FarDate(cycles, base)


def make_date(year: int, month: int, day: int) -> Day | None:
    """A date. Raises ValueError where the month has no such day."""
    cycles, rest = divmod(year - FIRST, CYCLE_YEARS)
    return _joined(cycles, dt.date(FIRST + rest, month, day))


def at_time(day: Day, time: dt.time) -> Day | None:
    """The moment of a date and a time."""
    if isinstance(day, dt.date):
        return dt.datetime.combine(day, time)
    return _joined(day.cycles, dt.datetime.combine(day.base, time))


def add_months(value: Day, months: int) -> Day | None:
    """The same day of another month; the month's last day where it has no such day. None outside FEEL's years."""
    cycles, base = split(value)
    year, month = divmod((base.year + cycles * CYCLE_YEARS) * 12 + base.month - 1 + months, 12)
    cycles, rest = divmod(year - FIRST, CYCLE_YEARS)
    day = min(base.day, monthrange(FIRST + rest, month + 1)[1])
    return _joined(cycles, base.replace(year=FIRST + rest, month=month + 1, day=day))


def shift(value: Day, duration: dt.timedelta) -> Day | None:
    """The value some time later; a date goes through its midnight."""
    cycles, base = split(value)
    further, rest = divmod(duration, CYCLE)
    if isinstance(base, dt.datetime):
        return _joined(cycles + further, base + rest)
    return _joined(cycles + further, (dt.datetime.combine(base, dt.time()) + rest).date())


def between(later: Day, earlier: Day) -> dt.timedelta:
    """later - earlier. Raises OverflowError where it is longer than a duration can be."""
    (a, left), (b, right) = split(later), split(earlier)
    return (a - b) * CYCLE + (left - right)


def comparable(value: Day) -> tuple[int, dt.date]:
    """A key in which values of one kind compare as they do in time."""
    return split(value)
