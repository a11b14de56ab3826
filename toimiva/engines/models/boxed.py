"""Boxed expressions as functions of a scope (DMN 1.5, 10.2 and 10.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from toimiva.engines.feel.api import (
    Evaluator,
    FeelType,
    Scope,
    Value,
    call,
    coerce,
    collecting,
    hold,
    iterate,
    kind_of,
    names_used,
    prepare,
    select,
    to_text,
    user_function,
)
from toimiva.engines.models.checking import nodes_below
from toimiva.engines.models.model import (
    Conditional,
    Context,
    DecisionTable,
    Expression,
    FilterExpression,
    FunctionDefinition,
    Invocation,
    ListExpression,
    LiteralExpression,
    Loop,
    Relation,
    Typed,
)
from toimiva.engines.models.tables import prepare_table

__all__ = ["fitting", "prepare_boxed", "prepare_function"]


def prepare_boxed(expression: Expression) -> Evaluator:
    """The expression as a function of a scope."""
    return _PREPARE[type(expression)](expression)


def fitting(value: Value, kind: FeelType | None, scope: Scope, name: str) -> Value:
    """The value as its declared type has it; null, with a reason, where it cannot be."""
    if kind is None or value is None:
        return value
    fitted = coerce(value, kind)
    if fitted is None:
        scope.null(f"{name} cannot be {to_text(value)}: that is not of its type.")
    return fitted


def _literal(expression: LiteralExpression) -> Evaluator:
    return prepare(expression.node)


def _context(context: Context) -> Evaluator:
    entries = [(entry.name, entry.type, prepare_boxed(entry.expression)) for entry in context.entries]

    def build(scope: Scope) -> Value:
        inner, result = scope.also({}), {}
        for name, kind, boxed in entries:
            value = boxed(inner)
            if name is None:
                return value
            inner[name] = result[name] = fitting(value, kind, scope, name)
        return result

    return build


def _list(expression: ListExpression) -> Evaluator:
    items = [prepare_boxed(item) for item in expression.items]
    return lambda scope: [item(scope) for item in items]


def _relation(relation: Relation) -> Evaluator:
    rows = [[prepare_boxed(cell) for cell in row] for row in relation.rows]
    columns = relation.columns
    return lambda scope: [dict(zip(columns, [cell(scope) for cell in row], strict=True)) for row in rows]


def _invocation(invocation: Invocation) -> Evaluator:
    function = prepare_boxed(invocation.function)
    names = tuple(name for name, _ in invocation.bindings)
    values = [prepare_boxed(expression) for _, expression in invocation.bindings]
    return lambda scope: call(scope, function(scope), [value(scope) for value in values], names)


def prepare_function(definition: FunctionDefinition, name: str, result: FeelType | None = None) -> Evaluator:
    """A function definition as a function of the scope that it closes over."""
    body = prepare_boxed(definition.body)
    parameters = [(parameter.name, parameter.type) for parameter in definition.parameters]
    return lambda scope: user_function(scope, name, parameters, body, result)


def _conditional(conditional: Conditional) -> Evaluator:
    parts = (conditional.condition, conditional.then, conditional.otherwise)
    condition, then, otherwise = (prepare_boxed(part) for part in parts)

    def choose(scope: Scope) -> Value:
        held = condition(scope)
        if held is None or isinstance(held, bool):
            return then(scope) if held is True else otherwise(scope)
        return scope.null(f"A condition is true or false, not {kind_of(held)}.")

    return choose


def _typed(expression: Typed) -> Evaluator:
    inner, kind = prepare_boxed(expression.expression), expression.type
    return lambda scope: fitting(inner(scope), kind, scope, "An expression")


def _filter(expression: FilterExpression) -> Evaluator:
    source, match = prepare_boxed(expression.source), prepare_boxed(expression.match)
    return lambda scope: select(scope, source(scope), match)


def _loop(loop: Loop) -> Evaluator:
    iterators, result = [(loop.variable, prepare_boxed(loop.source))], prepare_boxed(loop.result)
    if loop.kind == "for":
        partial = any("partial" in names_used(node) for node in nodes_below(loop.result))
        return collecting(iterators, result, partial=partial)
    scopes = iterate(iterators)

    def check(scope: Scope) -> bool | None:
        rounds = scopes(scope)
        return None if rounds is None else hold(rounds, result, decisive=loop.kind == "some")

    return check


_PREPARE: dict[type, Callable[[Any], Evaluator]] = {
    LiteralExpression: _literal,
    DecisionTable: prepare_table,
    Context: _context,
    ListExpression: _list,
    Relation: _relation,
    Invocation: _invocation,
    FunctionDefinition: lambda definition: prepare_function(definition, "function"),
    Conditional: _conditional,
    FilterExpression: _filter,
    Loop: _loop,
    Typed: _typed,
}
