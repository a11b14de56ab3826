"""Buses and trams for everybody."""

from __future__ import annotations

import polars as pl

from toimiva.capabilities.buses.models import Vehicle
from toimiva.capabilities.buses.moving import vehicles_at
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.publishing.api import Chart, Column, OpenTable, open_tables

__all__ = ["VehiclePositions"]


@open_tables.register("vehicle-positions")
class VehiclePositions(OpenTable):
    """Vehicles where they are now."""

    title = {
        "fi": "Bussien ja raitiovaunujen paikat",
        "sv": "Bussarnas och spårvagnarnas lägen",
        "en": "Positions of buses and trams",
    }
    about = {
        "fi": "Missä kukin linja-auto ja raitiovaunu on nyt. Jatkuvasti: GTFS Realtime.",
        "sv": "Var varje buss och spårvagn är nu. Fortlöpande: GTFS Realtime.",
        "en": "Where each bus and tram is now. All the time: GTFS Realtime.",
    }
    keywords = {"fi": ["bussi", "joukkoliikenne"], "sv": ["buss", "kollektivtrafik"], "en": ["bus", "GTFS Realtime"]}
    theme = "TRAN"
    sources = ("GTFS Realtime, /gtfs-rt/",)
    chart = Chart("route")
    columns = (
        Column("vehicle", "text", {"fi": "Ajoneuvo", "sv": "Fordon", "en": "Vehicle"}),
        Column("route", "text", {"fi": "Linja", "sv": "Linje", "en": "Route"}),
        Column("trip", "text", {"fi": "Vuoro", "sv": "Tur", "en": "Trip"}),
        Column("bearing", "number", {"fi": "Suunta (astetta)", "sv": "Riktning (grader)", "en": "Bearing (degrees)"}),
        Column("speed", "number", {"fi": "Nopeus (m/s)", "sv": "Hastighet (m/s)", "en": "Speed (m/s)"}),
        Column("reported", "instant", {"fi": "Ilmoitettu", "sv": "Rapporterat", "en": "Reported"}),
        Column("longitude", "longitude", {"fi": "Pituusaste", "sv": "Longitud", "en": "Longitude"}),
        Column("latitude", "latitude", {"fi": "Leveysaste", "sv": "Latitud", "en": "Latitude"}),
    )

    def rows(self, city: City) -> pl.DataFrame:
        """By number."""
        return self.framed(
            [
                (one.number, one.route, one.trip, one.bearing, one.speed, one.at, one.longitude, one.latitude)
                for one in vehicles_at(city, cities.now(city.id))
            ]
        )

    def is_simulated(self, city: City) -> bool:
        """Where any vehicle is."""
        return Vehicle.objects.filter(city=city.id, simulated=True).exists()
