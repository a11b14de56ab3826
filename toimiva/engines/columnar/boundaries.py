"""Whose decision may differ only because time has passed: the boundaries that the rules themselves name.

A decision is a function of its inputs and of the tests in which a dated parameter (today among them) takes part. While
each such test comes out the same with yesterday's parameters and with today's, so does the decision.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from toimiva.engines.columnar import ir
from toimiva.engines.columnar.boxed import cells_of, default_of, functions_of, lower_boxed, row_of
from toimiva.engines.columnar.constants import constant
from toimiva.engines.columnar.duckdb import DUCKDB
from toimiva.engines.columnar.errors import NotCompilable
from toimiva.engines.columnar.lower import lower
from toimiva.engines.columnar.types import BOOLEAN, Type, type_named
from toimiva.engines.models.api import Decision, DecisionTable, Model

__all__ = ["crossing"]

Values = Mapping[str, Any]


def crossing(
    model: Model, wanted: Collection[str], before: Values, after: Values, types: Mapping[str, Type],
    *, parameters_input: str = "parameters",
) -> str:  # fmt: skip
    """A condition that holds for the rows whose decisions may differ between two sets of dated parameters.

    It is DuckDB's SQL, asked of the query that `compile_model` makes of the same decisions with `after`, whose column
    types are `types`. Where the rules use no parameter that has changed it is `false`. Raises `NotCompilable` where a
    decision has no columnar form: then everyone may be concerned.
    """
    moved = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    reader = _Reader(model, after, types, parameters_input, moved)
    tests = [test for decision in model.in_order(wanted) for test in reader.tests(decision, decision.name in wanted)]
    pairs = ((DUCKDB.emit(_with_values(test, values)) for values in (before, after)) for test in tests)
    conditions = dict.fromkeys(f"({old}) IS DISTINCT FROM ({new})" for old, new in pairs)
    return " OR ".join(conditions) or "false"


class _Reader:
    """Reads decisions in their order and finds the tests in which a parameter that has moved takes part."""

    def __init__(
        self, model: Model, parameters: Values, types: Mapping[str, Type], under: str, moved: Collection[str]
    ) -> None:
        self.model, self.types, self.moved = model, types, moved
        self.scope: dict[str, ir.Node] = {
            f"{under}.{name}": ir.Parameter(name, value, constant(value).type) for name, value in parameters.items()
        }
        kinds = {data.name: type_named(data.type_ref, model.types) for data in model.inputs.values()}
        self.scope |= {name: ir.Column(name, kind) for name, kind in kinds.items() if kind is not None}

    def tests(self, decision: Decision, wanted: bool) -> list[ir.Node]:
        """The tests of a table or of a wanted value; what only passes a value on is tested where it is used."""
        if decision.expression is None or decision.name not in self.types:
            raise NotCompilable(f"{decision.name!r} has no columnar form.")
        seen = {key: node for key, node in self.scope.items() if {key, key.partition(".")[0]} & {*decision.requires}}
        scope = {**seen, **functions_of(self.model, decision.requires)}
        self.scope[decision.name] = ir.Column(decision.name, self.types[decision.name])
        if isinstance(decision.expression, DecisionTable):
            return [test for part in _parts(decision.expression, scope) for test in self._around(part)]
        value = lower_boxed(decision.expression, scope)
        if self._moves(value):
            self.scope[decision.name] = value
        return self._around(value) if wanted else []

    def _around(self, node: ir.Node) -> list[ir.Node]:
        found = self._cover(node)
        return [node] if found is None else found

    def _cover(self, node: ir.Node) -> list[ir.Node] | None:
        """The smallest truths that stand alone and hold every moved parameter; None where one is in no such truth."""
        if not self._moves(node):
            return []
        parts = [self._cover(part) for part in _children(node)]
        inner = [part for part in parts if part is not None]
        if parts and len(inner) == len(parts):
            return [test for part in inner for test in part]
        return [node] if node.type == BOOLEAN and not _free(node) else None

    def _moves(self, node: ir.Node) -> bool:
        if isinstance(node, ir.Parameter):
            return node.name in self.moved
        return any(self._moves(part) for part in _children(node))


def _parts(table: DecisionTable, scope: ir.Environment) -> Iterator[ir.Node]:
    """All that a table's value comes from: each cell's truth, each rule's outputs, the default."""
    tested = [lower(clause.node, scope, clause.text) for clause in table.inputs]
    for rule in table.rules:
        yield from (cell for cell in cells_of(rule, tested, scope) if cell is not None)
        yield row_of(table, rule.outputs, scope)
    default = default_of(table, scope)
    if default is not None:
        yield default


def _children(node: ir.Node) -> Iterator[ir.Node]:
    for field in fields(node):
        yield from _nodes(getattr(node, field.name))


def _nodes(value: object) -> Iterator[ir.Node]:
    if isinstance(value, tuple):
        for part in value:
            yield from _nodes(part)
    elif isinstance(value, ir.Node):
        yield value


def _free(node: ir.Node) -> set[str]:
    """Items of lists outside the node that it speaks of."""
    if isinstance(node, ir.Variable):
        return {node.name}
    used = {name for part in _children(node) for name in _free(part)}
    return used - {node.variable} if isinstance(node, ir.Some | ir.Every | ir.KeepIf | ir.MapList) else used


def _with_values(node: ir.Node, values: Values) -> ir.Node:
    """The node with its dated parameters written out."""
    if isinstance(node, ir.Parameter):
        return constant(values.get(node.name))
    return replace(node, **{field.name: _rewritten(getattr(node, field.name), values) for field in fields(node)})


def _rewritten(value: Any, values: Values) -> Any:
    if isinstance(value, tuple):
        return tuple(_rewritten(part, values) for part in value)
    return _with_values(value, values) if isinstance(value, ir.Node) else value
