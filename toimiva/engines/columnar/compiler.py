"""A whole DMN model as one query: each decision is a column, added in the order in which they require each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from toimiva.engines.columnar import ir
from toimiva.engines.columnar.duckdb import emit, parameter_name, quote, sql_type
from toimiva.engines.columnar.errors import NotCompilable
from toimiva.engines.columnar.lower import INPUT, constant, lower, lower_tests
from toimiva.engines.columnar.types import NULL, NUMBER, ContextType, ListType, Type, type_named, unify
from toimiva.engines.dmn.api import DecisionTable, LiteralExpression, Model
from toimiva.engines.feel.ast import Node
from toimiva.engines.feel.values import YearsMonths

__all__ = ["Compiled", "compile_condition", "compile_model"]


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL text with `{source}` for the input relation, its parameters, and what could not be compiled and why."""

    sql: str
    parameters: Mapping[str, Any]
    decisions: tuple[str, ...]
    refused: Mapping[str, NotCompilable]

    def over(self, source: str) -> str:
        """The query over a relation's name or a parenthesised query."""
        return self.sql.replace("{source}", source)


def compile_model(model: Model, parameters: Mapping[str, Any], *, parameters_input: str = "parameters") -> Compiled:
    """Compile every decision that can be; the rest is in `refused`, with all that depends on it.

    `parameters` are the dated parameters by name: bound as query parameters where the model reads
    `parameters.<name>`. The source relation has a column per other input, in the type the model gives it.
    """
    compiler = _Compiler(model, _bound(parameters, parameters_input))
    for decision in model.in_order():
        compiler.add(decision.name)
    bound = {parameter_name(name): _bindable(value) for name, value in parameters.items()}
    used = {name: value for name, value in bound.items() if f"${name} " in compiler.sql}
    return Compiled(compiler.sql, used, tuple(compiler.done), compiler.refused)


def compile_condition(node: Node, columns: Mapping[str, tuple[str, Type]], known: Mapping[str, Any], text: str) -> str:
    """A FEEL condition over plain columns as SQL, such as who is in a cohort. Raises `NotCompilable`.

    `columns` maps a FEEL path such as `child.born` to its column and type; `known` maps paths to constants.
    """
    scope: dict[str, ir.Node] = {path: ir.Column(name, kind) for path, (name, kind) in columns.items()}
    scope |= {path: constant(value) for path, value in known.items()}
    return emit(lower(node, scope, text))


def _bound(parameters: Mapping[str, Any], under: str) -> dict[str, ir.Node]:
    bound: dict[str, ir.Node] = {}
    for name, value in parameters.items():
        kind = constant(value).type
        bound[f"{under}.{name}"] = ir.Parameter(name, value, kind)
    return bound


def _bindable(value: Any) -> Any:
    return value.months if isinstance(value, YearsMonths) else value


class _Compiler:
    def __init__(self, model: Model, parameters: Mapping[str, ir.Node]) -> None:
        self.model = model
        self.sql = "SELECT * FROM {source}"
        self.done: list[str] = []
        self.refused: dict[str, NotCompilable] = {}
        self.scope: dict[str, ir.Node] = dict(parameters)
        for data in model.inputs.values():
            kind = type_named(data.type_ref, model.types)
            if kind is not None:
                self.scope[data.name] = ir.Column(data.name, kind)

    def add(self, name: str) -> None:
        """Compile one decision onto the query, or note why not."""
        try:
            kind = self._column(name)
        except NotCompilable as refusal:
            self.refused[name] = refusal
            return
        self.done.append(name)
        self.scope[name] = ir.Column(name, kind)

    def _column(self, name: str) -> Type:
        expression = self.model.decisions[name].expression
        match expression:
            case LiteralExpression():
                node = lower(expression.node, self.scope, expression.text)
                self._stage({name: emit(node)})
                return node.type
            case DecisionTable():
                return self._table(name, expression)
        raise NotCompilable(f"A decision made by {type(expression).__name__} has no columnar form yet.")

    def _stage(self, columns: Mapping[str, str]) -> None:
        added = ", ".join(f"{sql} AS {quote(name)}" for name, sql in columns.items())
        self.sql = f"SELECT *, {added} FROM ({self.sql})"

    def _table(self, name: str, table: DecisionTable) -> Type:
        """First a boolean column per rule, then the value: every condition is computed once."""
        finish = _POLICIES.get(table.hit_policy)
        if finish is None:
            raise NotCompilable(f"Hit policy {table.hit_policy} has no columnar form yet.")
        conditions = self._conditions(table)
        rows = [self._row(table, index) for index in range(len(table.rules))]
        kind = _row_type(rows)
        flags = {f"{name} rule {i}": emit(condition) for i, condition in enumerate(conditions, 1)}
        value, value_type = finish(table, [quote(flag) for flag in flags], rows, kind)
        self._stage(flags)
        self._stage({name: value})
        dropped = ", ".join(quote(flag) for flag in flags)
        self.sql = f"SELECT * EXCLUDE ({dropped}) FROM ({self.sql})"
        return value_type

    def _conditions(self, table: DecisionTable) -> list[ir.Node]:
        tested = [lower(clause.node, self.scope, clause.text) for clause in table.inputs]
        conditions: list[ir.Node] = []
        for rule in table.rules:
            cells = zip(tested, rule.tests, rule.texts, strict=True)
            tests = [lower_tests(test, {**self.scope, INPUT: value}, text) for value, test, text in cells if test.tests]
            conditions.append(ir.And(tuple(tests)) if tests else constant(True))
        return conditions

    def _row(self, table: DecisionTable, index: int) -> ir.Node:
        outputs = [lower(node, self.scope) for node in table.rules[index].outputs]
        if len(outputs) == 1:
            return outputs[0]
        names = [clause.name for clause in table.outputs]
        fields = tuple(zip(names, outputs, strict=True))
        return ir.Struct(fields, ContextType(tuple((name, node.type) for name, node in fields)))


