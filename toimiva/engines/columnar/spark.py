"""Spark's SQL, for a city or nation that outgrows one machine; dated parameters become `:name`.

A session must have its `settings`: with Spark's own a product loses decimals without a word.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from toimiva.engines.columnar import ir
from toimiva.engines.columnar.dialect import Dialect
from toimiva.engines.columnar.types import BOOLEAN, DATE, DAYS, MOMENT, MONTHS, NULL, NUMBER, STRING

__all__ = ["SPARK", "Spark"]

_SECOND = dt.timedelta(seconds=1)


class Spark(Dialect):
    """Spark 4.0 and newer. A time of day has no type there, so that what needs one is refused."""

    name = "Spark"
    type_names = {
        BOOLEAN: "BOOLEAN", NUMBER: "DECIMAL(28,6)", STRING: "STRING", DATE: "DATE", MOMENT: "TIMESTAMP_NTZ",
        DAYS: "INTERVAL DAY TO SECOND", MONTHS: "BIGINT", NULL: "STRING",
    }  # fmt: skip
    functions = {
        "concatenate": "({} || {})", "abs": "abs({})", "string length": "char_length({})",
        "contains": "contains({}, {})", "starts with": "startswith({}, {})", "ends with": "endswith({}, {})",
    }  # fmt: skip
    date_parts = {"weekday": "(weekday({}) + 1)"}
    settings = {
        "spark.sql.ansi.enabled": "true",  # an overflow is an error
        "spark.sql.decimalOperations.allowPrecisionLoss": "false",
        "spark.sql.session.timeZone": "UTC",
    }

    def quote(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"

    def list_type(self, item: str) -> str:
        return f"ARRAY<{item}>"

    def struct_type(self, fields: Sequence[tuple[str, str]]) -> str:
        return "STRUCT<" + ", ".join(f"{name}: {kind}" for name, kind in fields) + ">"

    def mark(self, name: str) -> str:
        return f":{name}"

    def text(self, value: str) -> str:
        """Backslashes escape; a dollar sign would begin one of Spark's own variables."""
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("$", "\\u0024") + "'"

    def elapsed_time(self, value: dt.timedelta) -> str:
        seconds, rest = divmod(value, _SECOND)
        return f"make_dt_interval(0, 0, 0, CAST({seconds}.{rest.microseconds:06} AS DECIMAL(18,6)))"

    def to_the_second(self, sql: str) -> str:
        return f"CAST(date_trunc('SECOND', {sql}) AS TIMESTAMP_NTZ)"

    def _truncate(self, node: ir.Truncate) -> str:
        operator = "%" if node.rest else "DIV"
        return f"({self.emit(node.operand)} {operator} {node.divisor})"

    def _add_months(self, node: ir.AddMonths) -> str:
        return f"add_months({self.emit(node.day)}, CAST({self.emit(node.months)} AS INTEGER))"

    def _add_days(self, node: ir.AddDays) -> str:
        return f"date_add({self.emit(node.day)}, {node.days})"

    def _elapsed(self, node: ir.Elapsed) -> str:
        left, right = self.emit(node.left), self.emit(node.right)
        return f"({left} - {right})" if node.left.type == MOMENT else f"make_dt_interval(datediff({left}, {right}))"

    def array(self, items: Sequence[str]) -> str:
        return f"array({', '.join(items)})"

    def total(self, aggregation: str, items: str) -> str:
        if aggregation != "SUM":
            return f"array_{aggregation.lower()}({items})"
        known, number = f"filter({items}, x -> x IS NOT NULL)", self.type_names[NUMBER]
        added = f"aggregate({known}, CAST(0 AS {number}), (sum, x) -> CAST(sum + x AS {number}))"
        return f"CASE WHEN size({known}) > 0 THEN {added} END"

    def without(self, columns: Sequence[str]) -> str:
        return f"* EXCEPT ({', '.join(columns)})"

    def _struct(self, node: ir.Struct) -> str:
        return "named_struct(" + ", ".join(f"{self.text(name)}, {self.kept(v)}" for name, v in node.fields) + ")"

    def _count(self, node: ir.Count) -> str:
        return f"size({self.emit(node.source)})"

    def _some(self, node: ir.Some) -> str:
        return f"exists({self._looped(node.source, node.variable)} {self.emit(node.condition)})"

    def _every(self, node: ir.Every) -> str:
        return f"forall({self._looped(node.source, node.variable)} {self.emit(node.condition)})"

    def _keep_if(self, node: ir.KeepIf) -> str:
        return f"filter({self._looped(node.source, node.variable)} {self.emit(node.condition)})"

    def _map_list(self, node: ir.MapList) -> str:
        return f"transform({self._looped(node.source, node.variable)} {self.kept(node.value)})"

    def _looped(self, source: ir.Node, variable: str) -> str:
        return f"{self.emit(source)}, {self.quote(variable)} ->"

    def _at_position(self, node: ir.AtPosition) -> str:
        return f"try_element_at({self.emit(node.source)}, {node.position})"


SPARK = Spark()
