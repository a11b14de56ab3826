"""FEEL evaluated for one case: each node becomes a closure once, so the tree is not walked again for every row.

What has no defined result is null with a reason (`Scope.warnings`), never an exception (DMN 1.5, 10.3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from toimiva.engines.feel import ast
from toimiva.engines.feel.arithmetic import OPERATORS, compare, equal, in_range, negate
from toimiva.engines.feel.builtins import BUILTINS
from toimiva.engines.feel.properties import property_of
from toimiva.engines.feel.values import Function, Range, Value, kind_of, parse_temporal

__all__ = ["Evaluator", "Scope", "evaluate", "prepare", "prepare_tests"]

MAX_ITERATIONS = 100_000
INPUT = "?"


class Scope(dict[str, Value]):
    """Names and their values for one evaluation, and the reasons why anything became null."""

    __slots__ = ("warnings",)

    def __init__(self, values: Mapping[str, Value], warnings: list[str] | None = None) -> None:
        super().__init__(values)
        self.warnings: list[str] = [] if warnings is None else warnings

    def also(self, **values: Value) -> Scope:
        """A scope inside this one; reasons go to the same list."""
        inner = Scope(self, self.warnings)
        inner.update(values)
        return inner

    def null(self, reason: str) -> None:
        """Note why a value is null."""
        self.warnings.append(reason)


Evaluator = Callable[[Scope], Value]
N = TypeVar("N", bound=ast.Node)
_PREPARE: dict[type, Callable[[Any], Evaluator]] = {}


def _prepares(kind: type[N]) -> Callable[[Callable[[N], Evaluator]], Callable[[N], Evaluator]]:
    def keep(function: Callable[[N], Evaluator]) -> Callable[[N], Evaluator]:
        _PREPARE[kind] = function
        return function

    return keep


def prepare(node: ast.Node) -> Evaluator:
    """The node as a function of a scope."""
    return _PREPARE[type(node)](node)


def evaluate(node: ast.Node, values: Mapping[str, Value]) -> Value:
    """Value of the node for these variables; reasons for nulls are dropped (`prepare` and a Scope keep them)."""
    return prepare(node)(Scope(values))


@_prepares(ast.Null)
def _null(node: ast.Null) -> Evaluator:
    return lambda scope: None


def _literal(node: ast.Boolean | ast.Number | ast.String) -> Evaluator:
    value = node.value
    return lambda scope: value


_PREPARE |= {ast.Boolean: _literal, ast.Number: _literal, ast.String: _literal}


@_prepares(ast.TemporalLiteral)
def _temporal(node: ast.TemporalLiteral) -> Evaluator:
    value = parse_temporal(node.text)
    return lambda scope: value


@_prepares(ast.Name)
def _name(node: ast.Name) -> Evaluator:
    name, builtin = node.name, BUILTINS.get(node.name)

    def look_up(scope: Scope) -> Value:
        if name in scope:
            return scope[name]
        if builtin is None:
            scope.null(f"There is no {name!r} here.")
        return builtin

    return look_up


@_prepares(ast.Negation)
def _negation(node: ast.Negation) -> Evaluator:
    operand = prepare(node.operand)
    return lambda scope: negate(operand(scope))


@_prepares(ast.Binary)
def _binary(node: ast.Binary) -> Evaluator:
    left, right, op = prepare(node.left), prepare(node.right), node.op
    if op in ("and", "or"):
        return _logic(left, right, decisive=op == "or")
    if op in OPERATORS:
        return _arithmetic(op, left, right)
    return lambda scope: compare(op, left(scope), right(scope))


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
        return result

    return calculate


@_prepares(ast.Between)
def _between(node: ast.Between) -> Evaluator:
    value, low, high = prepare(node.value), prepare(node.low), prepare(node.high)

    def check(scope: Scope) -> bool | None:
        tested, ends = value(scope), (low(scope), high(scope))
        return None if None in ends else in_range(tested, Range(*ends))

    return check


@_prepares(ast.In)
def _in(node: ast.In) -> Evaluator:
    value, tests = prepare(node.value), prepare_tests(node.tests)
    return lambda scope: tests(scope.also(**{INPUT: value(scope)}))


@_prepares(ast.InstanceOf)
def _instance_of(node: ast.InstanceOf) -> Evaluator:
    value, name = prepare(node.value), node.type_name

    def check(scope: Scope) -> bool:
        kind = kind_of(value(scope))
        return kind == name or (name == "Any" and kind != "null")

    return check


@_prepares(ast.If)
def _if(node: ast.If) -> Evaluator:
    condition, then, otherwise = prepare(node.condition), prepare(node.then), prepare(node.otherwise)
    return lambda scope: then(scope) if condition(scope) is True else otherwise(scope)


@_prepares(ast.For)
def _for(node: ast.For) -> Evaluator:
    iterate, result = _iterations(node.iterators), prepare(node.result)

    def collect(scope: Scope) -> list[Value]:
        partial: list[Value] = []
        for inner in iterate(scope):
            inner["partial"] = list(partial)
            partial.append(result(inner))
        return partial

    return collect


def _iterations(iterators: tuple[tuple[str, ast.Node], ...]) -> Callable[[Scope], Iterator[Scope]]:
    prepared = [(name, prepare(source)) for name, source in iterators]

    def scopes(scope: Scope) -> Iterator[Scope]:
        pending = [scope]
        for name, source in prepared:
            pending = [outer.also(**{name: item}) for outer in pending for item in _items(source(outer), scope)]
        yield from pending

    return scopes


def _items(value: Value, scope: Scope) -> list[Value]:
    if isinstance(value, Range) and isinstance(value.low, Decimal) and isinstance(value.high, Decimal):
        low, high = int(value.low), int(value.high)
        if abs(high - low) > MAX_ITERATIONS:
            scope.null(f"A loop of more than {MAX_ITERATIONS} rounds is refused.")
            return []
        return [Decimal(i) for i in (range(low, high + 1) if low <= high else range(low, high - 1, -1))]
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


@_prepares(ast.Quantified)
def _quantified(node: ast.Quantified) -> Evaluator:
    iterate, condition, decisive = (
        _iterations(node.iterators),
        prepare(node.condition),
        node.quantifier == "some",
    )

    def check(scope: Scope) -> bool | None:
        result: bool | None = not decisive
        for inner in iterate(scope):
            held = condition(inner)
            if held is decisive:
                return decisive
            if held is not (not decisive):
                result = None
        return result

    return check


@_prepares(ast.Path)
def _path(node: ast.Path) -> Evaluator:
    source, name = prepare(node.source), node.name
    return lambda scope: property_of(source(scope), name)


@_prepares(ast.Filter)
def _filter(node: ast.Filter) -> Evaluator:
    source, condition = prepare(node.source), prepare(node.filter)

    def select(scope: Scope) -> Value:
        value = source(scope)
        items = value if isinstance(value, list) else [] if value is None else [value]
        if not items:
            return [] if isinstance(value, list) and not isinstance(node.filter, ast.Number) else None
        first = condition(_item_scope(scope, items[0]))
        if isinstance(first, Decimal):
            return _at(items, int(first))
        return [item for item in items if condition(_item_scope(scope, item)) is True]

    return select


def _item_scope(scope: Scope, item: Value) -> Scope:
    inner = scope.also(item=item)
    if isinstance(item, dict):
        inner.update({key: value for key, value in item.items() if key != "item"})
    return inner


def _at(items: list[Value], position: int) -> Value:
    index = position - 1 if position > 0 else len(items) + position
    return items[index] if position and 0 <= index < len(items) else None


@_prepares(ast.Call)
def _call(node: ast.Call) -> Evaluator:
    function, arguments, names = prepare(node.function), [prepare(a) for a in node.arguments], node.names

    def invoke(scope: Scope) -> Value:
        called = function(scope)
        if not isinstance(called, Function):
            scope.null(f"{kind_of(called)} is not a function.")
            return None
        values = [argument(scope) for argument in arguments]
        ordered = _in_order(called, values, names)
        if ordered is None:
            scope.null(f"{called.name} takes ({', '.join(called.parameters)}).")
            return None
        return called.call(*ordered)

    return invoke


def _in_order(function: Function, values: list[Value], names: tuple[str, ...]) -> list[Value] | None:
    if names:
        given = dict(zip(names, values, strict=True))
        if not given.keys() <= set(function.parameters):
            return None
        values = [given.get(name) for name in function.parameters]
    required = len(function.parameters) - function.optional
    fits = len(values) >= required and (function.variadic or len(values) <= len(function.parameters))
    return values if fits else None


@_prepares(ast.ListNode)
def _list(node: ast.ListNode) -> Evaluator:
    items = [prepare(item) for item in node.items]
    return lambda scope: [item(scope) for item in items]


@_prepares(ast.ContextNode)
def _context(node: ast.ContextNode) -> Evaluator:
    entries = [(key, prepare(value)) for key, value in node.entries]

    def build(scope: Scope) -> dict[str, Value]:
        inner, result = scope.also(), {}
        for key, value in entries:
            inner[key] = result[key] = value(inner)
        return result

    return build


@_prepares(ast.FunctionLiteral)
def _function(node: ast.FunctionLiteral) -> Evaluator:
    body, parameters = prepare(node.body), node.parameters

    def close_over(scope: Scope) -> Function:
        def call(*values: Value) -> Value:
            return body(scope.also(**dict(zip(parameters, values, strict=True))))

        return Function("function", parameters, call)

    return close_over


@_prepares(ast.RangeNode)
def _range(node: ast.RangeNode) -> Evaluator:
    low, high = node.low and prepare(node.low), node.high and prepare(node.high)

    def build(scope: Scope) -> Range | None:
        ends = [end and end(scope) for end in (low, high)]
        if any(end is not None and value is None for end, value in zip((low, high), ends, strict=True)):
            return None
        return Range(ends[0], ends[1], node.low_closed, node.high_closed)

    return build


@_prepares(ast.UnaryComparison)
def _unary_comparison(node: ast.UnaryComparison) -> Evaluator:
    operand, op = prepare(node.operand), node.op
    return lambda scope: compare(op, scope[INPUT], operand(scope))


def prepare_tests(node: ast.UnaryTests) -> Evaluator:
    """A cell's tests as a function of a scope whose `?` is the input: true, false or null."""
    tests = [_one_test(test) for test in node.tests]
    if not tests:
        return lambda scope: True

    def check(scope: Scope) -> bool | None:
        results = [test(scope) for test in tests]
        held = True if True in results else (None if None in results else False)
        return (not held if held is not None else None) if node.negated else held

    return check


def _one_test(node: ast.Node) -> Evaluator:
    test = prepare(node)
    if isinstance(node, ast.UnaryComparison):
        return test
    if any(isinstance(part, ast.Name) and part.name == INPUT for part in ast.walk(node)):
        return lambda scope: test(scope) is True
    return lambda scope: _matches(scope[INPUT], test(scope))


def _matches(value: Value, tested: Value) -> bool | None:
    """A test that is a value: equal to it, inside the range, or one of the list (DMN 1.5, table 55)."""
    if isinstance(tested, Range) and not isinstance(value, Range):
        return in_range(value, tested)
    if isinstance(tested, list) and not isinstance(value, list):
        results = [_matches(value, item) for item in tested]
        return True if True in results else (None if None in results else False)
    return equal(value, tested)


_PREPARE[ast.UnaryTests] = prepare_tests