def _row_type(rows: list[ir.Node]) -> Type:
    kind: Type = NULL
    for row in rows:
        unified = _unify_rows(kind, row.type)
        if unified is None:
            raise NotCompilable("The rules of a table give different types.")
        kind = unified
    return kind


def _unify_rows(left: Type, right: Type) -> Type | None:
    """As `unify`, entry by entry for contexts: a rule may leave an entry null."""
    if not (isinstance(left, ContextType) and isinstance(right, ContextType)):
        return unify(left, right)
    entries = [(name, unify(a, b)) for (name, a), (_, b) in zip(left.fields, right.fields, strict=True)]
    known = tuple((name, kind) for name, kind in entries if kind is not None)
    return ContextType(known) if len(known) == len(entries) else None


Finished = tuple[str, Type]


def _cases(flags: list[str], rows: list[ir.Node], kind: Type, otherwise: str) -> str:
    branches = " ".join(
        f"WHEN {flag} THEN CAST({emit(row)} AS {sql_type(kind)})" for flag, row in zip(flags, rows, strict=True)
    )
    return f"CASE {branches} ELSE {otherwise} END"


def _default(table: DecisionTable, kind: Type) -> str:
    if any(clause.default for clause in table.outputs):
        raise NotCompilable("A default output has no columnar form yet: add a last rule that always holds.")
    return f"CAST(NULL AS {sql_type(kind)})"


def _first(table: DecisionTable, flags: list[str], rows: list[ir.Node], kind: Type) -> Finished:
    return _cases(flags, rows, kind, _default(table, kind)), kind


def _unique(table: DecisionTable, flags: list[str], rows: list[ir.Node], kind: Type) -> Finished:
    """Null when two rules hit, as the interpreter has it."""
    hits = " + ".join(f"coalesce(CAST({flag} AS INTEGER), 0)" for flag in flags)
    single = _cases(flags, rows, kind, _default(table, kind))
    return f"CASE WHEN {hits} > 1 THEN NULL ELSE {single} END", kind


def _collect(table: DecisionTable, flags: list[str], rows: list[ir.Node], kind: Type) -> Finished:
    if table.aggregation == "COUNT":
        return " + ".join(f"coalesce(CAST({flag} AS INTEGER), 0)" for flag in flags), NUMBER
    if table.aggregation is not None:
        raise NotCompilable(f"Aggregation {table.aggregation} has no columnar form yet.")
    of_kind = sql_type(ListType(kind))
    parts = [f"CASE WHEN {flag} THEN [{emit(row)}] ELSE [] END" for flag, row in zip(flags, rows, strict=True)]
    return f"CAST(flatten([{', '.join(parts)}]) AS {of_kind})", ListType(kind)


_POLICIES: dict[str, Callable[[DecisionTable, list[str], list[ir.Node], Type], Finished]] = {
    "UNIQUE": _unique, "FIRST": _first, "COLLECT": _collect, "RULE ORDER": _collect,
}  # fmt: skip
