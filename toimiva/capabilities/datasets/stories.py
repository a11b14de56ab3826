"""Stories that data tells: a file of the city in three languages, its figures and charts asked of open tables now."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.formats import date_format, number_format
from pydantic import Field, model_validator

from toimiva.capabilities.datasets.asking import ask, tables_in
from toimiva.capabilities.datasets.drawing import Drawing, drawn
from toimiva.core.city import api as cities
from toimiva.core.city.api import City, Strict, Texts
from toimiva.core.errors import Invalid, NotFound
from toimiva.core.publishing.api import open_tables

__all__ = ["Story", "Told", "stories_of", "story", "told"]

_LOG = logging.getLogger("toimiva.datasets")
_FIGURE = re.compile(r"\{(\w+)\}")


class Part(Strict):
    """A paragraph. With `sql` over open tables, `{name}` in it is that column of the first row; with `columns` (what
    a row is of, and its figure), the rows are drawn; `words` are what values of the first column are called. `empty` is
    told where there are no rows."""

    text: Texts
    sql: str = ""
    columns: list[Texts] = Field(default=[], max_length=2)
    empty: Texts | None = None
    words: dict[str, Texts] = {}

    @model_validator(mode="after")
    def _whole(self) -> Part:
        if self.columns and (len(self.columns) != 2 or not self.sql):
            raise ValueError("a chart needs sql and two columns: what a row is of, and its figure")
        if self.sql and not tables_in(self.sql):
            raise ValueError(f"the sql asks no open table; there are {', '.join(open_tables)}")
        if self.sql and self.empty is None:
            raise ValueError("a part with sql needs `empty`: what is told where there are no rows")
        return self


class Story(Strict):
    """What a `stories/<id>.toml` says."""

    id: str
    title: Texts
    lead: Texts
    parts: list[Part] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Told:
    """A part in one language: its words, its chart, what was asked, and whether any of it is simulated."""

    text: str
    drawing: Drawing | None
    sql: str
    simulated: bool


def stories_of(city: City) -> list[Story]:
    """A city's stories by id. One that cannot be read is logged and left out: the others are told."""
    found = []
    for path in city.all("stories/*.toml"):
        try:
            found.append(_read(path))
        except Invalid as error:
            _LOG.error("The story %s is not told: %s", path.stem, error)
    return found


def story(city: City, name: str) -> Story:
    """A story by its id. Raises NotFound, or Invalid with every fault of its file."""
    for path in city.all("stories/*.toml"):
        if path.stem == name:
            return _read(path)
    raise NotFound(what=f"There is no story {name[:40]!r}.", mend="Choose one at /data/stories/.")


def _read(path: Path) -> Story:
    return cities.read_model(path, Story, "The story cannot be told.", id=path.stem)


def told(city: City, found: Story, language: str) -> list[Told]:
    """Every part as it is now."""
    return [_told(city, part, language) for part in found.parts]


def _told(city: City, part: Part, language: str) -> Told:
    text = cities.text_in(part.text, language)
    if not part.sql:
        return Told(text, None, "", False)
    answer = ask(city, part.sql)
    simulated = any(open_tables[name].is_simulated(city) for name in tables_in(part.sql))
    rows = [row for row in answer.rows if None not in row]
    if not rows:
        return Told(cities.text_in(part.empty or part.text, language), None, part.sql, False)
    if part.columns:
        by, figure = (cities.text_in(column, language) for column in part.columns)
        words = {value: cities.text_in(texts, language) for value, texts in part.words.items()}
        bars = [(words.get(str(row[0])) or _written(row[0]), float(row[1])) for row in rows]
        return Told(text, drawn(figure, by, bars), part.sql, simulated)
    return Told(_filled(text, answer.columns, rows[0]), None, part.sql, simulated)


def _filled(text: str, columns: Sequence[str], row: Sequence[Any]) -> str:
    """The text with its figures; a name that was not asked for stays as it is written."""
    figures: Mapping[str, str] = {name: _written(value) for name, value in zip(columns, row, strict=True)}
    return _FIGURE.sub(lambda found: figures.get(found[1], found[0]), text)


def _written(value: Any) -> str:
    """A value as people write it: numbers with the language's own marks."""
    match value:
        case bool() | str():
            return str(value)
        case int():
            return number_format(value, 0, use_l10n=True, force_grouping=True)
        case float() | Decimal():
            return number_format(value, 0 if value == int(value) else 1, use_l10n=True, force_grouping=True)
        case _:
            return date_format(value, "j.n.Y")
