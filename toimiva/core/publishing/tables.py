"""An open table, and small-number protection."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import polars as pl

from toimiva.core.city.api import City
from toimiva.core.registry import Registry

__all__ = ["SMALLEST", "Column", "OpenTable", "open_tables", "unless_few"]

SMALLEST = 5
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

    @abstractmethod
    def rows(self, city: City) -> pl.DataFrame:
        """The table as it is now, with just its columns, in a stated order."""

    def framed(self, rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
        """Rows as a table, with the columns' kinds."""
        return pl.DataFrame(rows, schema={column.name: _TYPES[column.kind] for column in self.columns}, orient="row")

    def is_simulated(self, city: City) -> bool:
        """Whether what it tells is simulated."""
        return city.synthetic


def unless_few(counts: pl.Expr) -> pl.Expr:
    """Counts of people, null where they are from 1 to 4."""
    return pl.when(~counts.is_between(1, SMALLEST - 1)).then(counts)


open_tables = Registry[OpenTable]("open table")
