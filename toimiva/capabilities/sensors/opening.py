"""Sensors for everybody: where they are, and what they measure hour by hour."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import polars as pl
from django.db.models import Count, Max, Q, QuerySet, Sum

from toimiva.capabilities.sensors.models import Datastream, Hour, Thing
from toimiva.capabilities.sensors.observing import point_of
from toimiva.capabilities.sensors.rollups import hours_of_streams
from toimiva.core.city.api import City
from toimiva.core.publishing.api import Chart, Column, OpenTable, open_tables

__all__ = ["HoursOfSensors", "Sensors"]

_ID = Column("sensor", "integer", {"fi": "Anturin numero", "sv": "Sensorns nummer", "en": "Number of the sensor"})
_OBSERVED = Column("observed", "text", {"fi": "Mitä mitataan", "sv": "Vad som mäts", "en": "What is measured"})
_UNIT = Column("unit", "text", {"fi": "Yksikkö (UCUM)", "sv": "Enhet (UCUM)", "en": "Unit (UCUM)"})
_WORDS = {
    "fi": ["anturi", "mittaus", "esineiden internet", "ilmanlaatu"], "sv": ["sensor", "mätning", "luftkvalitet"],
    "en": ["sensor", "measurement", "internet of things", "air quality"],
}  # fmt: skip


def _of_city(city: City) -> QuerySet[Thing]:
    """Things of the city, and those that name none."""
    anybodys = Q(properties__isnull=True) | Q(properties__city__isnull=True)
    return Thing.objects.filter(anybodys | Q(properties__city=city.id))


class _OfSensors(OpenTable):
    theme = "ENVI"
    keywords = _WORDS
    sources = ("OGC SensorThings, /sta/v1.1/",)

    def is_simulated(self, city: City) -> bool:
        """Where any of the things is."""
        return _of_city(city).filter(properties__simulated=True).exists()


def _row(thing: Thing, streams: Sequence[tuple[str, dt.datetime | None]]) -> tuple[Any, ...]:
    x, y = point_of(thing) or (None, None)
    newest = max((at for _, at in streams if at is not None), default=None)
    return thing.pk, thing.name, ", ".join(dict.fromkeys(name for name, _ in streams)), newest, x, y


@open_tables.register("sensors")
class Sensors(_OfSensors):
    """Things with their places."""

    title = {"fi": "Kaupungin anturit", "sv": "Stadens sensorer", "en": "Sensors of the city"}
    about = {
        "fi": "Anturit, niiden paikat, mitä ne mittaavat ja milloin ne ovat viimeksi mitanneet.",
        "sv": "Sensorer, var de finns, vad de mäter och när de senast mätte.",
        "en": "Sensors, where they are, what they measure and when they last did.",
    }
    chart = Chart("observed")
    columns = (
        _ID, Column("name", "text", {"fi": "Nimi", "sv": "Namn", "en": "Name"}), _OBSERVED,
        Column("newest", "instant", {"fi": "Viimeisin mittaus", "sv": "Senaste mätning", "en": "Newest measurement"}),
        Column("longitude", "longitude", {"fi": "Pituusaste", "sv": "Longitud", "en": "Longitude"}),
        Column("latitude", "latitude", {"fi": "Leveysaste", "sv": "Latitud", "en": "Latitude"}),
    )  # fmt: skip

    def rows(self, city: City) -> pl.DataFrame:
        """By number."""
        streams: dict[int, list[tuple[str, dt.datetime | None]]] = defaultdict(list)
        rows = Datastream.objects.filter(thing__in=_of_city(city)).order_by("name")
        for thing, name, newest in rows.values_list("thing", "name", "latest_time"):
            streams[thing].append((name, newest))
        things = _of_city(city).prefetch_related("locations").order_by("pk")
        return self.framed([_row(thing, streams[thing.pk]) for thing in things])


@open_tables.register("sensor-hours")
class HoursOfSensors(_OfSensors):
    """Means, lowest and highest values by hour."""

    title = {
        "fi": "Antureiden mittaukset tunneittain",
        "sv": "Sensorernas mätningar per timme",
        "en": "Measurements of sensors by hour",
    }
    about = {
        "fi": "Jokaisen anturin tuntikeskiarvo sekä pienin ja suurin arvo. Yksittäiset mittaukset: OGC SensorThings.",
        "sv": "Varje sensors medelvärde per timme samt minsta och största värde. Enskilda mätningar: OGC SensorThings.",
        "en": "Each sensor's mean by hour with the lowest and highest value. Single measurements: OGC SensorThings.",
    }
    chart = Chart("observed", "count", "sum")
    columns = (
        _ID, _OBSERVED, _UNIT,
        Column("hour", "instant", {"fi": "Tunti (UTC)", "sv": "Timme (UTC)", "en": "Hour (UTC)"}),
        Column("mean", "number", {"fi": "Keskiarvo", "sv": "Medelvärde", "en": "Mean"}),
        Column("lowest", "number", {"fi": "Pienin", "sv": "Minsta", "en": "Lowest"}),
        Column("highest", "number", {"fi": "Suurin", "sv": "Största", "en": "Highest"}),
        Column("count", "integer", {"fi": "Mittauksia", "sv": "Mätningar", "en": "Measurements"}),
    )  # fmt: skip

    def rows(self, city: City) -> pl.DataFrame:
        """By sensor, what is measured, and hour."""
        streams = {
            row.pk: (row.thing_id, row.name, str((row.unit_of_measurement or {}).get("symbol") or ""))
            for row in Datastream.objects.filter(thing__in=_of_city(city))
        }
        found = hours_of_streams(streams)
        state = tuple(found.aggregate(Max("pk"), Count("pk"), Sum("total")).values())  # made again, it has a new number
        return _hours(self, tuple(streams.items()), state)


@lru_cache(maxsize=4)
def _hours(table: HoursOfSensors, streams: tuple[tuple[int, tuple[Any, ...]], ...], _state: object) -> pl.DataFrame:
    """The hours of these datastreams, read again only where they have changed."""
    known = dict(streams)
    hours = Hour.objects.filter(datastream__in=[*known])
    told = [
        (*known[stream], hour, round(total / count, 3), lowest, highest, count)
        for stream, hour, total, count, lowest, highest in hours.values_list(
            "datastream", "hour", "total", "count", "lowest", "highest"
        ).iterator()
    ]
    return table.framed(told).sort("sensor", "observed", "hour")
