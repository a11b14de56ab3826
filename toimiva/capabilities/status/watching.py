"""The look once a minute; what a day was like, and outages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from toimiva.capabilities.status.checks import PARTS, state_of
from toimiva.capabilities.status.models import Day, Outage

__all__ = ["DAYS", "Standing", "look", "look_live", "outages", "standings"]

DAYS = 90
_OFTEN = 100  # turns of the worker, at most five a second: so that no minute is without a look
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
    """Look at every part, at least once a minute."""
    if turn % _OFTEN == 0:
        look({name: state_of(part) for name, part in PARTS.items()}, at=timezone.now())


def look(states: Mapping[str, str], *, at: datetime) -> None:
    """Note how parts are. A minute counts once, by its first look, however many workers look; a part that is not well
    has an outage until it is."""
    with transaction.atomic():
        for part, why in states.items():
            row, is_new = Day.objects.get_or_create(part=part, day=at.date(), defaults={"first": at, "last": at})
            counts = is_new or _minute(at) != _minute(row.last)
            Day.objects.filter(pk=row.pk).update(good=F("good") + int(counts and not why), last=at)
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


def _minute(at: datetime) -> int:
    return int(at.timestamp() // 60)


def _share(row: Day | None, day: date, first: datetime, at: datetime) -> float | None:
    """Of the minutes of a day since that of the first look ever until the one before now, which is not over."""
    begun = max(_minute(datetime.combine(day, time(), UTC)), _minute(first))
    ended = min(_minute(datetime.combine(day + timedelta(days=1), time(), UTC)), max(_minute(at), _minute(first) + 1))
    if ended <= begun:
        return None
    return min(1.0, (row.good if row else 0) / (ended - begun))


def outages(*, at: datetime) -> list[Outage]:
    """Those of the last ninety days and those that go on, newest first."""
    recent = Q(since__gt=at - timedelta(days=DAYS)) | Q(until=None)
    return list(Outage.objects.filter(recent).order_by("-since")[:50])
