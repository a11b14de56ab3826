"""Calls, function literals and `instance of`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from toimiva.engines.feel import ast
from toimiva.engines.feel.evaluation.prepare import prepare, prepares
from toimiva.engines.feel.evaluation.scope import Evaluator, Scope
from toimiva.engines.feel.types import FeelType, UnknownType, coerce, conforms, resolve
from toimiva.engines.feel.values import Function, Signature, Undefined, Value, kind_of

__all__ = ["TYPES", "call", "user_function"]

TYPES = " types"  # the name, which no FEEL text can write, under which a scope keeps the model's own types


@prepares(ast.Call)
def _call(node: ast.Call) -> Evaluator:
    function, arguments, names = prepare(node.function), [prepare(a) for a in node.arguments], node.names
    return lambda scope: call(scope, function(scope), [argument(scope) for argument in arguments], names)


def call(scope: Scope, called: Value, values: Sequence[Value], names: Sequence[str] = ()) -> Value:
    """A function's value for these arguments; null, with a reason, where it has none."""
    if not isinstance(called, Function):
        return scope.null(f"{kind_of(called)} is not a function.")
    try:
        result = called.invoke(values, names)
    except Undefined as why:
        return scope.null(str(why))
    if result is None:
        given = ", ".join(kind_of(value) for value in values)
        scope.null(f"{called.name}({given}) has no result.")
    elif type(result) in (list, str):
        scope.run.spend(len(result))
    return result


@prepares(ast.FunctionLiteral)
def _function(node: ast.FunctionLiteral) -> Evaluator:
    body = prepare(node.body)

    def close_over(scope: Scope) -> Function | None:
        known = scope.find(TYPES, {})
        try:
            types = [resolve(kind, known) if kind else None for kind in node.types]
        except UnknownType as unknown:
            return scope.null(str(unknown))
        return user_function(scope, "function", list(zip(node.parameters, types, strict=True)), body)

    return close_over


def user_function(
    scope: Scope,
    name: str,
    parameters: Sequence[tuple[str, FeelType | None]],
    body: Evaluator,
    result: FeelType | None = None,
) -> Function:
    """A function whose body sees the scope it was made in. An argument of the wrong type makes the call null."""
    names = tuple(name for name, _ in parameters)
    types = tuple(kind for _, kind in parameters)

    def compute(*values: Value) -> Value:
        scope.run.enter()
        try:
            value = body(scope.also(dict(zip(names, values, strict=True))))
        finally:
            scope.run.leave()
        return coerce(value, result) if result is not None else value

    def fit(values: Sequence[Value]) -> Sequence[Value] | None:
        fitted = [v if kind is None else coerce(v, kind) for v, kind in zip(values, types, strict=True)]
        broken = any(new is None and old is not None for new, old in zip(fitted, values, strict=True))
        return None if broken else fitted

    return Function(name, (Signature(names, compute, fit, types=types),), result)


@prepares(ast.InstanceOf)
def _instance_of(node: ast.InstanceOf) -> Evaluator:
    value, ref = prepare(node.value), node.type_ref

    def check(scope: Scope) -> bool | None:
        known: Mapping[str, FeelType] = scope.find(TYPES, {})
        try:
            return conforms(value(scope), resolve(ref, known))
        except UnknownType as unknown:
            return scope.null(str(unknown))

    return check
