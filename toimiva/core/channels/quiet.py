"""When a message may leave: not in the quiet hours nor on public holidays, unless the person expects it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays

from toimiva.core.city.api import City

__all__ = ["is_quiet", "next_loud"]


@lru_cache(maxsize=32)
def _holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))


def is_quiet(city: City, at: datetime) -> bool:
    """Whether this instant is in the city's quiet hours or on a public holiday (Sundays are not)."""
    local = at.astimezone(city.zone)
    if local.date() in _holidays(city.holidays, local.year):
        return True
    start, end = city.quiet_hours.start, city.quiet_hours.end
    clock = local.time()
    return clock >= start or clock < end if start > end else start <= clock < end


def next_loud(city: City, at: datetime) -> datetime:
    """The first instant from `at` on when messages may leave."""
    while is_quiet(city, at):
        local = at.astimezone(city.zone)
        end = datetime.combine(local.date(), city.quiet_hours.end, city.zone)
        at = (end if end > local else end + timedelta(days=1)).astimezone(at.tzinfo)
    return at
