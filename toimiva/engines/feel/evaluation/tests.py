"""Unary tests: the cells of a decision table, and what stands after `in`."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal

from toimiva.engines.feel import ast
from toimiva.engines.feel.arithmetic import compare, equal, in_range
from toimiva.engines.feel.evaluation.prepare import prepare, prepares
from toimiva.engines.feel.evaluation.scope import INPUT, Evaluator, Scope
from toimiva.engines.feel.values import Range, Value

__all__ = ["Test", "prepare_tests"]

Test = Callable[[Scope, Value], "bool | None"]
_OPERATIONS: dict[str, Callable[[Value, Value], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip
_ALWAYS: Test = lambda scope, value: True  # noqa: E731 - one shared object, so that a table can tell it


def prepare_tests(node: ast.UnaryTests) -> Test:
    """A cell's tests as a function of the scope and the tested value: true, false or null."""
    tests = [_one_test(test) for test in node.tests]
    if not tests:
        return _ALWAYS
    if len(tests) == 1 and not node.negated:
        return tests[0]

    def check(scope: Scope, value: Value) -> bool | None:
        results = [test(scope, value) for test in tests]
        held = True if True in results else (None if None in results else False)
        return (not held if held is not None else None) if node.negated else held

    return check


@prepares(ast.In)
def _in(node: ast.In) -> Evaluator:
    value, tests = prepare(node.value), prepare_tests(node.tests)
    return lambda scope: tests(scope, value(scope))


def _one_test(node: ast.Node) -> Test:
    if isinstance(node, ast.UnaryComparison):
        return _unary_comparison(node)
    test = prepare(node)
    if any(isinstance(part, ast.Name) and part.name == INPUT for part in ast.walk(node)):
        return lambda scope, value: test(scope.also({INPUT: value})) is True
    if isinstance(node, ast.RangeNode):
        return _in_range(node)
    if isinstance(node, ast.String | ast.Number | ast.Boolean):
        return _equal_to(node.value)
    return lambda scope, value: _matches(value, test(scope))


def _unary_comparison(node: ast.UnaryComparison) -> Test:
    operand, op = prepare(node.operand), node.op
    if isinstance(node.operand, ast.Number | ast.String):
        return _compared_with(op, node.operand.value)
    return lambda scope, value: compare(op, value, operand(scope))


def _compared_with(op: str, literal: Value) -> Test:
    """A comparison with a literal: most values are of its type, and need no look at what types there are."""
    kind, operation = type(literal), _OPERATIONS[op]
    return lambda scope, value: operation(value, literal) if type(value) is kind else compare(op, value, literal)


def _in_range(node: ast.RangeNode) -> Test:
    make = prepare(node)
    if isinstance(node.low, ast.Number) and isinstance(node.high, ast.Number) and not node.op:
        return _between_numbers(node.low.value, node.high.value, node)

    def check(scope: Scope, value: Value) -> bool | None:
        span = make(scope)
        return None if span is None else _lies_in(value, span)

    return check


def _between_numbers(low: Decimal, high: Decimal, node: ast.RangeNode) -> Test:
    span = Range(low, high, node.low_closed, node.high_closed)
    above, below = operator.ge if node.low_closed else operator.gt, operator.le if node.high_closed else operator.lt

    def check(scope: Scope, value: Value) -> bool | None:
        return above(value, low) and below(value, high) if type(value) is Decimal else _lies_in(value, span)

    return check


def _lies_in(value: Value, span: Range) -> bool | None:
    return equal(value, span) if isinstance(value, Range) else in_range(value, span)


def _equal_to(literal: Value) -> Test:
    kind = type(literal)

    def check(scope: Scope, value: Value) -> bool | None:
        return value == literal if type(value) is kind else _matches(value, literal)

    return check


def _matches(value: Value, tested: Value) -> bool | None:
    """A test that is a value: equal to it, inside the range, or one of the list (DMN 1.5, table 55)."""
    if isinstance(tested, Range) and not isinstance(value, Range):
        return in_range(value, tested)
    if isinstance(tested, list) and not (isinstance(value, list) and equal(value, tested)):
        return any(_matches(value, item) is True for item in tested)
    return equal(value, tested)
