"""An open table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import polars as pl

from toimiva.core.city.api import City
from toimiva.core.registry import Registry

__all__ = ["Chart", "Column", "OpenTable", "open_tables"]

Kind = Literal["text", "integer", "number", "truth", "date", "instant", "longitude", "latitude"]
Theme = Literal["ECON", "EDUC", "ENVI", "GOVE", "HEAL", "REGI", "SOCI", "TECH", "TRAN"]  # of the EU's data themes
_TYPES: Mapping[Kind, Any] = {
    "text": pl.String, "integer": pl.Int64, "number": pl.Float64, "truth": pl.Boolean, "date": pl.Date,
    "instant": pl.Datetime("us", "UTC"), "longitude": pl.Float64, "latitude": pl.Float64,
}  # fmt: skip
Texts = Mapping[str, str]  # by language: fi, sv, en


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its kind, and what it is in three languages."""

    name: str
    kind: Kind
    title: Texts


@dataclass(frozen=True, slots=True)
class Chart:
    """How a table is drawn: by the values of a column (days of an instant, steps of a number), how many rows they have,
    or the sum or mean of another column's numbers.
    """

    by: str
    value: str = ""
    how: Literal["count", "sum", "mean"] = "count"


class OpenTable(ABC):
    """A table that everybody may have. `sources` are what it is made of; `frequency` a code of the EU's list."""

    title: ClassVar[Texts]
    about: ClassVar[Texts]
    keywords: ClassVar[Mapping[str, Sequence[str]]]
    theme: ClassVar[Theme]
    columns: ClassVar[Sequence[Column]]
    sources: ClassVar[Sequence[str]]
    frequency: ClassVar[str] = "CONT"
    licence: ClassVar[str] = "CC_BY_4_0"
    chart: ClassVar[Chart | None] = None

    @abstractmethod
    def rows(self, city: City) -> pl.DataFrame:
        """The table as it is now, with just its columns, in a stated order."""

    def framed(self, rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
        """Rows as a table, with the columns' kinds."""
        return pl.DataFrame(rows, schema={column.name: _TYPES[column.kind] for column in self.columns}, orient="row")

    def is_simulated(self, city: City) -> bool:
        """Whether what it tells is simulated."""
        return city.synthetic


open_tables = Registry[OpenTable]("open table")
