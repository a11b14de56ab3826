"""Hours of datastreams: marked stale in the transaction that changes an observation, made again before they are read.

So whoever reads them reads the truth, late observations included, and a year of hours is read without its observations.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from django.db import connection, transaction
from django.db.models import Count, Func, Max, Min, QuerySet, Sum
from django.db.models.functions import Substr, TruncHour

from toimiva.capabilities.sensors.models import Archived, Hour, Observation, StaleHour
from toimiva.capabilities.sensors.past import past_hours, together
from toimiva.core.bulk import insert_columns, insert_rows
from toimiva.core.columns import Instants, as_instants

__all__ = ["hours_of_streams", "mark_stale", "roll_up"]

_AT_ONCE = 20_000  # which SQLite takes as values of one statement
_LOCK = 0x686F7572  # the class of advisory locks of hours
_HOUR = dt.timedelta(hours=1)
Mark = tuple[int, int, dt.datetime]  # its key, a datastream and an hour


def mark_stale(stream: int, times: Sequence[dt.datetime] | Instants) -> None:
    """Observations of a datastream at these times are new, changed or gone. In the caller's transaction."""
    hours = np.unique(as_instants(times).astype("datetime64[h]")).astype("datetime64[us]")
    insert_columns(StaleHour, {"hour": hours}, {"datastream": stream})


def roll_up(streams: Collection[int] | None = None) -> int:
    """Make stale hours again, of these datastreams or of all: those that were stale at the beginning, so that there is
    an end while others write. How many marks that were.
    """
    newest, done = StaleHour.objects.aggregate(Max("pk"))["pk__max"], 0
    while newest is not None and (marks := _some(streams, newest)):
        done += _make(marks)
    return done


def _some(streams: Collection[int] | None, newest: int) -> list[Mark]:
    """Marks that are seen here are of committed observations; one that comes meanwhile stays for the next time."""
    rows = StaleHour.objects.filter(pk__lte=newest)
    rows = rows if streams is None else rows.filter(datastream__in=[*streams])
    return list(rows.order_by("pk").values_list("pk", "datastream", "hour")[:_AT_ONCE])


def _make(marks: list[Mark]) -> int:
    """The hours of these marks, computed while observations come in; how many marks they were.

    None, to be looked at again, where somebody else has made some of them meanwhile, or observations were archived.
    """
    by_stream: dict[int, set[dt.datetime]] = defaultdict(set)
    for _, stream, hour in marks:
        by_stream[stream].add(hour)
    with _one_at_a_time(by_stream):
        parts, keys = _archived(), [key for key, _, _ in marks]
        made = [hour for stream, hours in by_stream.items() for hour in _hours(stream, hours)]
        with transaction.atomic():
            held = StaleHour.objects.filter(pk__in=keys).order_by("pk").select_for_update()
            if len(held.values_list("pk")) < len(keys) or _archived() != parts:
                return 0
            for stream, hours in by_stream.items():
                Hour.objects.filter(datastream=stream, hour__in=hours).delete()
            insert_rows(made)
            StaleHour.objects.filter(pk__in=keys).delete()
    return len(keys)


@contextmanager
def _one_at_a_time(streams: Collection[int]) -> Iterator[None]:
    """On PostgreSQL nobody else makes hours of these, for marks are not committed in the order of their keys there: two
    who see different ones of an hour could write the older sum last.

    On SQLite they are, so that two who make an hour both have the oldest mark of its datastream, and one finds it gone.
    A transaction of SQLite would keep the observations out too.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, (one %% 2147483647)::int) FROM unnest(%s::bigint[]) one",
            [_LOCK, sorted(streams)],
        )
        yield


def _archived() -> set[int]:
    return {*Archived.objects.filter(done=True).values_list("pk", flat=True)}


def _hours(stream: int, wanted: set[dt.datetime]) -> list[Hour]:
    """These hours of one datastream from its observations, live and past."""
    first, end = min(wanted), max(wanted) + _HOUR
    within = Observation.objects.filter(
        datastream=stream, result_number__isnull=False, phenomenon_time__gte=first, phenomenon_time__lt=end
    )
    number = "result_number"
    told = within.annotate(hour=_begin()).values_list("hour").order_by("hour")
    found = past_hours(stream, first, end)
    for hour, *live in told.annotate(Count("pk"), Sum(number), Min(number), Max(number)):
        at = hour if isinstance(hour, dt.datetime) else dt.datetime.fromisoformat(f"{hour}:00Z")
        found[at] = together(found.get(at), *live)
    return [
        Hour(datastream_id=stream, hour=hour, count=count, total=total, lowest=lowest, highest=highest)
        for hour, (count, total, lowest, highest) in found.items()
        if hour in wanted
    ]


def _begin() -> Func:
    """The hour of an observation; on SQLite the begin of its text, for Django's own is called row by row."""
    if connection.vendor == "sqlite":
        return Substr("phenomenon_time", 1, 13)
    return TruncHour("phenomenon_time", tzinfo=dt.UTC)


def hours_of_streams(streams: Collection[int]) -> QuerySet[Hour]:
    """Hours of datastreams as they are now, whatever came late."""
    roll_up(streams)
    return Hour.objects.filter(datastream__in=[*streams])
