"""What other parts ask of the sensors: things by a filter, and what was observed of them, many at once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Prefetch

from toimiva.capabilities.sensors.models import Datastream, Location, Observation, Thing
from toimiva.capabilities.sensors.querying import condition
from toimiva.capabilities.sensors.reading import chosen
from toimiva.capabilities.sensors.schema import ENTITIES
from toimiva.engines.odata.api import Options, QueryError, parse_filter

__all__ = ["Place", "Seen", "check_filter", "count_streams", "newest_times", "observed", "point_of", "things_where"]

Seen = Mapping[tuple[int, str], list[tuple[dt.datetime, float]]]  # by thing and definition: when, and what


@dataclass(frozen=True, slots=True)
class Place:
    """A thing with its properties and where it is (degrees, WGS 84), where that is a point."""

    id: int
    name: str
    properties: Mapping[str, Any]
    point: tuple[float, float] | None

    def is_in(self, city: str) -> bool:
        """Whether it is a city's; one that names none is any city's."""
        return bool(self.properties.get("city", city) == city)


def check_filter(entity: str, text: str) -> None:
    """Raises ValueError for a filter that could not be asked of this entity."""
    try:
        condition(ENTITIES[entity], parse_filter(text))
    except QueryError as error:
        raise ValueError(f"{text!r} is no filter of a {entity}: {error}") from error


def things_where(text: str) -> list[Place]:
    """Things that a SensorThings filter lets through, by name."""
    found = chosen(ENTITIES["Thing"], Thing.objects.all(), Options(filter=parse_filter(text)))
    rows = found.prefetch_related(Prefetch("locations", Location.objects.order_by("pk"))).order_by("name", "pk")
    return [Place(row.pk, row.name, row.properties or {}, point_of(row)) for row in rows]


def point_of(row: Thing) -> tuple[float, float] | None:
    """Where a thing is, in degrees, where that is a point."""
    return next((place.point for place in row.locations.all() if place.point is not None), None)


def observed(things: Collection[int], definitions: Collection[str], *, after: dt.datetime, until: dt.datetime) -> Seen:
    """Numbers observed of things, by the definition of what was observed, after one instant and until another."""
    streams = _streams(things, definitions)
    found: dict[tuple[int, str], list[tuple[dt.datetime, float]]] = defaultdict(list)
    rows = Observation.objects.filter(
        datastream__in=streams, phenomenon_time__gt=after, phenomenon_time__lte=until, result_number__isnull=False
    ).values_list("datastream", "phenomenon_time", "result_number")
    told: Iterable[tuple[int, dt.datetime, float]] = rows.order_by("datastream", "phenomenon_time", "pk").iterator()  # type: ignore[assignment]
    for stream, at, number in told:
        found[streams[stream]].append((at, number))
    return found


def newest_times(
    things: Collection[int], definitions: Collection[str], *, until: dt.datetime
) -> dict[tuple[int, str], dt.datetime]:
    """When each was last observed, not later than an instant."""
    streams = _streams(things, definitions)
    rows = Observation.objects.filter(datastream__in=streams, phenomenon_time__lte=until)
    newest = rows.values_list("datastream").annotate(Max("phenomenon_time")).order_by()
    return {streams[stream]: at for stream, at in newest}


def _streams(things: Collection[int], definitions: Collection[str]) -> dict[int, tuple[int, str]]:
    """Datastreams of things that observe one of these, by id."""
    rows = Datastream.objects.filter(observed_property__definition__in=definitions)
    told = rows.values_list("pk", "thing_id", "observed_property__definition")
    wanted = {*things}
    return {key: (thing, definition) for key, thing, definition in told if thing in wanted}


def count_streams() -> int:
    """How many datastreams there are."""
    return Datastream.objects.count()
