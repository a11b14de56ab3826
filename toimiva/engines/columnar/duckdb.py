"""The intermediate form as DuckDB SQL, one small function per node; dated parameters become `$name`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from toimiva.engines.columnar import ir
from toimiva.engines.columnar.errors import NotCompilable
from toimiva.engines.columnar.types import (
    BOOLEAN,
    DATE,
    DAYS,
    MOMENT,
    MONTHS,
    NULL,
    NUMBER,
    STRING,
    TIME,
    ContextType,
    ListType,
    Type,
)
from toimiva.engines.feel.values import YearsMonths

__all__ = ["emit", "full_width", "kept", "parameter_name", "quote", "sql_type"]

_TYPE_NAMES: dict[Type, str] = {
    BOOLEAN: "BOOLEAN", NUMBER: "DECIMAL(28,6)", STRING: "VARCHAR", DATE: "DATE", TIME: "TIME", MOMENT: "TIMESTAMP",
    DAYS: "INTERVAL", MONTHS: "BIGINT", NULL: "VARCHAR",
}  # fmt: skip


TIMES = {TIME, MOMENT}


def quote(name: str) -> str:
    """An identifier, quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def sql_type(kind: Type) -> str:
    """DuckDB's type of a FEEL type. Numbers are DECIMAL(28,6): exact, and an overflow is an error, never a wrap."""
    match kind:
        case ListType(item):
            return f"{sql_type(item)}[]"
        case ContextType(fields):
            return "STRUCT(" + ", ".join(f"{quote(name)} {sql_type(t)}" for name, t in fields) + ")"
    return _TYPE_NAMES[kind]


def emit(node: ir.Node) -> str:
    """The node as a DuckDB expression."""
    return _EMIT[type(node)](node)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _literal(node: ir.Literal | ir.Parameter) -> str:
    match node.value:
        case bool():
            return "true" if node.value else "false"
        case Decimal():
            return f"{node.value:f}"
        case str():
            return _text(node.value)
        case dt.datetime():
            return f"TIMESTAMP '{node.value.isoformat(' ')}'"
        case dt.time():
            return f"TIME '{node.value.isoformat()}'"
        case dt.date():
            return f"DATE '{node.value.isoformat()}'"
        case YearsMonths():
            return str(node.value.months)
        case dt.timedelta():
            return f"to_microseconds({node.value // dt.timedelta(microseconds=1)})"
    raise TypeError(f"no SQL for {node.value!r}")


def _parameter(node: ir.Parameter) -> str:
    return f"CAST(${parameter_name(node.name)} AS {sql_type(node.type)})"


def parameter_name(name: str) -> str:
    """A dated parameter's name as DuckDB takes it."""
    return "".join(c if c.isalnum() else "_" for c in name)


def _joined(word: str) -> Callable[[Any], str]:
    return lambda node: "(" + f" {word} ".join(emit(item) for item in node.items) + ")"


def _add_months(node: ir.AddMonths) -> str:
    return f"CAST({emit(node.day)} + to_months(CAST({emit(node.months)} AS INTEGER)) AS DATE)"


def _months_between(node: ir.MonthsBetween) -> str:
    """Full months, spelt out: DuckDB's own date_sub treats a month's last day as a full month, FEEL does not."""
    start, end = emit(node.start), emit(node.end)
    return f"(CASE WHEN {end} < {start} THEN -({_full_months(end, start)}) ELSE {_full_months(start, end)} END)"


def _full_months(start: str, end: str) -> str:
    months = f"(year({end}) - year({start})) * 12 + month({end}) - month({start})"
    return f"{months} - CASE WHEN day({end}) < day({start}) THEN 1 ELSE 0 END"


def _make_date(node: ir.MakeDate) -> str:
    """Null for a day that does not exist, as FEEL has it: make_date would raise."""
    parts = [f"CAST({emit(part)} AS INTEGER)" for part in (node.year, node.month, node.day)]
    return "try_cast(printf('%04d-%02d-%02d', " + ", ".join(parts) + ") AS DATE)"


def _arithmetic(node: ir.Arithmetic) -> str:
    return f"({full_width(node.left)} {node.op} {full_width(node.right)})"


def full_width(node: ir.Node) -> str:
    """A number in the width of a column: a literal alone would be a narrow integer, whose sum overflows early."""
    narrow = node.type == NUMBER and ir.written_out(node)
    return f"CAST({emit(node)} AS {sql_type(NUMBER)})" if narrow else emit(node)


def kept(node: ir.Node) -> str:
    """A value that goes into a list, a context or a table's column. Refuses a number that would be rounded there."""
    if node.type == NUMBER and ir.decimals(node) > ir.COLUMN_DECIMALS:
        raise NotCompilable("A product may have more decimals than a column of numbers.")
    return emit(node)


