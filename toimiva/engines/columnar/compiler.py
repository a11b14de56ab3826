"""A whole DMN model as one query: each decision is a column, added in the order in which they require each other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from toimiva.engines.columnar import ir
from toimiva.engines.columnar.boxed import cells_of, default_of, functions_of, hold_to, lower_boxed, row_of, row_type
from toimiva.engines.columnar.constants import constant
from toimiva.engines.columnar.dialect import Dialect
from toimiva.engines.columnar.duckdb import DUCKDB
from toimiva.engines.columnar.errors import NotCompilable
from toimiva.engines.columnar.lower import lower
from toimiva.engines.columnar.policies import Rows, finish, may_count_several
from toimiva.engines.columnar.types import Type, type_named, type_of
from toimiva.engines.feel.api import Node, YearsMonths, names_used
from toimiva.engines.models.api import (
    Decider,
    Decision,
    DecisionTable,
    Model,
    nodes_below,
)

__all__ = ["Compiled", "compile_condition", "compile_model"]

MOST_NODES = 20_000


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL text with `{source}` for the input relation, its parameters, and what could not be compiled and why.

    `decisions` are those that are columns of the query, `types` the columns' types, `constants` the decisions among
    them that are the same for everyone.
    """

    sql: str
    parameters: Mapping[str, Any]
    decisions: tuple[str, ...]
    refused: Mapping[str, NotCompilable]
    types: Mapping[str, Type]
    constants: frozenset[str]

    def over(self, source: str) -> str:
        """The query over a relation's name or a parenthesised query."""
        return self.sql.replace("{source}", source)


def compile_model(
    model: Model,
    parameters: Mapping[str, Any],
    *,
    parameters_input: str = "parameters",
    wanted: Collection[str] | None = None,
    dialect: Dialect = DUCKDB,
) -> Compiled:
    """Compile every decision that can be; the rest is in `refused`, with all that depends on it.

    `wanted` names the decisions to compile, with what they require; without it, all of them.

    `parameters` are the dated parameters by name: bound as query parameters where the model reads
    `parameters.<name>`. The source relation has a column per other input, in the type the model gives it.
    """
    compiler = _Compiler(model, _bound(parameters, parameters_input), dialect)
    for decision in model.in_order(wanted):
        compiler.add(decision)
    compiler.add_constants()
    bound = {dialect.parameter_name(name): _bindable(value) for name, value in parameters.items()}
    used = {name: value for name, value in bound.items() if f"{dialect.mark(name)} " in compiler.sql}
    return Compiled(
        compiler.sql, used, tuple(compiler.types), compiler.refused, compiler.types, frozenset(compiler.constants)
    )


def compile_condition(node: Node, columns: Mapping[str, tuple[str, Type]], known: Mapping[str, Any], text: str) -> str:
    """A FEEL condition over plain columns as DuckDB's SQL, such as who is in a cohort. Raises `NotCompilable`.

    `columns` maps a FEEL path such as `child.born` to its column and type; `known` maps paths to constants.
    """
    scope: dict[str, ir.Node] = {path: ir.Column(name, kind) for path, (name, kind) in columns.items()}
    scope |= {path: constant(value) for path, value in known.items()}
    return DUCKDB.emit(lower(node, scope, text))


def _bound(parameters: Mapping[str, Any], under: str) -> dict[str, ir.Node]:
    bound: dict[str, ir.Node] = {}
    for name, value in parameters.items():
        kind = constant(value).type
        bound[f"{under}.{name}"] = ir.Parameter(name, value, kind)
    return bound


def _bindable(value: Any) -> Any:
    return value.months if isinstance(value, YearsMonths) else value


