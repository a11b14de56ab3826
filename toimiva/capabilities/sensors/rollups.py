"""Hours of datastreams: marked stale in the transaction that changes an observation, made again before they are read.

So whoever reads them reads the truth, late observations included, and a year of hours is read without its observations.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import Count, Max, Min, QuerySet, Sum
from django.db.models.functions import TruncHour

from toimiva.capabilities.sensors.models import Hour, Observation, StaleHour
from toimiva.capabilities.sensors.past import past_hours, together

__all__ = ["hours_of_streams", "mark_stale", "roll_up"]

_AT_ONCE = 5000
_HOUR = dt.timedelta(hours=1)


def mark_stale(stream: int, times: Iterable[dt.datetime]) -> None:
    """Observations of a datastream at these times are new, changed or gone. In the caller's transaction."""
    hours = {at.timestamp() // 3600 for at in times}
    rows = [StaleHour(datastream=stream, hour=dt.datetime.fromtimestamp(one * 3600, dt.UTC)) for one in sorted(hours)]
    # An update of what is there locks it until the caller's commit: who makes the hour again waits, and sees all.
    StaleHour.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["datastream", "hour"], update_fields=["hour"]
    )


def roll_up(streams: Collection[int] | None = None) -> int:
    """Make stale hours again, of these datastreams or of all; how many."""
    done = 0
    while count := _some(streams):
        done += count
    return done


def _some(streams: Collection[int] | None) -> int:
    with transaction.atomic():
        rows = StaleHour.objects.all() if streams is None else StaleHour.objects.filter(datastream__in=[*streams])
        stale = list(rows.select_for_update().order_by("datastream", "hour")[:_AT_ONCE])
        by_stream: dict[int, list[dt.datetime]] = defaultdict(list)
        for row in stale:
            by_stream[row.datastream].append(row.hour)
        for stream, hours in by_stream.items():
            _make(stream, hours)
        StaleHour.objects.filter(pk__in=[row.pk for row in stale]).delete()
    return len(stale)


def _make(stream: int, hours: list[dt.datetime]) -> None:
    """The hours of one datastream from its observations, live and past."""
    within = Observation.objects.filter(
        datastream=stream,
        result_number__isnull=False,
        phenomenon_time__gte=hours[0],
        phenomenon_time__lt=hours[-1] + _HOUR,
    )
    number = "result_number"
    told = within.annotate(hour=TruncHour("phenomenon_time", tzinfo=dt.UTC)).values_list("hour").order_by("hour")
    wanted = set(hours)
    found = past_hours(stream, hours[0], hours[-1] + _HOUR)
    for hour, *live in told.annotate(Count("pk"), Sum(number), Min(number), Max(number)):
        found[hour] = together(found.get(hour), *live)
    rows = [
        Hour(datastream_id=stream, hour=hour, count=count, total=total, lowest=lowest, highest=highest)
        for hour, (count, total, lowest, highest) in found.items()
        if hour in wanted
    ]
    Hour.objects.filter(datastream=stream, hour__in=hours).delete()
    Hour.objects.bulk_create(rows)


def hours_of_streams(streams: Collection[int]) -> QuerySet[Hour]:
    """Hours of datastreams as they are now, whatever came late."""
    roll_up(streams)
    return Hour.objects.filter(datastream__in=[*streams])
