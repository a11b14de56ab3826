"""What there is: the city's open tables as data sets, and harvested ones, in one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from django.conf import settings
from django.db.models import Max, Sum

from toimiva.capabilities.datasets.models import Harvested, Looked, Taken
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import NotFound
from toimiva.core.publishing.api import Column, OpenTable, open_tables

__all__ = ["FORMS", "Dataset", "Distribution", "Table", "dataset", "datasets", "state", "table_of", "times_taken"]

Texts = Mapping[str, str]
_SIMULATED: Texts = {"fi": " (simuloitu)", "sv": " (simulerat)", "en": " (simulated)"}
_EU = "http://publications.europa.eu/resource/authority/"
FORMS: Mapping[str, tuple[str, str]] = {  # by ending: the EU's file type, and the media type
    "csv": ("CSV", "text/csv"), "json": ("JSON", "application/json"),
    "parquet": ("PARQUET", "application/vnd.apache.parquet"),
    "geojson": ("GEOJSON", "application/geo+json"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Distribution:
    """A form in which a data set can be had. `size` is in bytes, None where it is not known."""

    title: str
    form: str
    media_type: str
    access_url: str
    download_url: str
    licence: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """An open table of a city."""

    city: City
    id: str
    open: OpenTable

    @property
    def columns(self) -> Sequence[Column]:
        """Its columns."""
        return self.open.columns

    @property
    def located(self) -> bool:
        """Whether its rows have a place."""
        return {"longitude", "latitude"} <= {column.kind for column in self.columns}

    def rows(self) -> pl.DataFrame:
        """The table now."""
        return self.open.rows(self.city)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set; `table` is None for one of another catalogue.

    Licence, frequency and themes are addresses of the EU's lists; dates are ISO 8601, `temporal` two with a slash.
    """

    name: str
    title: Texts
    about: Texts
    keywords: Mapping[str, Sequence[str]]
    themes: Sequence[str]
    publisher: str
    contact: str
    licence: str
    frequency: str
    spatial: str
    temporal: str
    page: str
    issued: str
    modified: str
    distributions: Sequence[Distribution]
    sources: Sequence[str] = ()
    table: Table | None = None
    identifier: str = ""

    @property
    def simulated(self) -> bool:
        """Whether what it tells is simulated."""
        return self.table is not None and self.table.open.is_simulated(self.table.city)


def dataset(name: str) -> Dataset:
    """A data set by its name. Raises NotFound."""
    table = _table(name)
    if table is not None:
        return _own(table, _changes())
    row = Harvested.objects.filter(name=name).first()
    if row is None:
        raise NotFound(what=f"There is no data set {name[:60]!r}.", mend="Search for it at /data/.")
    return _harvested(row)


def table_of(name: str) -> Table:
    """The table of a data set of the city's own. Raises NotFound."""
    found = _table(name)
    if found is None:
        raise NotFound(what=f"There is no table of {name[:60]!r} here.", mend="Follow the data set's own links.")
    return found


def _table(name: str) -> Table | None:
    city, _, key = name.partition(".")
    known = city in cities.cities() and key in open_tables
    return Table(cities.load(city), key, open_tables[key]) if known else None


def datasets() -> list[Dataset]:
    """All of them, the city's own first."""
    own = [Table(cities.load(city), key, open_tables[key]) for city in cities.cities() for key in open_tables]
    changes = _changes()
    return [*(_own(table, changes) for table in own), *map(_harvested, Harvested.objects.order_by("name"))]


def count() -> int:
    """How many there are."""
    return len(cities.cities()) * len(open_tables.keys()) + Harvested.objects.count()


def state() -> str:
    """A text that changes when the catalogue's harvested part does, or what is simulated."""
    marks = [open_tables[key].is_simulated(cities.load(city)) for city in cities.cities() for key in open_tables]
    newest = Harvested.objects.order_by("-pk").values_list("pk", flat=True).first()
    changed = Looked.objects.aggregate(last=Max("changed"))["last"]
    return f"{Harvested.objects.count()} {newest} {changed} {marks}"


def _changes() -> dict[str, datetime]:
    """When each of the city's own has changed, of those that were looked at."""
    return dict(Looked.objects.values_list("name", "changed"))


def _own(table: Table, changes: Mapping[str, datetime]) -> Dataset:
    city, open_table = table.city, table.open
    name = f"{city.id}.{table.id}"
    page = f"{settings.SITE_URL}/data/{name}/"
    forms = [form for form in FORMS if form != "geojson" or table.located]
    licence = f"{_EU}licence/{open_table.licence}"
    mark = _SIMULATED if open_table.is_simulated(city) else dict.fromkeys(cities.LANGUAGES, "")
    named = {
        code: f"{open_table.title[code]}, {cities.text_in(city.names, code)}{mark[code]}" for code in cities.LANGUAGES
    }
    changed = changes.get(name) or cities.now(city.id)  # before the first look it is as of now
    return Dataset(
        name=name, title=named, about=open_table.about, keywords=open_table.keywords,
        themes=[f"{_EU}data-theme/{open_table.theme}"], publisher=cities.text_in(city.names, "fi"),
        contact=city.website,
        licence=licence, frequency=f"{_EU}frequency/{open_table.frequency}", spatial=_spatial(city),
        temporal=_temporal(city),
        page=page, issued=city.as_of.isoformat(), modified=changed.astimezone(city.zone).date().isoformat(),
        sources=open_table.sources,
        distributions=[
            Distribution(f"{named['en']} ({form})", *FORMS[form], page, f"{page.rstrip('/')}.{form}", licence)
            for form in forms
        ],
        table=table, identifier=page,
    )  # fmt: skip


def _spatial(city: City) -> str:
    """The place's name, as the catalogue has no other address for it."""
    return cities.text_in(city.names, "fi")


def _temporal(city: City) -> str:
    return f"{city.as_of.year}-01-01/"


def _harvested(row: Harvested) -> Dataset:
    names = (
        "name", "title", "about", "keywords", "themes", "publisher", "contact", "licence", "frequency", "spatial",
        "temporal", "page", "issued", "modified", "identifier",
    )  # fmt: skip
    return Dataset(
        **{name: getattr(row, name) for name in names}, sources=[row.source],
        distributions=[Distribution(**one) for one in row.distributions],
    )  # fmt: skip


def times_taken(name: str) -> int:
    """How often a data set has been taken."""
    return Taken.objects.filter(name=name).aggregate(n=Sum("count"))["n"] or 0
