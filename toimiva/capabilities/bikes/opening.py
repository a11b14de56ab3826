"""City bikes for everybody."""

from __future__ import annotations

import polars as pl

from toimiva.capabilities.bikes.models import Station
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.publishing.api import Chart, Column, OpenTable, open_tables

__all__ = ["BikeStations"]


@open_tables.register("bike-stations")
class BikeStations(OpenTable):
    """Stations with what is free."""

    title = {"fi": "Kaupunkipyöräasemat", "sv": "Stadscykelstationer", "en": "City bike stations"}
    about = {
        "fi": "Kaupunkipyörien asemat ja vapaat pyörät ja paikat. Jatkuvasti: GBFS 3.",
        "sv": "Stationer för stadscyklar med lediga cyklar och platser. Fortlöpande: GBFS 3.",
        "en": "Stations of city bikes with free bikes and docks. All the time: GBFS 3.",
    }
    keywords = {"fi": ["kaupunkipyörä", "pyöräily"], "sv": ["stadscykel", "cykling"], "en": ["bicycle", "GBFS"]}
    theme = "TRAN"
    sources = ("GBFS, /gbfs/",)
    chart = Chart("capacity")
    columns = (
        Column("station", "text", {"fi": "Aseman tunnus", "sv": "Stationens kod", "en": "Code of the station"}),
        Column("name", "text", {"fi": "Nimi", "sv": "Namn", "en": "Name"}),
        Column("capacity", "integer", {"fi": "Paikkoja", "sv": "Platser", "en": "Capacity"}),
        Column("bikes", "integer", {"fi": "Pyöriä vapaana", "sv": "Lediga cyklar", "en": "Bikes available"}),
        Column("docks", "integer", {"fi": "Paikkoja vapaana", "sv": "Lediga platser", "en": "Docks available"}),
        Column("reported", "instant", {"fi": "Ilmoitettu", "sv": "Rapporterat", "en": "Reported"}),
        Column("longitude", "longitude", {"fi": "Pituusaste", "sv": "Longitud", "en": "Longitude"}),
        Column("latitude", "latitude", {"fi": "Leveysaste", "sv": "Latitud", "en": "Latitude"}),
    )

    def rows(self, city: City) -> pl.DataFrame:
        """By code."""
        return self.framed(
            [
                (row.number, _name(row), row.capacity, row.bikes, row.docks, row.reported, row.longitude, row.latitude)
                for row in Station.objects.filter(city=city.id).order_by("number")
            ]
        )

    def is_simulated(self, city: City) -> bool:
        """Where any station is."""
        return Station.objects.filter(city=city.id, simulated=True).exists()


def _name(row: Station) -> str:
    return cities.text_in({"fi": next(iter(row.names.values()), row.number)} | row.names, "fi")