class _Compiler:
    def __init__(self, model: Model, parameters: Mapping[str, ir.Node], dialect: Dialect) -> None:
        self.model, self.dialect = model, dialect
        self.sql = "SELECT * FROM {source}"
        self.types: dict[str, Type] = {}
        self.constants: dict[str, ir.Node] = {}
        self.refused: dict[str, NotCompilable] = {}
        self.scope: dict[str, ir.Node] = dict(parameters)
        for data in model.inputs.values():
            kind = type_named(data.type_ref, model.types)
            if kind is not None and type_of(data.type) is not None:
                self.scope[data.name] = ir.Column(data.name, kind)

    @cached_property
    def decider(self) -> Decider:
        """The interpreter, for what is the same for everyone."""
        return Decider(self.model)

    def add(self, decision: Decision) -> None:
        """Compile one decision onto the query, or note why not."""
        try:
            self._column(decision)
        except NotCompilable as refusal:
            self.refused[decision.name] = refusal
        except RecursionError:
            self.refused[decision.name] = NotCompilable("The decision is nested deeper than the machine allows.")

    def add_constants(self) -> None:
        """The columns of what is the same for everyone, all at once: nothing reads them but who runs the query."""
        if self.constants:
            self._stage({name: self.dialect.emit(value) for name, value in self.constants.items()})

    def _column(self, decision: Decision) -> None:
        if decision.expression is None:
            raise NotCompilable("The decision has no expression.")
        if self._same_for_all(decision):
            value = constant(self.decider.evaluate(decision.name, {}).value)
            self.constants[decision.name] = self.scope[decision.name] = value
            self.types[decision.name] = value.type
        elif isinstance(decision.expression, DecisionTable):
            self._table(decision, decision.expression)
        else:
            node = lower_boxed(decision.expression, self._scope(decision))
            if ir.size(node) > MOST_NODES:
                raise NotCompilable(f"Written out, the decision has more than {MOST_NODES} parts.")
            hold_to(decision.type, node.type, "The value")
            self._add(decision.name, self.dialect.full_width(node), node.type, ir.decimals(node))

    def _scope(self, decision: Decision) -> ir.Environment:
        """What the decision's texts can mean: what it requires, as the interpreter has it, and nothing else."""
        seen = {key: node for key, node in self.scope.items() if {key, key.partition(".")[0]} & {*decision.requires}}
        return {**seen, **functions_of(self.model, decision.requires)}

    def _add(self, name: str, sql: str, kind: Type, decimals: int = ir.COLUMN_DECIMALS) -> None:
        self._stage({name: sql})
        self.types[name] = kind
        self.scope[name] = ir.Column(name, kind, decimals)

    def _same_for_all(self, decision: Decision) -> bool:
        """Whether nothing that is asked for, and no clock, has a say in it."""
        given = self.model.inputs.keys() | (self.model.decisions.keys() - self.constants.keys())
        if any(name in given or "." in name for name in decision.requires):
            return False
        return not _reads_clock(self.model, decision)

    def _stage(self, columns: Mapping[str, str]) -> None:
        added = ", ".join(f"{sql} AS {self.dialect.quote(name)}" for name, sql in columns.items())
        self.sql = f"SELECT *, {added} FROM ({self.sql})"

    # --- decision tables

    def _table(self, decision: Decision, table: DecisionTable) -> None:
        """Columns of what is tested, then of the rules' conditions where several may count, then of the value."""
        scope = self._scope(decision)
        tested, helpers = self._tested(decision.name, table, scope)
        cells = tuple(
            tuple(None if cell is None else self.dialect.emit(cell) for cell in cells_of(rule, tested, scope))
            for rule in table.rules
        )
        conditions = [" AND ".join(cell for cell in row if cell is not None) or "true" for row in cells]
        outputs = tuple(row_of(table, rule.outputs, scope) for rule in table.rules)
        default = default_of(table, scope)
        kind = row_type([*outputs, default] if default is not None else [*outputs])
        several = may_count_several(table)
        flags = {f"{decision.name} rule {i}": condition for i, condition in enumerate(conditions, 1)} if several else {}
        hits = tuple(map(self.dialect.quote, flags)) if several else tuple(conditions)
        value, value_type = finish(Rows(self.dialect, table, hits, cells, outputs, kind, default, several))
        hold_to(decision.type, value_type, "The value")
        for columns in (helpers, flags):
            if columns:
                self._stage(columns)
        self._add(decision.name, value, value_type)
        if helpers or flags:
            kept = self.dialect.without([self.dialect.quote(name) for name in (*helpers, *flags)])
            self.sql = f"SELECT {kept} FROM ({self.sql})"

    def _tested(self, name: str, table: DecisionTable, scope: ir.Environment) -> tuple[list[ir.Node], dict[str, str]]:
        """What the columns test, and the SQL of those that are worth working out once for all the rules."""
        tested: list[ir.Node] = []
        helpers: dict[str, str] = {}
        for number, clause in enumerate(table.inputs, 1):
            node = lower(clause.node, scope, clause.text)
            if not isinstance(node, ir.Column | ir.Literal | ir.NullValue):
                column = f"{name} input {number}"
                helpers[column] = self.dialect.emit(node)
                node = ir.Column(column, node.type)
            tested.append(node)
        return tested, helpers


def _reads_clock(model: Model, decision: Decision) -> bool:
    """Whether now() or today() is anywhere in the logic that the decision uses: in it, or in what it calls."""
    parts: list[object] = [decision.expression, *model.knowledge.values()]
    parts += [other.expression for other in model.decisions.values() if model.services]
    return any(name in ("now", "today") for part in parts for node in nodes_below(part) for name in names_used(node))
