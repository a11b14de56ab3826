"""Past months of observations, moved into the lake as files (`past.py` reads them).

A month is moved in parts. A part is written to the lake, then its rows are deleted from the database in the transaction
that marks it done; only done parts are read. So a stop at any point neither loses an observation nor doubles it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min, QuerySet

from toimiva.capabilities.sensors.models import Archived, Change, Datastream, Observation
from toimiva.capabilities.sensors.past import SCHEMA, TABLE, batches, streams_of
from toimiva.capabilities.sensors.spans import narrow
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import Conflict
from toimiva.core.lake import api as lake

__all__ = ["Moved", "archive", "archive_live", "drop"]

_TRIES = 3
_DAILY = 5 * 86_400  # turns of the worker, five a second


@dataclass(frozen=True, slots=True)
class Moved:
    """A month (as 2027-01) and how many observations of it were moved."""

    month: str
    observations: int


def archive(city: City, *, before: dt.date) -> Iterator[Moved]:
    """Move whole months (UTC) that end by a day, oldest first; the newest observation of each stream stays at hand.

    Raises Conflict where observations of a month are being changed all the time.
    """
    first = streams_of(city).aggregate(first=Min("phenomenon_time"))["first"]
    if first is None:
        return
    start, limit = _month(first), dt.datetime.combine(before, dt.time(), dt.UTC)
    while (end := _month(start + dt.timedelta(days=32))) <= limit:
        count = _move(city, start, end)
        if count:
            yield Moved(f"{start:%Y-%m}", count)
        start = end


def _month(at: dt.datetime) -> dt.datetime:
    return at.astimezone(dt.UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _within(city: City, start: dt.datetime, end: dt.datetime) -> QuerySet[Observation]:
    """What may be moved of a time."""
    newest = Datastream.objects.filter(latest__isnull=False).values("latest")
    found = Observation.objects.filter(
        datastream__in=streams_of(city).values("pk"), phenomenon_time__gte=start, phenomenon_time__lt=end
    )
    return found.exclude(pk__in=newest)


def _move(city: City, start: dt.datetime, end: dt.datetime) -> int:
    """A month's rows, in a part of their own: one that was begun before is begun again."""
    if not _within(city, start, end).exists():
        return 0
    part, _ = Archived.objects.get_or_create(city=city.id, start=start, end=end, done=False)
    for _ in range(_TRIES):
        last_change = Change.objects.aggregate(last=Max("pk"))["last"] or 0
        rows = _within(city, start, end).filter(pk__lte=Observation.objects.aggregate(last=Max("pk"))["last"])
        written = _write(city, part, rows)
        if _leave(city, part, rows, written, last_change):
            return written
    what = f"Observations of {start:%Y-%m} changed each time while they were moved."
    raise Conflict(what=what, mend="They stay where they are; try again when nobody changes them.")


def _write(city: City, part: Archived, rows: QuerySet[Observation]) -> int:
    """Write a part, by way of a file: the lake takes batches in a thread of its own, where the database is not open."""
    with TemporaryDirectory(prefix="toimiva-archive-") as folder:
        path = Path(folder) / "part.parquet"
        with pq.ParquetWriter(path, SCHEMA) as file:
            for batch in batches(rows, part.pk):
                file.write_batch(batch)
        with pq.ParquetFile(path) as file:
            lake.write_part(city.id, TABLE, file.iter_batches(), SCHEMA, f"part = {part.pk}")
            count: int = file.metadata.num_rows
    return count


def _leave(city: City, part: Archived, rows: QuerySet[Observation], written: int, last_change: int) -> bool:
    """Delete what was written and mark the part done; False, and nothing done, where it has changed meanwhile."""
    with transaction.atomic():
        deleted, _ = rows.delete()
        if deleted != written or Change.objects.filter(pk__gt=last_change, entity="Observation").exists():
            transaction.set_rollback(True)
            return False
        Archived.objects.filter(pk=part.pk).update(done=True, count=written)
        for stream in streams_of(city).filter(phenomenon_time__lt=part.end):
            narrow(stream)
    return True


def archive_live(turn: int) -> None:
    """Once a day: archive what is older than OBSERVATIONS_LIVE_DAYS, drop what is older than OBSERVATIONS_KEPT_DAYS."""
    if turn % _DAILY:
        return
    for city in map(cities.load, cities.cities()):
        today = cities.today(city)
        if settings.OBSERVATIONS_LIVE_DAYS:
            list(archive(city, before=today - dt.timedelta(days=settings.OBSERVATIONS_LIVE_DAYS)))
        if settings.OBSERVATIONS_KEPT_DAYS:
            drop(city, before=today - dt.timedelta(days=settings.OBSERVATIONS_KEPT_DAYS))


def drop(city: City, *, before: dt.date) -> int:
    """Delete archived months that end by a day, for good; how many observations that were. Their hours stay."""
    limit = dt.datetime.combine(before, dt.time(), dt.UTC)
    gone = list(Archived.objects.filter(city=city.id, done=True, end__lte=limit))
    for part in gone:
        Archived.objects.filter(pk=part.pk).update(done=False)  # from now on nobody reads it
        lake.write_part(city.id, TABLE, iter(()), SCHEMA, f"part = {part.pk}")
        part.delete()
    if gone:
        lake.compact(city.id, TABLE, keep=set())
    return sum(part.count for part in gone)
