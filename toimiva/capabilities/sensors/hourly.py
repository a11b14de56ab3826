"""What is observed of one kind all over the city, by the hour."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Max

from toimiva.capabilities.sensors.models import Datastream
from toimiva.capabilities.sensors.observing import Place, things_where
from toimiva.capabilities.sensors.rollups import hours_of_streams

__all__ = ["Hourly", "hourly"]


@dataclass(frozen=True, slots=True)
class Hourly:
    """A thing at a point, and the mean of each hour (its begin) in which something was observed."""

    place: Place
    hours: Mapping[dt.datetime, float]


def hourly(definition: str, *, days: int) -> list[Hourly]:
    """Things that observe this, by the definition of the property, with the days before the newest hour of them all."""
    quoted = definition.replace("'", "''")
    places = {
        one.id: one for one in things_where(f"Datastreams/ObservedProperty/definition eq '{quoted}'") if one.point
    }
    streams = dict(
        Datastream.objects.filter(thing__in=places, observed_property__definition=definition).values_list("pk", "thing")
    )
    rows = hours_of_streams([*streams])
    newest = rows.aggregate(Max("hour"))["hour__max"]
    if newest is None:
        return []
    told: dict[int, dict[dt.datetime, float]] = defaultdict(dict)
    since = newest - dt.timedelta(days=days)
    for row in rows.filter(hour__gt=since).order_by("datastream", "hour"):
        told[streams[row.datastream_id]][row.hour] = row.total / row.count
    return [Hourly(places[thing], hours) for thing, hours in sorted(told.items())]
