"""Plans before residents for everybody, with how many say what."""

from __future__ import annotations

import polars as pl

from toimiva.capabilities.proposals.commenting import stances
from toimiva.capabilities.proposals.proposing import proposals
from toimiva.core.city.api import City
from toimiva.core.publishing.api import Chart, Column, OpenTable, open_tables

__all__ = ["Proposals"]


@open_tables.register("proposals")
class Proposals(OpenTable):
    """Plans that residents have been heard on."""

    title = {
        "fi": "Suunnitelmat asukkaiden arvioitavina",
        "sv": "Planer som invånarna tycker till om",
        "en": "Plans before residents",
    }
    about = {
        "fi": "Mitä suunnitelmia asukkaat ovat arvioineet, mihin asti, ja moniko kommentti puoltaa tai vastustaa.",
        "sv": "Vilka planer invånarna har tyckt till om, hur länge, och hur många kommentarer är för eller emot.",
        "en": "Which plans residents have been heard on, until when, and how many comments are for or against.",
    }
    keywords = {
        "fi": ["osallistuminen", "kaavoitus", "suunnitelma"], "sv": ["delaktighet", "planläggning", "plan"],
        "en": ["participation", "planning", "digital twin"],
    }  # fmt: skip
    theme = "GOVE"
    sources = ("/proposals/",)
    chart = Chart("plan", "comments", "sum")
    columns = (
        Column("plan", "text", {"fi": "Suunnitelma", "sv": "Plan", "en": "Plan"}),
        Column("title", "text", {"fi": "Otsikko", "sv": "Rubrik", "en": "Title"}),
        Column("opened", "instant", {"fi": "Avattu", "sv": "Öppnad", "en": "Opened"}),
        Column("closes", "date", {"fi": "Viimeinen päivä", "sv": "Sista dag", "en": "Last day"}),
        Column("decided", "instant", {"fi": "Kaupunki vastannut", "sv": "Staden svarade", "en": "City answered"}),
        Column("comments", "integer", {"fi": "Kommentteja", "sv": "Kommentarer", "en": "Comments"}),
        Column("in_favour", "integer", {"fi": "Puoltaa", "sv": "För", "en": "For"}),
        Column("against", "integer", {"fi": "Vastustaa", "sv": "Emot", "en": "Against"}),
    )  # fmt: skip

    def is_simulated(self, city: City) -> bool:
        """Never: officials and residents have said them."""
        return False

    def rows(self, city: City) -> pl.DataFrame:
        """By the day they were opened."""
        told = [(row, stances(row)) for row in proposals(city).order_by("opened", "pk")]
        return self.framed([
            (row.plan, row.title["fi"], row.opened, row.closes, row.decided, sum(said.values()), said["for"],
             said["against"])
            for row, said in told
        ])  # fmt: skip
