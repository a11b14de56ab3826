"""What time it is in a city: real time, or the simulated time of a synthetic city, which never goes back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from toimiva.core.city.folder import City
from toimiva.core.city.models import Clock

__all__ = ["is_simulated", "now", "run_on", "set_to", "today"]


def now(city: str) -> datetime:
    """The city's present instant, aware UTC."""
    clock = Clock.objects.filter(city=city).first()
    if clock is None:
        return datetime.now(UTC)
    if clock.running_since is None:
        return clock.at
    return clock.at + max(datetime.now(UTC) - clock.running_since, timedelta())  # the machine's own clock may go back


def today(city: City) -> date:
    """The calendar date in the city now."""
    return now(city.id).astimezone(city.zone).date()


def set_to(city: str, at: datetime) -> None:
    """Make the city's clock stand at an instant; an earlier one than now changes nothing."""
    if is_simulated(city) and at <= now(city):
        return
    Clock.objects.update_or_create(city=city, defaults={"at": at, "running_since": None})


def run_on(city: str) -> None:
    """Let a simulated clock run from where it stands."""
    Clock.objects.filter(city=city, running_since=None).update(running_since=datetime.now(UTC))


def is_simulated(city: str) -> bool:
    """Whether the city lives in simulated time."""
    return Clock.objects.filter(city=city).exists()
