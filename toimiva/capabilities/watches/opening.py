"""Alarms for everybody: of places, never of people."""

from __future__ import annotations

import polars as pl

from toimiva.capabilities.watches.models import Alarm
from toimiva.core.city.api import City
from toimiva.core.publishing.api import Chart, Column, OpenTable, open_tables

__all__ = ["Alarms"]


@open_tables.register("alarms")
class Alarms(OpenTable):
    """What the city's watches have raised."""

    title = {"fi": "Antureiden hälytykset", "sv": "Sensorernas larm", "en": "Alarms of sensors"}
    about = {
        "fi": "Milloin ja missä kaupungin seuraama asia on ollut vialla, esimerkiksi koulun ilma.",
        "sv": "När och var något som staden följer har varit fel, till exempel luften i en skola.",
        "en": "When and where something that the city watches was wrong, as the air of a school.",
    }
    keywords = {"fi": ["hälytys", "sisäilma"], "sv": ["larm", "inomhusluft"], "en": ["alarm", "indoor air"]}
    theme = "ENVI"
    sources = ("watches/", "OGC SensorThings, /sta/v1.1/")
    chart = Chart("since")
    columns = (
        Column("watch", "text", {"fi": "Seuranta", "sv": "Bevakning", "en": "Watch"}),
        Column("place", "text", {"fi": "Paikka", "sv": "Plats", "en": "Place"}),
        Column("sensor", "integer", {"fi": "Anturin numero", "sv": "Sensorns nummer", "en": "Number of the sensor"}),
        Column("since", "instant", {"fi": "Alkoi", "sv": "Började", "en": "From"}),
        Column("until", "instant", {"fi": "Päättyi", "sv": "Slutade", "en": "Until"}),
    )

    def rows(self, city: City) -> pl.DataFrame:
        """By time."""
        told = Alarm.objects.filter(city=city.id).order_by("since", "pk")
        return self.framed(list(told.values_list("watch", "name", "thing", "since", "until")))
