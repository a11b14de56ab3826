"""Quotas in the database, so that every process counts the same: a minute and a day of UTC, from their beginnings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from toimiva.capabilities.developers.models import Key, Used

__all__ = ["Quota", "failed", "hit", "usage"]

_LENGTHS = {"minute": timedelta(minutes=1), "day": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Quota:
    """Of a window: how many requests it holds, how many are left, and in how many seconds it begins anew."""

    window: str
    limit: int
    left: int
    seconds: int
    over: bool


def hit(key: Key, *, at: datetime) -> list[Quota]:
    """Count a request in both windows; what is left of each. One beyond a quota is counted too."""
    with transaction.atomic():
        return [_hit(key, window, limit, at) for window, limit in zip(_LENGTHS, _plan(key), strict=True)]


def _plan(key: Key) -> tuple[int, int]:
    minute, day = settings.API_PLANS.get(key.plan, next(iter(settings.API_PLANS.values())))
    return minute, day


def _began(window: str, at: datetime) -> datetime:
    whole = at.replace(second=0, microsecond=0)
    return whole if window == "minute" else whole.replace(hour=0, minute=0)


def _hit(key: Key, window: str, limit: int, at: datetime) -> Quota:
    began = _began(window, at)
    mine = Used.objects.filter(key=key, window=window, began=began)
    if not mine.update(count=F("count") + 1):
        Used.objects.bulk_create([Used(key=key, window=window, began=began)], ignore_conflicts=True)
        mine.update(count=F("count") + 1)
        Used.objects.filter(key=key, window="minute", began__lt=at - timedelta(hours=1)).delete()
    count = mine.values_list("count", flat=True).get()
    seconds = max(1, round((began + _LENGTHS[window] - at).total_seconds()))
    return Quota(window, limit, max(0, limit - count), seconds, count > limit)


def failed(key: Key, *, at: datetime) -> None:
    """The request was answered with an error."""
    Used.objects.filter(key=key, window="day", began=_began("day", at)).update(failed=F("failed") + 1)


def usage(key: Key, days: int = 30) -> list[Used]:
    """Days with their requests, newest first."""
    since = timezone.now() - timedelta(days=days)
    return list(key.uses.filter(window="day", began__gt=since).order_by("-began"))
