"""The twin for everybody: buildings, and the sun on their roofs."""

from __future__ import annotations

import polars as pl

from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.showing import label
from toimiva.core.city.api import City
from toimiva.core.publishing.api import Column, OpenTable, open_tables

__all__ = ["Buildings", "RoofSun"]

_ID = Column("building", "text", {"fi": "Rakennuksen tunnus", "sv": "Byggnadens kod", "en": "Id of the building"})
_PLACE = (
    Column("longitude", "longitude", {"fi": "Pituusaste", "sv": "Longitud", "en": "Longitude"}),
    Column("latitude", "latitude", {"fi": "Leveysaste", "sv": "Latitud", "en": "Latitude"}),
)
_AREA = Column("area", "number", {"fi": "Ala, m²", "sv": "Yta, m²", "en": "Area, m²"})


class _OfTwin(OpenTable):
    theme = "ENVI"
    frequency = "IRREG"

    def is_simulated(self, city: City) -> bool:
        """Models are the city's own."""
        return False


@open_tables.register("buildings")
class Buildings(_OfTwin):
    """Buildings of the twin, measured from their models."""

    title = {
        "fi": "Rakennukset kolmiulotteisesti",
        "sv": "Byggnader i tre dimensioner",
        "en": "Buildings in three dimensions",
    }
    about = {
        "fi": "Rakennusten korkeus, tilavuus ja kattopinta-ala, mitattu kaupunkimallista. Koko malli: 3D Tiles.",
        "sv": "Byggnadernas höjd, volym och takyta, mätta ur stadsmodellen. Hela modellen: 3D Tiles.",
        "en": "Height, volume and roof area of buildings, measured from the city model. The whole model: 3D Tiles.",
    }
    keywords = {
        "fi": ["rakennus", "kaupunkimalli", "3D"],
        "sv": ["byggnad", "stadsmodell"],
        "en": ["building", "city model", "3D"],
    }
    sources = ("CityGML, CityJSON",)
    columns = (
        _ID,
        Column("name", "text", {"fi": "Nimi tai osoite", "sv": "Namn eller adress", "en": "Name or address"}),
        Column("height", "number", {"fi": "Korkeus, m", "sv": "Höjd, m", "en": "Height, m"}),
        Column("volume", "number", {"fi": "Tilavuus, m³", "sv": "Volym, m³", "en": "Volume, m³"}),
        Column("roof_area", "number", {"fi": "Kattopinta-ala, m²", "sv": "Takyta, m²", "en": "Roof area, m²"}),
        *_PLACE,
    )

    def rows(self, city: City) -> pl.DataFrame:
        """By id."""
        if not keeping.is_there(city):
            return self.framed([])
        with keeping.opened(city) as asked:
            found = asked.execute(
                f"SELECT o.id, {label(city)}, round(o.top - o.ground, 2), round(o.volume, 1), round(o.roof_area, 1), "
                "round(o.longitude, 7), round(o.latitude, 7) FROM objects o WHERE o.kind LIKE 'Building%' AND o.placed "
                "AND o.faces > 0 ORDER BY o.id, o.source"
            ).fetchall()
        return self.framed(found)


@open_tables.register("roof-sun")
class RoofSun(_OfTwin):
    """A year of sun on every roof."""

    title = {"fi": "Kattojen aurinko vuodessa", "sv": "Sol på taken under ett år", "en": "Sun on roofs in a year"}
    about = {
        "fi": "Jokaisen katon ala, kaltevuus, suunta ja vuoden aurinko ympäristön varjot laskettuna. Malli, ei "
        "mittaus: kirkas taivas (Ineichen), kuukausien pilvisyys, varjot säteinä. Virhe enintään noin 8 %.",
        "sv": "Yta, lutning, riktning och årets sol för varje tak, med omgivningens skuggor. En modell, inte en "
        "mätning: klar himmel (Ineichen), månadernas molnighet, skuggor som strålar. Felet är högst omkring 8 %.",
        "en": "Area, slope, direction and a year's sun of every roof, with the shadows of what stands around. "
        "A model, not a measurement: clear sky (Ineichen), clouds by month, shadows by rays. The error is at most "
        "about 8 %.",
    }
    keywords = {"fi": ["aurinkoenergia", "katto"], "sv": ["solenergi", "tak"], "en": ["solar energy", "roof"]}
    sources = ("CityGML, CityJSON", "Finnish Meteorological Institute: cloudiness")
    columns = (
        _ID,
        Column("roof", "text", {"fi": "Katon tunnus", "sv": "Takets kod", "en": "Id of the roof"}),
        _AREA,
        Column("slope", "number", {"fi": "Kaltevuus, astetta", "sv": "Lutning, grader", "en": "Slope, degrees"}),
        Column("azimuth", "number", {"fi": "Suunta, astetta", "sv": "Riktning, grader", "en": "Direction, degrees"}),
        Column("sun", "number", {"fi": "Aurinkoa, kWh/m²", "sv": "Sol, kWh/m²", "en": "Sun, kWh/m²"}),
        Column("shade", "number", {"fi": "Varjojen osuus", "sv": "Skuggornas andel", "en": "Share lost to shadows"}),
        Column("electricity", "number", {"fi": "Sähköä, kWh", "sv": "El, kWh", "en": "Electricity, kWh"}),
    )

    def rows(self, city: City) -> pl.DataFrame:
        """By building and roof."""
        if not keeping.is_there(city):
            return self.framed([])
        with keeping.opened(city) as asked:
            found = asked.execute(
                "SELECT object, face, round(area, 1), round(slope, 1), round(azimuth), round(sun), round(shade, 2), "
                "round(electricity) FROM solar WHERE kind = 'RoofSurface' ORDER BY object, face"
            ).fetchall()
        return self.framed(found)
