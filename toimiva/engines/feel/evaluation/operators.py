"""Literals, names, arithmetic, logic, comparison, paths and `if`."""

from __future__ import annotations

from toimiva.engines.feel import ast
from toimiva.engines.feel.arithmetic import OPERATORS, compare, in_range, negate
from toimiva.engines.feel.builtins import BUILTINS, CLOCKED
from toimiva.engines.feel.evaluation.prepare import prepare, prepares
from toimiva.engines.feel.evaluation.scope import Evaluator, Scope
from toimiva.engines.feel.properties import property_of
from toimiva.engines.feel.values import Range, Value, kind_of, parse_temporal

__all__: list[str] = []


@prepares(ast.Null)
def _null(node: ast.Null) -> Evaluator:
    return lambda scope: None


@prepares(ast.Broken)
def _broken(node: ast.Broken) -> Evaluator:
    return lambda scope: scope.null(node.fault)


@prepares(ast.Boolean, ast.Number, ast.String)
def _literal(node: ast.Boolean | ast.Number | ast.String) -> Evaluator:
    value = node.value
    return lambda scope: value


@prepares(ast.TemporalLiteral)
def _temporal(node: ast.TemporalLiteral) -> Evaluator:
    value = parse_temporal(node.text)
    if value is None:
        return lambda scope: scope.null(f"{node.text!r} is not a date, time or duration.")
    return lambda scope: value


@prepares(ast.Name)
def _name(node: ast.Name) -> Evaluator:
    name = node.name
    if name in CLOCKED:
        return _clock(name)
    builtin = BUILTINS.get(name)

    def look_up(scope: Scope) -> Value:
        try:
            return scope[name]
        except KeyError:
            return scope.null(f"There is no {name!r} here.") if builtin is None else builtin

    return look_up


def _clock(name: str) -> Evaluator:
    """now and today, as functions of the run's moment: the engine itself has no clock."""
    make = CLOCKED[name]

    def look_up(scope: Scope) -> Value:
        try:
            return scope[name]
        except KeyError:
            return make(scope.run.now)

    return look_up


@prepares(ast.Negation)
def _negation(node: ast.Negation) -> Evaluator:
    operand = prepare(node.operand)

    def evaluate(scope: Scope) -> Value:
        value = operand(scope)
        result = negate(value)
        if result is None:
            scope.null(f"Minus of {kind_of(value)} has no result.")
        return result

    return evaluate


@prepares(ast.Binary)
def _binary(node: ast.Binary) -> Evaluator:
    left, right, op = prepare(node.left), prepare(node.right), node.op
    if op in ("and", "or"):
        return _logic(left, right, decisive=op == "or")
    if op in OPERATORS:
        return _arithmetic(op, left, right)
    return _comparison(op, left, right)


def _logic(left: Evaluator, right: Evaluator, *, decisive: bool) -> Evaluator:
    """Kleene's `or` (decisive true) and `and` (decisive false); what is not a boolean counts as null."""

    def evaluate_both(scope: Scope) -> bool | None:
        a = left(scope)
        if a is decisive:
            return decisive
        b = right(scope)
        if b is decisive:
            return decisive
        return (not decisive) if a is b is (not decisive) else None

    return evaluate_both


def _arithmetic(op: str, left: Evaluator, right: Evaluator) -> Evaluator:
    operation = OPERATORS[op]

    def calculate(scope: Scope) -> Value:
        a, b = left(scope), right(scope)
        result = operation(a, b)
        if result is None:
            scope.null(f"{kind_of(a)} {op} {kind_of(b)} has no result.")
        elif type(result) is str:
            scope.run.spend(len(result))
        return result

    return calculate


def _comparison(op: str, left: Evaluator, right: Evaluator) -> Evaluator:
    def check(scope: Scope) -> bool | None:
        a, b = left(scope), right(scope)
        result = compare(op, a, b)
        if result is None:
            scope.null(f"{kind_of(a)} {op} {kind_of(b)} cannot be compared.")
        return result

    return check


@prepares(ast.Between)
def _between(node: ast.Between) -> Evaluator:
    value, low, high = prepare(node.value), prepare(node.low), prepare(node.high)

    def check(scope: Scope) -> bool | None:
        tested, ends = value(scope), (low(scope), high(scope))
        held = None if None in ends else in_range(tested, Range(*ends))
        if held is None:
            scope.null(f"{kind_of(tested)} between {kind_of(ends[0])} and {kind_of(ends[1])} cannot be compared.")
        return held

    return check


@prepares(ast.If)
def _if(node: ast.If) -> Evaluator:
    condition, then, otherwise = prepare(node.condition), prepare(node.then), prepare(node.otherwise)
    return lambda scope: then(scope) if condition(scope) is True else otherwise(scope)


@prepares(ast.Path)
def _path(node: ast.Path) -> Evaluator:
    source, name = prepare(node.source), node.name

    def read(scope: Scope) -> Value:
        value = source(scope)
        if type(value) is dict and name in value:
            return value[name]
        found = property_of(value, name)
        if found is None:
            scope.null(f"{kind_of(value)} has no {name!r}.")
        return found

    return read
