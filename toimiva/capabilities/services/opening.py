"""Services for everybody: which there are, whose, and on what law."""

from __future__ import annotations

import polars as pl

from toimiva.capabilities.services.folder import Service, get_service, names_of
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.publishing.api import Chart, Column, OpenTable, open_tables

__all__ = ["Services"]


def _names(service: Service) -> list[str]:
    return [cities.text_in(service.definition.names, language) for language in cities.LANGUAGES]


def _owner(service: Service) -> str:
    return cities.text_in(service.definition.owner, "fi")


def _law(service: Service) -> str:
    return cities.text_in(service.definition.legal_basis, "fi")


@open_tables.register("services")
class Services(OpenTable):
    """The city's services that come by themselves."""

    title = {"fi": "Ehdottavat palvelut", "sv": "Föregripande tjänster", "en": "Proactive services"}
    about = {
        "fi": "Palvelut, jotka kaupunki tarjoaa itse ilman hakemusta: nimi, omistaja ja peruste laissa.",
        "sv": "Tjänster som staden själv erbjuder utan ansökan: namn, ägare och grund i lag.",
        "en": "Services that the city offers by itself, without an application: name, owner and law.",
    }
    keywords = {
        "fi": ["palvelu", "esiopetus"],
        "sv": ["tjänst", "förskoleundervisning"],
        "en": ["service", "pre-school"],
    }
    theme = "GOVE"
    frequency = "IRREG"
    sources = ("services/",)
    chart = Chart("owner")
    columns = (
        Column("service", "text", {"fi": "Tunnus", "sv": "Kod", "en": "Code"}),
        Column("name_fi", "text", {"fi": "Nimi suomeksi", "sv": "Namn på finska", "en": "Name in Finnish"}),
        Column("name_sv", "text", {"fi": "Nimi ruotsiksi", "sv": "Namn på svenska", "en": "Name in Swedish"}),
        Column("name_en", "text", {"fi": "Nimi englanniksi", "sv": "Namn på engelska", "en": "Name in English"}),
        Column("owner", "text", {"fi": "Omistaja", "sv": "Ägare", "en": "Owner"}),
        Column("law", "text", {"fi": "Peruste laissa", "sv": "Grund i lag", "en": "Legal basis"}),
    )

    def rows(self, city: City) -> pl.DataFrame:
        """By code."""
        found = [get_service(city, name) for name in sorted(names_of(city))]
        return self.framed([(one.id, *_names(one), _owner(one), _law(one)) for one in found])

    def is_simulated(self, city: City) -> bool:
        """Never: they are the city's own folders."""
        return False
