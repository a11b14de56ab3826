"""Sub-areas for everybody."""

from __future__ import annotations

import polars as pl

from toimiva.core.city.api import City
from toimiva.core.geography.areas import to_degrees
from toimiva.core.geography.names import sub_areas
from toimiva.core.publishing.api import Chart, Column, OpenTable, open_tables

__all__ = ["SubAreas"]


@open_tables.register("sub-areas")
class SubAreas(OpenTable):
    """Sub-areas with their districts."""

    title = {"fi": "Osa-alueet", "sv": "Delområden", "en": "Sub-areas"}
    about = {
        "fi": "Kaupungin osa-alueet, niiden nimet, peruspiirit ja keskikohdat.",
        "sv": "Stadens delområden, deras namn, distrikt och mittpunkter.",
        "en": "The city's sub-areas with their names, districts and middle points.",
    }
    keywords = {"fi": ["aluejako", "kartta"], "sv": ["områdesindelning", "karta"], "en": ["areas", "map"]}
    theme = "REGI"
    frequency = "ANNUAL"
    sources = ("facts/sub_areas.csv",)
    chart = Chart("district")
    columns = (
        Column("code", "text", {"fi": "Tunnus", "sv": "Kod", "en": "Code"}),
        Column("name_fi", "text", {"fi": "Nimi suomeksi", "sv": "Namn på finska", "en": "Name in Finnish"}),
        Column("name_sv", "text", {"fi": "Nimi ruotsiksi", "sv": "Namn på svenska", "en": "Name in Swedish"}),
        Column("district", "text", {"fi": "Peruspiiri", "sv": "Distrikt", "en": "District"}),
        Column("longitude", "longitude", {"fi": "Pituusaste", "sv": "Longitud", "en": "Longitude"}),
        Column("latitude", "latitude", {"fi": "Leveysaste", "sv": "Latitud", "en": "Latitude"}),
    )

    def rows(self, city: City) -> pl.DataFrame:
        """By code."""
        found = sorted(sub_areas(city).items())
        points = [to_degrees(row["x"], row["y"]) for _, row in found]
        return self.framed(
            [
                (code, row["name_fi"], row["name_sv"], row["district_fi"], round(x, 6), round(y, 6))
                for (code, row), (x, y) in zip(found, points, strict=True)
            ]
        )

    def is_simulated(self, city: City) -> bool:
        """Never: they are the city's own."""
        return False
