"""The look once a minute; what a day was like, and outages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from toimiva.capabilities.status.checks import PARTS, state_of
from toimiva.capabilities.status.models import Day, Outage

__all__ = ["DAYS", "Standing", "look", "look_live", "outages", "standings"]

DAYS = 90
_MINUTE = 300  # turns of the worker, five a second
_SILENT = timedelta(minutes=3)  # without a look


@dataclass(frozen=True, slots=True)
class Standing:
    """A part: what is wrong now or "", since when it was looked at, and the share of minutes it was well, by day.

    `days` are the last ninety, oldest first; None for one without any look.
    """

    part: str
    why: str
    looked: datetime | None
    days: Sequence[float | None]

    @property
    def share(self) -> float | None:
        """Of all days with a look."""
        known = [one for one in self.days if one is not None]
        return sum(known) / len(known) if known else None


def look_live(turn: int) -> None:
    """Look at every part, once a minute."""
    if turn % _MINUTE == 0:
        look({name: state_of(part) for name, part in PARTS.items()}, at=timezone.now())


def look(states: Mapping[str, str], *, at: datetime) -> None:
    """Note how parts are. A part that is not well has an outage until it is."""
    with transaction.atomic():
        for part, why in states.items():
            row, _ = Day.objects.get_or_create(part=part, day=at.date(), defaults={"first": at, "last": at})
            Day.objects.filter(pk=row.pk).update(good=F("good") + (not why), last=at)
            if why:
                Outage.objects.get_or_create(part=part, until=None, defaults={"since": at, "why": why[:200]})
            else:
                Outage.objects.filter(part=part, until=None).update(until=at)
        Day.objects.filter(day__lt=at.date() - timedelta(days=DAYS)).delete()


def standings(*, at: datetime) -> list[Standing]:
    """How each part is at an instant and was before; what nobody has looked at for minutes is not known to be well."""
    rows: dict[str, dict[date, Day]] = {name: {} for name in PARTS}
    for row in Day.objects.filter(part__in=PARTS):
        rows[row.part][row.day] = row
    wrong = dict(Outage.objects.filter(until=None).values_list("part", "why"))
    return [_standing(name, rows[name], wrong.get(name, ""), at) for name in PARTS]


def _standing(part: str, rows: Mapping[date, Day], why: str, at: datetime) -> Standing:
    looked = max((row.last for row in rows.values()), default=None)
    first = min((row.first for row in rows.values()), default=None)
    if part == "worker" and not why and (looked is None or at - looked > _SILENT):
        why = "it has not looked" if looked is None else "it has stopped looking"
    days = [at.date() - timedelta(days=DAYS - 1 - n) for n in range(DAYS)]
    shares = [_share(rows.get(day), day, first, at) if first else None for day in days]
    return Standing(part, why, looked, shares)


def _share(row: Day | None, day: date, first: datetime, at: datetime) -> float | None:
    """Of the minutes of a day since the first look ever until now."""
    begun = max(datetime.combine(day, time(), UTC), first)
    ended = min(datetime.combine(day + timedelta(days=1), time(), UTC), at)
    minutes = (ended - begun).total_seconds() / 60
    if minutes < 0:
        return None
    return min(1.0, (row.good if row else 0) / max(1, int(minutes)))


def outages(*, at: datetime) -> list[Outage]:
    """Those of the last ninety days, newest first."""
    return list(Outage.objects.filter(since__gt=at - timedelta(days=DAYS)).order_by("-since")[:50])