def _same(node: ir.Same) -> str:
    """Moments and times are equal to the second, as FEEL has them (DMN 1.5, table 53)."""
    cut = "date_trunc('second', {})" if TIMES & {node.left.type, node.right.type} else "{}"
    left, right = (cut.format(emit(side)) for side in (node.left, node.right))
    return f"({left} IS NOT DISTINCT FROM {right})"


def _elapsed(node: ir.Elapsed) -> str:
    difference = f"({emit(node.left)} - {emit(node.right)})"
    return difference if node.left.type == MOMENT else f"to_days(CAST({difference} AS INTEGER))"


def _date_part(node: ir.DatePart) -> str:
    part = {"weekday": "isodow"}.get(node.part, node.part)
    return f"{part}({emit(node.day)})"


def _truncate(node: ir.Truncate) -> str:
    operator = "%" if node.rest else "//"
    return f"({emit(node.operand)} {operator} {node.divisor})"


def _case(node: ir.Case) -> str:
    branches = " ".join(f"WHEN {emit(condition)} THEN {emit(value)}" for condition, value in node.branches)
    return f"CASE {branches} ELSE {emit(node.otherwise)} END"


_FUNCTIONS = {
    "concatenate": "({} || {})", "abs": "abs({})", "string length": "length({})", "contains": "contains({}, {})",
    "starts with": "starts_with({}, {})", "ends with": "ends_with({}, {})",
}  # fmt: skip


def _function(node: ir.Function) -> str:
    return _FUNCTIONS[node.name].format(*(emit(argument) for argument in node.arguments))


def _some(node: ir.Some) -> str:
    return _quantified(node.source, node.variable, node.condition, "true", "false")


def _every(node: ir.Every) -> str:
    return _quantified(node.source, node.variable, ir.Not(node.condition), "false", "true")


def _quantified(source: ir.Node, variable: str, condition: ir.Node, found: str, otherwise: str) -> str:
    """Three-valued: `found` when the condition is true of an item; null when it is null of one, or for no list."""
    items, item, held = emit(source), quote(variable), emit(condition)
    any_true = f"list_contains(list_transform({items}, lambda {item}: {held}), true)"
    any_null = f"list_contains(list_transform({items}, lambda {item}: ({held}) IS NULL), true)"
    return f"CASE WHEN {any_true} THEN {found} WHEN ({items}) IS NULL OR {any_null} THEN NULL ELSE {otherwise} END"


def _keep_if(node: ir.KeepIf) -> str:
    return f"list_filter({emit(node.source)}, lambda {quote(node.variable)}: {emit(node.condition)})"


def _map_list(node: ir.MapList) -> str:
    return f"list_transform({emit(node.source)}, lambda {quote(node.variable)}: {kept(node.value)})"


def _list_of(node: ir.ListOf) -> str:
    return f"CAST([{', '.join(kept(item) for item in node.items)}] AS {sql_type(node.type)})"


def _struct(node: ir.Struct) -> str:
    return "struct_pack(" + ", ".join(f"{quote(name)} := {kept(value)}" for name, value in node.fields) + ")"


_EMIT: dict[type, Callable[[Any], str]] = {
    ir.Column: lambda n: quote(n.name),
    ir.Variable: lambda n: quote(n.name),
    ir.Literal: _literal,
    ir.Parameter: _parameter,
    ir.NullValue: lambda n: "NULL" if n.type == NULL else f"CAST(NULL AS {sql_type(n.type)})",
    ir.Field: lambda n: f"{emit(n.source)}.{quote(n.name)}",
    ir.Compare: lambda n: f"({emit(n.left)} {n.op} {emit(n.right)})",
    ir.Same: _same,
    ir.Elapsed: _elapsed,
    ir.And: _joined("AND"),
    ir.Or: _joined("OR"),
    ir.Not: lambda n: f"(NOT {emit(n.operand)})",
    ir.IsNull: lambda n: f"({emit(n.operand)} IS NULL)",
    ir.Arithmetic: _arithmetic,
    ir.Negate: lambda n: f"(-{emit(n.operand)})",
    ir.Truncate: _truncate,
    ir.AddMonths: _add_months,
    ir.AddDays: lambda n: f"({emit(n.day)} + {n.days})",
    ir.DatePart: _date_part,
    ir.MakeDate: _make_date,
    ir.MonthsBetween: _months_between,
    ir.Case: _case,
    ir.Function: _function,
    ir.ListOf: _list_of,
    ir.Struct: _struct,
    ir.Count: lambda n: f"len({emit(n.source)})",
    ir.Some: _some,
    ir.Every: _every,
    ir.KeepIf: _keep_if,
    ir.MapList: _map_list,
    ir.AtPosition: lambda n: f"list_extract({emit(n.source)}, {n.position})",
}
