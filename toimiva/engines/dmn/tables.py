"""A model decided for a whole table: as one query where it compiles, and by the interpreter where it does not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, TypeVar

import duckdb
import polars as pl
import pyarrow as pa

from toimiva.engines.columnar.api import Compiled, compile_model, from_sql, quote, sql_type, type_named
from toimiva.engines.feel.api import Value, YearsMonths, to_text
from toimiva.engines.models.api import Decider, InputData, Model

__all__ = ["decide", "row"]

Table = TypeVar("Table", pl.DataFrame, pa.Table)
_ROW = "toimiva row"


def decide(
    model: Model, table: Table, parameters: Mapping[str, Any] | None = None, *, wanted: Collection[str] | None = None
) -> Table:
    """The table with a column more for each decision (or each that is wanted), its rows in the same order.

    The model's inputs are columns of their names; an input without a column is null. `parameters` are what the model
    reads as `parameters.<name>`. Numbers are read with six decimals and come as DECIMAL, durations of months as their
    number. Raises `ValueError` where a column cannot be what the model says it is.
    """
    arrow = _arrow(table)
    asked = model.in_order(wanted)
    names = [d.name for d in asked if d.expression is not None and (wanted is None or d.name in wanted)]
    query = compile_model(model, parameters or {}, wanted=wanted)
    compiled = [name for name in names if name not in query.refused]
    decided = _queried(model, arrow, query, compiled)
    for name in compiled:
        arrow = arrow.append_column(name, decided.column(name))
    return _like(table, _interpreted(model, arrow, [n for n in names if n in query.refused], parameters or {}))


def _queried(model: Model, arrow: pa.Table, query: Compiled, names: list[str]) -> pa.Table:
    numbered = arrow.append_column(_ROW, pa.array(range(arrow.num_rows)))
    columns = ", ".join(map(quote, [_ROW, *names]))
    source = f"(SELECT {quote(_ROW)}{_typed(model, arrow.column_names)} FROM given)"
    sql = f"SELECT {columns} FROM ({query.over(source)}) ORDER BY {quote(_ROW)}"
    with duckdb.connect() as connection:
        connection.register("given", numbered)
        try:
            return connection.sql(sql, params=dict(query.parameters) or None).to_arrow_table()
        except duckdb.ConversionException as error:
            raise ValueError(f"A column is not what the model says it is: {error}") from error


def _arrow(table: pl.DataFrame | pa.Table) -> pa.Table:
    return table.to_arrow(compat_level=pl.CompatLevel.newest()) if isinstance(table, pl.DataFrame) else table


def row(model: Model, table: pl.DataFrame | pa.Table, index: int) -> dict[str, Value]:
    """One row as the values that `explain` and the interpreter take."""
    values = _arrow(table).slice(index, 1).to_pylist()[0]
    return {data.name: _value(model, data, values.get(data.name)) for data in model.inputs.values()}


def _typed(model: Model, columns: Collection[str]) -> str:
    """The inputs in the model's types: a missing one is null, one of no stated type is as it comes."""
    parts = []
    for data in model.inputs.values():
        kind = type_named(data.type_ref, model.types)
        source = quote(data.name) if data.name in columns else "NULL"
        parts.append(f", {f'CAST({source} AS {sql_type(kind)})' if kind else source} AS {quote(data.name)}")
    return "".join(parts)


def _value(model: Model, data: InputData, value: Any) -> Value:
    kind = type_named(data.type_ref, model.types)
    return _plain(value) if kind is None else from_sql(_plain(value), kind)


def _plain(value: Any) -> Value:
    """A Python value of a row as FEEL has it: every number is a decimal."""
    match value:
        case dict():
            return {name: _plain(item) for name, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case int() | float() if not isinstance(value, bool):
            return Decimal(str(value))
    return value


def _interpreted(model: Model, arrow: pa.Table, names: list[str], parameters: Mapping[str, Any]) -> pa.Table:
    if not names:
        return arrow
    decider, found = Decider(model), []
    for index in range(arrow.num_rows):
        decided = decider.decide({"parameters": dict(parameters), **row(model, arrow, index)})
        found.append([decided[name] for name in names])
    for place, name in enumerate(names):
        arrow = arrow.append_column(name, _column([values[place] for values in found]))
    return arrow


def _column(values: list[Value]) -> pa.Array:
    """An Arrow column; as text where the values are of kinds that Arrow has no one type for."""
    plain = [value.months if isinstance(value, YearsMonths) else value for value in values]
    try:
        return pa.array(plain)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return pa.array([to_text(value) for value in values])


def _like(table: Table, arrow: pa.Table) -> Table:
    if isinstance(table, pl.DataFrame):
        frame = pl.from_arrow(arrow)
        assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table is never a series
        return frame
    return arrow
