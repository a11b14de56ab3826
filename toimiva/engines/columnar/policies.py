"""Hit policies of decision tables in SQL: from the columns that say which rules hit to the table's value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from toimiva.engines.columnar import ir
from toimiva.engines.columnar.duckdb import emit, sql_type
from toimiva.engines.columnar.errors import NotCompilable
from toimiva.engines.columnar.types import NUMBER, ListType, Type
from toimiva.engines.dmn.api import DecisionTable, disjoint

__all__ = ["Rows", "finish", "may_count_several"]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table being finished: when its rules hit, their outputs, the outputs' type, and the value where none hits.

    `several` tells that more than one rule may count, so that `hits` are columns and cheap to read again.
    """

    table: DecisionTable
    hits: tuple[str, ...]
    outputs: tuple[ir.Node, ...]
    type: Type
    default: ir.Node | None
    several: bool

    def value(self, index: int) -> str:
        """A rule's output in the table's type."""
        return f"CAST({emit(self.outputs[index])} AS {sql_type(self.type)})"


Finished = tuple[str, Type]


def may_count_several(table: DecisionTable) -> bool:
    """Whether all the rules have to be looked at: not where the first that hits decides, nor where only one can hit."""
    if table.hit_policy == "UNIQUE":
        return not disjoint(table)
    return table.hit_policy not in ("FIRST", "PRIORITY")


def finish(rows: Rows) -> Finished:
    """The table's value and its type. Raises `NotCompilable` for a policy that has no exact form."""
    policy = _POLICIES.get(rows.table.hit_policy)
    if policy is None:
        raise NotCompilable(f"Hit policy {rows.table.hit_policy} has no columnar form yet.")
    return policy(rows)


def _cases(rows: Rows, order: list[int]) -> str:
    branches = " ".join(f"WHEN {rows.hits[i]} THEN {rows.value(i)}" for i in order)
    otherwise = emit(rows.default) if rows.default is not None else "NULL"
    return f"CASE {branches} ELSE CAST({otherwise} AS {sql_type(rows.type)}) END"


def _hits(rows: Rows) -> str:
    return " + ".join(f"coalesce(CAST({rows.hits[i]} AS INTEGER), 0)" for i in range(len(rows.hits)))


def _first(rows: Rows) -> Finished:
    return _cases(rows, list(range(len(rows.hits)))), rows.type


def _unique(rows: Rows) -> Finished:
    """Null when two rules hit, as the interpreter has it; rules that are shown to be apart need no count."""
    if not rows.several:
        return _first(rows)
    return f"CASE WHEN {_hits(rows)} > 1 THEN NULL ELSE {_first(rows)[0]} END", rows.type


def _any(rows: Rows) -> Finished:
    """Null when rules that hit differ: some hit's value is not that of the first hit."""
    first = _first(rows)[0]
    same = " AND ".join(
        f"(coalesce({rows.hits[i]}, false) IS FALSE OR {rows.value(i)} IS NOT DISTINCT FROM ({first}))"
        for i in range(len(rows.hits))
    )
    return f"CASE WHEN {same} THEN {first} END", rows.type


def _priority(rows: Rows) -> Finished:
    return _cases(rows, _by_priority(rows)), rows.type


def _by_priority(rows: Rows) -> list[int]:
    """Rules by the place of their output among the values, known when every output is written out."""
    values = rows.table.outputs[0].values
    if len(rows.table.outputs) > 1 or not all(isinstance(output, ir.Literal) for output in rows.outputs):
        raise NotCompilable("Priorities have a columnar form for one output that is written out in every rule.")
    order = [getattr(value, "value", None) for value in values]
    places = [order.index(o.value) if o.value in order else len(order) for o in rows.outputs]  # type: ignore[union-attr]
    return sorted(range(len(places)), key=lambda i: places[i])


def _collected(rows: Rows, order: list[int]) -> str:
    of_kind = sql_type(ListType(rows.type))
    parts = [f"CASE WHEN {rows.hits[i]} THEN [{rows.value(i)}] ELSE [] END" for i in order]
    return f"CAST(flatten([{', '.join(parts)}]) AS {of_kind})"


def _output_order(rows: Rows) -> Finished:
    _refuse_default(rows)
    return _collected(rows, _by_priority(rows)), ListType(rows.type)


def _collect(rows: Rows) -> Finished:
    _refuse_default(rows)
    order = list(range(len(rows.hits)))
    aggregation = rows.table.aggregation
    if aggregation == "COUNT":
        return _hits(rows), NUMBER
    if aggregation is None:
        return _collected(rows, order), ListType(rows.type)
    if rows.type != NUMBER:
        raise NotCompilable(f"Aggregation {aggregation} of {rows.type} has no columnar form.")
    return f"CAST(list_{aggregation.lower()}({_collected(rows, order)}) AS {sql_type(NUMBER)})", NUMBER


def _refuse_default(rows: Rows) -> None:
    if rows.default is not None:
        raise NotCompilable("A default for a table that collects has no columnar form yet.")


_POLICIES: dict[str, Callable[[Rows], Finished]] = {
    "UNIQUE": _unique, "FIRST": _first, "ANY": _any, "PRIORITY": _priority, "COLLECT": _collect,
    "RULE ORDER": _collect, "OUTPUT ORDER": _output_order,
}  # fmt: skip
