"""DuckDB's SQL; dated parameters become `$name`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from toimiva.engines.columnar import ir
from toimiva.engines.columnar.dialect import Dialect
from toimiva.engines.columnar.types import BOOLEAN, DATE, DAYS, MOMENT, MONTHS, NULL, NUMBER, STRING, TIME

__all__ = ["DUCKDB", "DuckDB"]


class DuckDB(Dialect):
    """DuckDB 1.5 and newer."""

    name = "DuckDB"
    type_names = {
        BOOLEAN: "BOOLEAN", NUMBER: "DECIMAL(28,6)", STRING: "VARCHAR", DATE: "DATE", TIME: "TIME",
        MOMENT: "TIMESTAMP", DAYS: "INTERVAL", MONTHS: "BIGINT", NULL: "VARCHAR",
    }  # fmt: skip
    functions = {
        "concatenate": "({} || {})", "abs": "abs({})", "string length": "length({})", "contains": "contains({}, {})",
        "starts with": "starts_with({}, {})", "ends with": "ends_with({}, {})",
    }  # fmt: skip
    date_parts = {"weekday": "isodow({})"}

    def quote(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def list_type(self, item: str) -> str:
        return f"{item}[]"

    def struct_type(self, fields: Sequence[tuple[str, str]]) -> str:
        return "STRUCT(" + ", ".join(f"{name} {kind}" for name, kind in fields) + ")"

    def mark(self, name: str) -> str:
        return f"${name}"

    def text(self, value: str) -> str:
        return "'" + value.replace("'", "''") + "'"

    def elapsed_time(self, value: dt.timedelta) -> str:
        return f"to_microseconds({value // dt.timedelta(microseconds=1)})"

    def to_the_second(self, sql: str) -> str:
        return f"date_trunc('second', {sql})"

    def _truncate(self, node: ir.Truncate) -> str:
        operator = "%" if node.rest else "//"
        return f"({self.emit(node.operand)} {operator} {node.divisor})"

    def _add_months(self, node: ir.AddMonths) -> str:
        return f"CAST({self.emit(node.day)} + to_months(CAST({self.emit(node.months)} AS INTEGER)) AS DATE)"

    def _add_days(self, node: ir.AddDays) -> str:
        return f"({self.emit(node.day)} + {node.days})"

    def _elapsed(self, node: ir.Elapsed) -> str:
        difference = f"({self.emit(node.left)} - {self.emit(node.right)})"
        return difference if node.left.type == MOMENT else f"to_days(CAST({difference} AS INTEGER))"

    def array(self, items: Sequence[str]) -> str:
        return f"[{', '.join(items)}]"

    def total(self, aggregation: str, items: str) -> str:
        return f"list_{aggregation.lower()}({items})"

    def without(self, columns: Sequence[str]) -> str:
        return f"* EXCLUDE ({', '.join(columns)})"

    def _struct(self, node: ir.Struct) -> str:
        fields = ", ".join(f"{self.quote(name)} := {self.kept(value)}" for name, value in node.fields)
        return f"struct_pack({fields})"

    def _count(self, node: ir.Count) -> str:
        return f"len({self.emit(node.source)})"

    def _some(self, node: ir.Some) -> str:
        return self._quantified(node.source, node.variable, node.condition, "true", "false")

    def _every(self, node: ir.Every) -> str:
        return self._quantified(node.source, node.variable, ir.Not(node.condition), "false", "true")

    def _quantified(self, source: ir.Node, variable: str, condition: ir.Node, found: str, otherwise: str) -> str:
        """Three-valued: `found` when the condition is true of an item; null when it is null of one, or for no list."""
        items, item, held = self.emit(source), self.quote(variable), self.emit(condition)
        any_true = f"list_contains(list_transform({items}, lambda {item}: {held}), true)"
        any_null = f"list_contains(list_transform({items}, lambda {item}: ({held}) IS NULL), true)"
        return f"CASE WHEN {any_true} THEN {found} WHEN ({items}) IS NULL OR {any_null} THEN NULL ELSE {otherwise} END"

    def _keep_if(self, node: ir.KeepIf) -> str:
        return f"list_filter({self.emit(node.source)}, lambda {self.quote(node.variable)}: {self.emit(node.condition)})"

    def _map_list(self, node: ir.MapList) -> str:
        return f"list_transform({self.emit(node.source)}, lambda {self.quote(node.variable)}: {self.kept(node.value)})"

    def _at_position(self, node: ir.AtPosition) -> str:
        return f"list_extract({self.emit(node.source)}, {node.position})"


DUCKDB = DuckDB()
