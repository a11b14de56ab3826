"""What sensors say, for people: the newest value of each stream, and its hours as a line with a table beside it."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import localize

from toimiva.capabilities.sensors.models import Datastream, Observation, Thing
from toimiva.capabilities.sensors.naming import in_words
from toimiva.capabilities.sensors.observing import Place, point_of
from toimiva.capabilities.sensors.rollups import hours_of_streams
from toimiva.core.errors import NotFound

__all__ = [
    "Hours", "Newest", "csv_of", "hours_of", "newest_of", "placed", "places", "thing_of", "things",
]  # fmt: skip

_WIDTH, _HEIGHT, _DAYS = 200, 40, 7


@dataclass(frozen=True, slots=True)
class Newest:
    """A stream with its newest value, a number or a text, and when that was; `words` are its name for people."""

    id: int
    name: str
    unit: str
    number: float | None
    text: str
    at: dt.datetime | None

    @property
    def words(self) -> str:
        return in_words(self.name)


@dataclass(frozen=True, slots=True)
class Hours:
    """Means by hour of a stream's last days, as points of a line in a box of 200 x 40, and as rows."""

    stream: Newest
    points: str
    low: float
    high: float
    rows: Sequence[tuple[dt.datetime, float]]


def things(limit: int = 200) -> list[tuple[Thing, list[Newest]]]:
    """Things by name, each with the newest of its streams."""
    found = list(Thing.objects.order_by("name", "pk")[:limit])
    streams: dict[int, list[Newest]] = {}
    for thing, newest in _newest(Datastream.objects.filter(thing__in=found)):
        streams.setdefault(thing, []).append(newest)
    return [(thing, streams.get(thing.pk, [])) for thing in found]


def placed(limit: int = 1000) -> list[tuple[Place, list[Newest]]]:
    """Things that stand at a point, by name, each with the newest of its streams."""
    found = [
        (Place(thing.pk, thing.name, thing.properties or {}, point_of(thing)), newest)
        for thing, newest in things(limit)
    ]
    return [(place, newest) for place, newest in found if place.point is not None]


def _newest(rows: QuerySet[Datastream]) -> list[tuple[int, Newest]]:
    streams = list(rows.order_by("thing_id", "name", "pk"))
    last = Observation.objects.in_bulk([row.latest for row in streams if row.latest is not None])
    return [(row.thing_id, _told(row, last.get(row.latest or 0))) for row in streams]


def _told(row: Datastream, last: Observation | None) -> Newest:
    if last is None:
        return Newest(row.pk, row.name, _unit(row), None, "", None)
    return Newest(row.pk, row.name, _unit(row), last.result_number, last.result_text or "", last.phenomenon_time)


def _unit(row: Datastream) -> str:
    symbol = row.unit_of_measurement.get("symbol") or ""
    return {"Cel": "°C"}.get(symbol, str(symbol))


def thing_of(number: int) -> Thing:
    """A thing by its number. Raises NotFound."""
    found = Thing.objects.filter(pk=number).first()
    if found is None:
        raise NotFound(what=f"There is no sensor {number}.", mend="Choose one from the list.")
    return found


def newest_of(thing: Thing) -> list[Newest]:
    """The newest of a thing's streams."""
    return [newest for _, newest in _newest(thing.datastreams.all())]


def hours_of(thing: Thing) -> list[Hours]:
    """Of each stream of numbers, the week before its newest value."""
    return [found for newest in newest_of(thing) if newest.at and (found := _hours(newest))]


def _hours(newest: Newest) -> Hours | None:
    assert newest.at is not None  # noqa: S101 - asked only of streams with a value
    rows = hours_of_streams([newest.id]).filter(hour__gt=newest.at - dt.timedelta(days=_DAYS)).order_by("hour")
    told = [(row.hour, round(row.total / row.count, 1)) for row in rows]
    if len(told) < 2:
        return None
    low, high = min(value for _, value in told), max(value for _, value in told)
    return Hours(newest, _points(told, low, high), low, high, told)


def csv_of(thing: Thing) -> Iterator[str]:
    """Lines of a CSV (RFC 4180, UTC): the week before a thing's newest value, stream by stream."""
    writer = csv.writer(_Echo())
    yield writer.writerow(("time", "observed", "value", "unit"))
    for newest in newest_of(thing):
        since = (newest.at or dt.datetime.now(dt.UTC)) - dt.timedelta(days=_DAYS)
        rows = Observation.objects.filter(datastream=newest.id, phenomenon_time__gt=since).order_by("phenomenon_time")
        for at, number, text in rows.values_list("phenomenon_time", "result_number", "result_text").iterator():
            yield writer.writerow((at.isoformat(), newest.name, text if number is None else number, newest.unit))


class _Echo:
    """A file that gives back what is written."""

    def write(self, text: str) -> str:
        return text


def _points(told: Sequence[tuple[dt.datetime, float]], low: float, high: float) -> str:
    first = told[0][0].timestamp()
    length, span = (told[-1][0].timestamp() - first) or 1, (high - low) or 1
    return " ".join(
        f"{_WIDTH * (hour.timestamp() - first) / length:.1f},{_HEIGHT - 2 - (_HEIGHT - 4) * (value - low) / span:.1f}"
        for hour, value in told
    )


def places() -> dict[str, Any]:
    """Where the things are, as GeoJSON with their newest values in words."""
    features = []
    for thing, newest in things():
        place = thing.locations.order_by("pk").first()
        if place is not None and place.point is not None:
            said = ", ".join(f"{one.words} {_written(one)} {one.unit}".strip() for one in newest)
            told = {"words": f"{thing.name}: {said}", "number": 1, "thing": thing.pk}
            features.append({"type": "Feature", "geometry": place.location, "properties": told})
    return {"type": "FeatureCollection", "features": features} | _box(features)


def _written(one: Newest) -> str:
    return one.text if one.number is None else localize(round(one.number, 1))


def _box(features: Sequence[dict[str, Any]]) -> dict[str, Any]:
    points = [feature["geometry"]["coordinates"] for feature in features]
    if not points:
        return {}
    xs, ys = ([point[axis] for point in points] for axis in (0, 1))
    return {"bbox": [min(xs) - 0.002, min(ys) - 0.001, max(xs) + 0.002, max(ys) + 0.001]}
