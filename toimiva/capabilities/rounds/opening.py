"""Rounds for everybody: what was offered and accepted, in all and by area; counts under five are not told."""

from __future__ import annotations

import polars as pl

from toimiva.capabilities.rounds.areas import counts_of
from toimiva.capabilities.rounds.models import Round
from toimiva.core.city.api import City
from toimiva.core.geography import api as geography
from toimiva.core.publishing.api import Chart, Column, OpenTable, open_tables
from toimiva.core.purposes import api as purposes

__all__ = ["Rounds", "RoundsByArea"]

_ROUND = Column("round", "text", {"fi": "Kierros", "sv": "Omgång", "en": "Round"})
_SERVICE = Column("service", "text", {"fi": "Palvelu", "sv": "Tjänst", "en": "Service"})
_OFFERED = Column("offered", "integer", {"fi": "Tarjottu", "sv": "Erbjudna", "en": "Offered"})
_WORDS = {
    "fi": ["esiopetus", "päätökset", "ehdottava palvelu"], "sv": ["förskoleundervisning", "beslut"],
    "en": ["pre-school", "decisions", "proactive service"],
}  # fmt: skip
_PARTS = ("accepted", "declined", "no_reply", "with_staff")  # of what was offered


def _measured(city: City) -> list[Round]:
    return list(Round.objects.filter(city=city.id, phase="measured").order_by("day", "id"))


def _told(row: Round) -> list[int | None]:
    """Replied, the parts of what was offered, and decisions: small ones are hidden with the next, and their sums."""
    parts = purposes.hide_small([row.summary[name] for name in _PARTS])
    whole = None not in parts
    return [row.summary["replied"] if whole else None, *parts, row.summary["decisions"] if whole else None]


class _OfRounds(OpenTable):
    theme = "EDUC"
    keywords = _WORDS
    frequency = "IRREG"
    sources = ("population.residents", "population.guardianships", "early_education.children", "units.units")


@open_tables.register("rounds")
class Rounds(_OfRounds):
    """Measured rounds with their counts."""

    title = {"fi": "Palvelukierrokset", "sv": "Tjänsteomgångar", "en": "Rounds of services"}
    about = {
        "fi": "Mitä kukin palvelukierros tarjosi, mihin vastattiin ja mitä päätettiin. Alle viiden lukuja ei kerrota.",
        "sv": "Vad varje omgång erbjöd, besvarades och beslutades. Tal under fem berättas inte.",
        "en": "What each round offered, what was answered and decided. Counts under five are not told.",
    }
    chart = Chart("day", "accepted", "sum")
    columns = (
        _ROUND, _SERVICE, _OFFERED,
        Column("day", "date", {"fi": "Tiedot päivältä", "sv": "Data från", "en": "Data of"}),
        Column("replied", "integer", {"fi": "Vastanneita", "sv": "Svarade", "en": "Replied"}),
        Column("accepted", "integer", {"fi": "Hyväksyttyjä", "sv": "Accepterade", "en": "Accepted"}),
        Column("declined", "integer", {"fi": "Kieltäytyneitä", "sv": "Avböjda", "en": "Declined"}),
        Column("no_reply", "integer", {"fi": "Ei vastausta", "sv": "Inget svar", "en": "No reply"}),
        Column("with_staff", "integer", {"fi": "Henkilöstöllä", "sv": "Hos personalen", "en": "With staff"}),
        Column("decisions", "integer", {"fi": "Päätöksiä", "sv": "Beslut", "en": "Decisions"}),
        Column("simulated", "truth", {"fi": "Simuloitu", "sv": "Simulerad", "en": "Simulated"}),
    )  # fmt: skip

    def rows(self, city: City) -> pl.DataFrame:
        """By day."""
        return self.framed(
            [
                (row.id, row.service, row.summary["offered"], row.day, *_told(row), row.simulated)
                for row in _measured(city)
            ]
        )


@open_tables.register("rounds-by-area")
class RoundsByArea(_OfRounds):
    """Offers by sub-area."""

    title = {"fi": "Tarjotut paikat alueittain", "sv": "Erbjudna platser per område", "en": "Places offered by area"}
    about = {
        "fi": "Montako paikkaa kullakin osa-alueella asuville tarjottiin. Alle viiden lukuja ei kerrota.",
        "sv": "Hur många platser som erbjöds dem som bor i varje delområde. Tal under fem berättas inte.",
        "en": "How many places were offered to those who live in each sub-area. Counts under five are not told.",
    }
    chart = Chart("name", "offered", "sum")
    columns = (
        _ROUND, _SERVICE, Column("area", "text", {"fi": "Osa-alue", "sv": "Delområde", "en": "Sub-area"}),
        Column("name", "text", {"fi": "Alueen nimi", "sv": "Områdets namn", "en": "Name of the area"}), _OFFERED,
    )  # fmt: skip

    def rows(self, city: City) -> pl.DataFrame:
        """By round and area."""
        return self.framed([told for row in _measured(city) for told in _by_area(city, row)])


def _by_area(city: City, row: Round) -> list[tuple[str, str, str, str, int | None]]:
    counts = [(code, n) for code, n in sorted(counts_of(row).items()) if code in geography.sub_areas(city)]
    told = purposes.hide_small([n for _, n in counts])
    return [
        (row.id, row.service, code, geography.area_name(city, code, "fi"), n)
        for (code, _), n in zip(counts, told, strict=True)
    ]
