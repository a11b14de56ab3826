"""Charts of open tables: bars that say what the rows say."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from django.utils.translation import override
from hypothesis import example, given
from hypothesis import strategies as st

from toimiva.capabilities.datasets.catalogue import Table
from toimiva.capabilities.datasets.drawing import draw
from toimiva.core.publishing.api import Chart, Column, OpenTable, open_tables

DAY = dt.datetime(2027, 1, 11, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def texts(name: str) -> dict:
    return {"fi": name, "sv": name, "en": name}


def table(chart: Chart | None) -> Table:
    """A table of trees, drawn as it is declared."""

    class Trees(OpenTable):
        title = about = texts("Trees")
        keywords, theme, sources = {}, "ENVI", ()
        columns = (
            Column("kind", "text", texts("Kind")), Column("height", "number", texts("Height")), Column("seen", "instant", texts("Seen")),
        )  # fmt: skip

        def rows(self, city):
            return self.framed([])

    Trees.chart = chart
    return Table(city=None, id="trees", open=Trees())  # type: ignore[arg-type]


def rows(*told: tuple) -> pl.DataFrame:
    return table(None).open.framed(told)


def test_every_chart_is_of_columns_that_its_table_has():
    for name in open_tables:
        chart, columns = open_tables[name].chart, {column.name: column.kind for column in open_tables[name].columns}
        assert chart is not None, name
        assert chart.by in columns
        assert columns.get(chart.value or "", "integer") in ("integer", "number")
        assert bool(chart.value) == (chart.how != "count")


def test_kinds_are_drawn_largest_first_with_what_the_column_is():
    told = rows(("oak", 4.0, DAY), ("pine", 9.0, DAY), ("pine", 11.0, None), (None, 1.0, None))
    drawn = draw(table(Chart("kind")), told, "en")
    assert [(bar.label, bar.figure, bar.length) for bar in drawn.bars] == [("pine", "2", 100), ("oak", "1", 50)]
    assert drawn.title == "Rows by: Kind"
    means = draw(table(Chart("kind", "height", "mean")), told, "en")
    assert [(bar.label, bar.figure) for bar in means.bars] == [("pine", "10"), ("oak", "4")]
    assert means.title == "Mean of Height, by: Kind"


def test_what_is_not_told_is_not_drawn_as_nothing():
    told = rows(("oak", 4.0, DAY), ("pine", None, DAY), ("oak", None, DAY))
    for how in ("sum", "mean"):
        drawn = draw(table(Chart("kind", "height", how)), told, "en")
        assert [(bar.label, bar.figure) for bar in drawn.bars] == [("oak", "4")]
    assert draw(table(Chart("kind", "height", "sum")), told[1:2], "en") is None


def test_days_are_drawn_in_their_order():
    told = rows(*(("oak", float(n), DAY + dt.timedelta(days=n // 2)) for n in (3, 0, 1)))
    drawn = draw(table(Chart("seen", "height", "sum")), told, "en")
    assert [(bar.label, bar.figure) for bar in drawn.bars] == [("11.1.2027", "1"), ("12.1.2027", "3")]


def test_many_kinds_are_told_of_though_not_drawn():
    drawn = draw(table(Chart("kind")), rows(*((f"kind {n:02}", 1.0, None) for n in range(40))), "en")
    assert (len(drawn.bars), drawn.left_out) == (12, 28)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
@example([0.0, 1.1125e-308])
def test_steps_of_numbers_hold_every_row_once(numbers):
    drawn = draw(table(Chart("height")), rows(*(("oak", number, None) for number in numbers)), "en")
    assert sum(int(bar.figure.replace("\xa0", "").replace(",", "").replace(" ", "")) for bar in drawn.bars) == len(
        numbers
    )
    assert len(drawn.bars) <= 10
    assert all(0 < bar.length <= 100 for bar in drawn.bars)


@pytest.mark.parametrize("chart", [None, Chart("kind")])
def test_a_table_without_rows_or_chart_is_not_drawn(chart):
    assert draw(table(chart), rows(), "en") is None
