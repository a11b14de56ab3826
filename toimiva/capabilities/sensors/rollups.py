"""Hours of datastreams: marked stale in the transaction that changes an observation, made again before they are read.

So whoever reads them reads the truth, late observations included, and a year of hours is read without its observations.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db import connection, transaction
from django.db.models import Count, Max, Min, QuerySet, Sum
from django.db.models.functions import TruncHour

from toimiva.capabilities.sensors.models import Hour, Observation, StaleHour
from toimiva.capabilities.sensors.past import past_hours, together
from toimiva.core.bulk import insert_rows

__all__ = ["hours_of_streams", "mark_stale", "roll_up"]

_AT_ONCE = 5000
_LOCK = 0x686F7572  # the class of advisory locks of hours
_HOUR = dt.timedelta(hours=1)


def mark_stale(stream: int, times: Iterable[dt.datetime]) -> None:
    """Observations of a datastream at these times are new, changed or gone. In the caller's transaction."""
    hours = {at.timestamp() // 3600 for at in times}
    insert_rows(StaleHour(datastream=stream, hour=dt.datetime.fromtimestamp(one * 3600, dt.UTC)) for one in hours)


def roll_up(streams: Collection[int] | None = None) -> int:
    """Make stale hours again, of these datastreams or of all: those that were stale at the beginning, so that there is
    an end while others write. How many marks that were.
    """
    newest, done = StaleHour.objects.aggregate(Max("pk"))["pk__max"], 0
    while newest is not None and (count := _some(streams, newest)):
        done += count
    return done


def _some(streams: Collection[int] | None, newest: int) -> int:
    """Marks that are seen here are of committed observations; one that comes meanwhile stays for the next time."""
    with transaction.atomic():
        rows = StaleHour.objects.filter(pk__lte=newest)
        rows = rows if streams is None else rows.filter(datastream__in=[*streams])
        held = {*rows.order_by("pk").values_list("datastream", flat=True)[:_AT_ONCE]}
        _hold(held)
        marks = list(StaleHour.objects.filter(datastream__in=held).order_by("pk")[:_AT_ONCE])
        by_stream: dict[int, set[dt.datetime]] = defaultdict(set)
        for mark in marks:
            by_stream[mark.datastream].add(mark.hour)
        for stream, hours in by_stream.items():
            _make(stream, sorted(hours))
        StaleHour.objects.filter(pk__in=[mark.pk for mark in marks]).delete()
    return len(marks)


def _hold(streams: Collection[int]) -> None:
    """Nobody else makes hours of these meanwhile; on SQLite nobody writes at all."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, (one %% 2147483647)::int) FROM unnest(%s::bigint[]) one",
                [_LOCK, sorted(streams)],
            )


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
