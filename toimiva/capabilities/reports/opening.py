"""Reports for everybody: kind, place, state; words only where an official let them be seen."""

from __future__ import annotations

import polars as pl

from toimiva.capabilities.reports.models import Report
from toimiva.core.city.api import City
from toimiva.core.publishing.api import Chart, Column, OpenTable, open_tables

__all__ = ["Reports"]


@open_tables.register("reports")
class Reports(OpenTable):
    """What residents have told is wrong."""

    title = {"fi": "Asukkaiden ilmoitukset", "sv": "Invånarnas anmälningar", "en": "Reports of residents"}
    about = {
        "fi": "Mistä asukkaat ovat ilmoittaneet, missä, ja milloin siihen on vastattu. Jatkuvasti: Open311.",
        "sv": "Vad invånarna har anmält, var, och när det besvarades. Fortlöpande: Open311.",
        "en": "What residents have told is wrong, where, and when it was answered. All the time: Open311.",
    }
    keywords = {
        "fi": ["palaute", "katu", "vikailmoitus"], "sv": ["respons", "gata", "felanmälan"],
        "en": ["feedback", "street", "Open311"],
    }  # fmt: skip
    theme = "GOVE"
    sources = ("Open311, /open311/",)
    chart = Chart("kind")
    columns = (
        Column("report", "integer", {"fi": "Ilmoituksen numero", "sv": "Anmälans nummer", "en": "Its number"}),
        Column("kind", "text", {"fi": "Laji", "sv": "Slag", "en": "Kind"}),
        Column("made", "instant", {"fi": "Ilmoitettu", "sv": "Anmäld", "en": "Reported"}),
        Column("answered", "instant", {"fi": "Vastattu", "sv": "Besvarad", "en": "Answered"}),
        Column("text", "text", {"fi": "Sanat, jos julki", "sv": "Ord, om publicerade", "en": "Words, if published"}),
        Column("answer", "text", {"fi": "Vastaus", "sv": "Svar, om publicerat", "en": "Answer, if published"}),
        Column("longitude", "longitude", {"fi": "Pituusaste", "sv": "Longitud", "en": "Longitude"}),
        Column("latitude", "latitude", {"fi": "Leveysaste", "sv": "Latitud", "en": "Latitude"}),
    )  # fmt: skip

    def is_simulated(self, city: City) -> bool:
        """Never: somebody has told them."""
        return False

    def rows(self, city: City) -> pl.DataFrame:
        """By number."""
        return self.framed([
            (row.pk, row.kind, row.made, row.closed, row.text if row.published else None,
             row.answer if row.published and row.closed else None, *row.coarse)
            for row in Report.objects.filter(city=city.id).order_by("pk")
        ])  # fmt: skip
