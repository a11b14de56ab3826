"""A chart of a table: bars by what the table declares, with the figures beside: they are the chart's text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from toimiva.capabilities.datasets.catalogue import Table
from toimiva.core.publishing.api import Chart, Column

__all__ = ["Bar", "Drawing", "draw", "drawn"]

_MOST, _BINS, _WIDTH = 12, 10, 100
_NARROWEST = 1e-300  # a step that can be divided by


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: whose it is, its figure as it is written, and its length of a hundred."""

    label: str
    figure: str
    length: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """Bars with what they say, by columns' titles. `left_out` is how many smaller ones are not drawn."""

    title: str
    by: str
    bars: list[Bar]
    left_out: int


def draw(table: Table, rows: pl.DataFrame, language: str) -> Drawing | None:
    """The chart that a table declares; None where it declares none or has no rows for it."""
    chart = table.open.chart
    if chart is None:
        return None
    known = rows.drop_nulls(
        [chart.by, *([chart.value] if chart.value else [])]
    )  # a small count that is not told is no 0
    if not len(known):
        return None
    columns = {column.name: column for column in table.columns}
    by = columns[chart.by]
    figures = _grouped(known, chart, by)
    shown = figures.sort("figure", descending=True).head(_MOST) if by.kind == "text" else figures.tail(_MOST * 2)
    bars = list(shown.select("label", "figure").iter_rows())
    return drawn(_title(chart, columns, language), str(by.title[language]), bars, len(figures) - len(shown))


def drawn(title: str, by: str, rows: Sequence[tuple[str, float]], left_out: int = 0) -> Drawing:
    """Figures with their labels as bars, in the order they come."""
    longest = max((abs(figure) for _label, figure in rows), default=0) or 1
    bars = [Bar(label, _written(figure), round(_WIDTH * max(0, figure) / longest, 1)) for label, figure in rows]
    return Drawing(title, by, bars, left_out)


def _written(figure: float) -> str:
    return number_format(figure, 0 if figure.is_integer() else 1)


def _title(chart: Chart, columns: dict[str, Column], language: str) -> str:
    by = columns[chart.by].title[language]
    if not chart.value:
        return _("Rows by: {by}").format(by=by)
    words = {"sum": _("Sum of {value}, by: {by}"), "mean": _("Mean of {value}, by: {by}")}[chart.how]
    return words.format(value=columns[chart.value].title[language], by=by)


def _grouped(rows: pl.DataFrame, chart: Chart, by: Column) -> pl.DataFrame:
    """Figures with their labels, in the order of what they are by."""
    key = pl.col(chart.by)
    match by.kind:
        case "date" | "instant":
            told = _figures(rows.with_columns(key.dt.date().alias("key")), chart)
            return told.with_columns(
                label=pl.Series([date_format(day, "j.n.Y") for day in told["key"]], dtype=pl.String)
            )
        case "number" | "integer":
            return _in_bins(rows.with_columns(key.cast(pl.Float64)), chart)
        case _:
            return _figures(rows.with_columns(key.alias("key")), chart).with_columns(label=pl.col("key"))


def _figures(rows: pl.DataFrame, chart: Chart) -> pl.DataFrame:
    figure = {
        "count": pl.len(),
        "sum": pl.col(chart.value or chart.by).sum(),
        "mean": pl.col(chart.value or chart.by).mean(),
    }
    return rows.group_by("key").agg(figure[chart.how].cast(pl.Float64).alias("figure")).sort("key")


def _in_bins(rows: pl.DataFrame, chart: Chart) -> pl.DataFrame:
    """Ten steps of one width over what there is; each has its lower end in it, the last one both."""
    low, high = float(rows[chart.by].min()), float(rows[chart.by].max())  # type: ignore[arg-type]
    step = (high - low) / _BINS
    step = step if step > _NARROWEST else 1.0
    place = ((pl.col(chart.by) - low) / step).floor().clip(0, _BINS - 1).cast(pl.Int64)
    told = _figures(rows.with_columns(place.alias("key")), chart)
    places = 0 if step >= 2 else 1
    ends = [[number_format(low + step * (place + more), places) for more in (0, 1)] for place in told["key"]]
    return told.with_columns(label=pl.Series([f"{one}–{other}" for one, other in ends], dtype=pl.String))
