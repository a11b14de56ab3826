"""Hit policies of decision tables in SQL: from the columns that say which rules hit to the table's value."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from toimiva.engines.columnar import ir
from toimiva.engines.columnar.dialect import Dialect
from toimiva.engines.columnar.errors import NotCompilable
from toimiva.engines.columnar.types import NUMBER, ListType, Type
from toimiva.engines.feel.api import UnaryTests, evaluate, literals_of
from toimiva.engines.models.api import DecisionTable, Forks, doubtful

__all__ = ["Rows", "finish", "may_count_several"]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table being finished: when its rules hit, their outputs, the outputs' type, and the value where none hits.

    `hits` are the rules' conditions; `cells` those of each rule's cells, None for one that takes anything. `several`
    tells that more than one rule may count, so that `hits` are columns and cheap to read again.
    """

    dialect: Dialect
    table: DecisionTable
    hits: tuple[str, ...]
    cells: tuple[tuple[str | None, ...], ...]
    outputs: tuple[ir.Node, ...]
    type: Type
    default: ir.Node | None
    several: bool

    def value(self, index: int) -> str:
        """A rule's output in the table's type; a short number that is written out, in a column half as wide."""
        output = self.outputs[index]
        short = isinstance(output, ir.Literal) and self.type == NUMBER and abs(output.value) < 10**SHORT_DIGITS
        return f"CAST({self.dialect.kept(output)} AS {SHORT if short else self.dialect.sql_type(self.type)})"


SHORT, SHORT_DIGITS = "DECIMAL(18,6)", 12
MOST_PAIRS = 4  # a rule; beyond that counting all the hits is cheaper
Finished = tuple[str, Type]


def may_count_several(table: DecisionTable) -> bool:
    """Whether all the rules have to be looked at: not where the first that hits decides, nor where only one can hit."""
    if table.hit_policy == "UNIQUE":
        return bool(doubtful(table))
    return table.hit_policy not in ("FIRST", "PRIORITY")


def finish(rows: Rows) -> Finished:
    """The table's value and its type. Raises `NotCompilable` for a policy that has no exact form."""
    policy = _POLICIES.get(rows.table.hit_policy)
    if policy is None:
        raise NotCompilable(f"Hit policy {rows.table.hit_policy} has no columnar form yet.")
    return policy(rows)


def _cases(rows: Rows, order: list[int]) -> str:
    branches = " ".join(f"WHEN {rows.hits[i]} THEN {rows.value(i)}" for i in order)
    return f"CASE {branches} ELSE {_otherwise(rows)} END"


def _otherwise(rows: Rows) -> str:
    if rows.default is None:
        return "NULL" if rows.type == NUMBER else rows.dialect.cast("NULL", rows.type)
    return rows.dialect.cast(rows.dialect.kept(rows.default), rows.type)


def _tree(rows: Rows, order: Collection[int], forks: Forks, done: frozenset[int] = frozenset()) -> str:
    """The cases as a decision tree: where a column's tests exclude each other, only one branch is looked into."""
    fork = forks.best(order)
    if fork is None:
        conditions = [(_left(rows.cells[i], done), rows.value(i)) for i in order]
        return f"CASE {' '.join(f'WHEN {when} THEN {value}' for when, value in conditions)} ELSE {_otherwise(rows)} END"
    inner = done | {fork.column}
    branches = " ".join(
        f"WHEN {rows.cells[branch[0]][fork.column]} THEN {_tree(rows, branch, forks, inner)}"
        for branch in fork.branches
    )
    return f"CASE {branches} ELSE {_otherwise(rows)} END"


def _left(cells: tuple[str | None, ...], done: frozenset[int]) -> str:
    """What of a rule is still to be asked after the forks on the way."""
    return " AND ".join(cell for i, cell in enumerate(cells) if cell is not None and i not in done) or "true"


def _hits(rows: Rows) -> str:
    return " + ".join(f"coalesce(CAST({rows.hits[i]} AS INTEGER), 0)" for i in range(len(rows.hits)))


def _first(rows: Rows) -> Finished:
    if rows.several:
        return _cases(rows, list(range(len(rows.hits)))), rows.type
    return _tree(rows, range(len(rows.hits)), Forks(rows.table)), rows.type


def _unique(rows: Rows) -> Finished:
    """Null when two rules hit, as the interpreter has it; rules that are shown to be apart need no count."""
    if not rows.several:
        return _first(rows)
    pairs = doubtful(rows.table)
    clash = " OR ".join(f"({rows.hits[i]} AND {rows.hits[j]})" for i, j in pairs)
    if len(pairs) > MOST_PAIRS * len(rows.hits):
        clash = f"{_hits(rows)} > 1"
    return f"CASE WHEN {clash} THEN NULL ELSE {_first(rows)[0]} END", rows.type


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
    written = literals_of(UnaryTests((0, 0), values)) == list(values)
    if len(rows.table.outputs) > 1 or not written or not all(isinstance(o, ir.Literal) for o in rows.outputs):
        raise NotCompilable("Priorities have a columnar form for one output that is written out in every rule.")
    order = [evaluate(value, {}) for value in values]
    places = [order.index(o.value) if o.value in order else len(order) for o in rows.outputs]  # type: ignore[union-attr]
    return sorted(range(len(places)), key=lambda i: places[i])


def _collected(rows: Rows, order: list[int]) -> str:
    array, none = rows.dialect.array, rows.dialect.array([])
    parts = [f"CASE WHEN {rows.hits[i]} THEN {array([rows.value(i)])} ELSE {none} END" for i in order]
    return rows.dialect.cast(f"flatten({array(parts)})", ListType(rows.type))


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
    return rows.dialect.cast(rows.dialect.total(aggregation, _collected(rows, order)), NUMBER), NUMBER


def _refuse_default(rows: Rows) -> None:
    if rows.default is not None:
        raise NotCompilable("A default for a table that collects has no columnar form yet.")


_POLICIES: dict[str, Callable[[Rows], Finished]] = {
    "UNIQUE": _unique, "FIRST": _first, "ANY": _any, "PRIORITY": _priority, "COLLECT": _collect,
    "RULE ORDER": _collect, "OUTPUT ORDER": _output_order,
}  # fmt: skip
