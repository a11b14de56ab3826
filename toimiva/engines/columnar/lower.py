"""From typed FEEL to the intermediate form. What has no exact form is refused with its place and reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from toimiva.engines.columnar import ir
from toimiva.engines.columnar.calls import CALLS
from toimiva.engines.columnar.constants import constant, fold
from toimiva.engines.columnar.errors import NotCompilable
from toimiva.engines.columnar.types import (
    BOOLEAN,
    DATE,
    DAYS,
    MOMENT,
    MONTHS,
    NULL,
    NUMBER,
    STRING,
    TIME,
    ContextType,
    ListType,
    Type,
    unify,
)
from toimiva.engines.feel import ast
from toimiva.engines.feel.arithmetic import OPERATORS
from toimiva.engines.feel.values import parse_temporal

__all__ = ["INPUT", "lower", "lower_tests", "only_truth"]

INPUT = "?"
_ORDERED = (NUMBER, STRING, DATE, TIME, MOMENT, MONTHS, DAYS)
_PARTS: Mapping[Type, tuple[str, ...]] = {
    DATE: ("year", "month", "day", "weekday"),
    MOMENT: ("year", "month", "day", "weekday", "hour", "minute", "second"),
    TIME: ("hour", "minute", "second"),
}


def lower(node: ast.Node, scope: ir.Environment, text: str = "") -> ir.Node:
    """The node in the intermediate form, its names resolved in `scope`. Raises `NotCompilable`."""
    folded = None if isinstance(node, ast.UnaryTests) else fold(node, scope)
    if folded is not None:
        return folded
    rule = _RULES.get(type(node))
    if rule is None:
        raise NotCompilable(f"{type(node).__name__} has no columnar form yet.", text, node.span)
    try:
        return rule(node, scope)
    except NotCompilable as refusal:
        if refusal.text or not text:
            raise
        raise NotCompilable(refusal.reason, text, node.span) from refusal


def _constant_node(node: ast.Boolean | ast.Number | ast.String, scope: ir.Environment) -> ir.Node:
    return constant(node.value)


def _temporal(node: ast.TemporalLiteral, scope: ir.Environment) -> ir.Node:
    return constant(parse_temporal(node.text))


def _name(node: ast.Name, scope: ir.Environment) -> ir.Node:
    return _meaning(node.name, scope)


def _meaning(name: str, scope: ir.Environment) -> ir.Node:
    found = scope.get(name)
    if found is None:
        raise NotCompilable(f"There is no {name!r} with a known type here.")
    if isinstance(found, ir.Inlined):
        raise NotCompilable(f"The function {name!r} has no columnar form as a value.")
    return found


def _path(node: ast.Path, scope: ir.Environment) -> ir.Node:
    if isinstance(node.source, ast.Name) and f"{node.source.name}.{node.name}" in scope:
        return _meaning(
            f"{node.source.name}.{node.name}", scope
        )  # an entry that was lifted out, such as a dated parameter
    return _entry(lower(node.source, scope), node.name)


def _entry(source: ir.Node, name: str) -> ir.Node:
    match source.type:
        case ContextType() as context:
            kind = context.field(name)
            if kind is None:
                raise NotCompilable(f"The context has no entry {name!r}.")
            return ir.Field(source, name, kind)
        case ListType(item):
            variable = ir.Variable(_fresh(source), item)
            value = _entry(variable, name)
            return ir.MapList(source, variable.name, value, ListType(value.type))
        case kind:
            return _property(source, kind, name)


def _property(source: ir.Node, kind: Type, name: str) -> ir.Node:
    if name in _PARTS.get(kind, ()):
        return ir.DatePart(name, source)
    if kind == MONTHS and name in ("years", "months"):
        return ir.Truncate(source, 12, rest=name == "months")
    raise NotCompilable(f"{kind} has no property {name!r} in columnar form.")


def _fresh(source: ir.Node) -> str:
    """A variable name that no enclosing list operation of this source uses."""
    return f"item{str(source).count('variable=')}"


def _negation(node: ast.Negation, scope: ir.Environment) -> ir.Node:
    operand = lower(node.operand, scope)
    if isinstance(operand, ir.Literal) and operand.type == NUMBER:
        return constant(-operand.value)
    if operand.type not in (NUMBER, MONTHS):
        raise NotCompilable(f"Minus of {operand.type} has no columnar form.")
    return ir.Negate(operand, operand.type)


def _binary(node: ast.Binary, scope: ir.Environment) -> ir.Node:
    left, right = lower(node.left, scope), lower(node.right, scope)
    if node.op in ("and", "or"):
        items = (_as_boolean(left), _as_boolean(right))
        return ir.And(items) if node.op == "and" else ir.Or(items)
    if node.op in OPERATORS:
        return _arithmetic(node.op, left, right)
    return _comparison(node.op, left, right)


def _as_boolean(node: ir.Node) -> ir.Node:
    if node.type not in (BOOLEAN, NULL):
        raise NotCompilable(f"A condition of {node.type} is not a boolean.")
    return node


def _arithmetic(op: str, left: ir.Node, right: ir.Node) -> ir.Node:
    kinds = (left.type, right.type)
    if op in "+-*" and kinds == (NUMBER, NUMBER):
        return ir.Arithmetic(op, left, right)
    if op in "+-" and kinds == (MONTHS, MONTHS):
        return ir.Arithmetic(op, left, right, MONTHS)
    if op in "+-" and kinds == (DATE, MONTHS):
        return ir.AddMonths(left, right if op == "+" else ir.Negate(right, MONTHS))
    if op == "-" and kinds in ((DATE, DATE), (MOMENT, MOMENT)):
        return ir.Elapsed(left, right)
    if op in "+-" and kinds == (DATE, DAYS):
        return _add_days(left, right, 1 if op == "+" else -1)
    if op == "+" and kinds == (STRING, STRING):
        return ir.Function("concatenate", (left, right), STRING)
    raise NotCompilable(f"{left.type} {op} {right.type} has no exact columnar form.")


def _add_days(day: ir.Node, duration: ir.Node, sign: int) -> ir.Node:
    if not isinstance(duration, ir.Literal) or duration.value % dt.timedelta(days=1):
        raise NotCompilable("Only a whole number of days, written out, can be added to a date.")
    return ir.AddDays(day, sign * duration.value.days)


def _comparison(op: str, left: ir.Node, right: ir.Node) -> ir.Node:
    kind = unify(left.type, right.type)
    if kind is None:
        raise NotCompilable(f"{left.type} cannot be compared with {right.type}.")
    if op in ("=", "!=") and _has_time(kind):
        raise NotCompilable("Times inside lists and contexts have no exact equality in SQL.")
    if op in ("=", "!="):
        return ir.Same(left, right) if op == "=" else ir.Not(ir.Same(left, right))
    if kind not in _ORDERED:
        raise NotCompilable(f"{kind} has no order.")
    return ir.Compare(op, left, right)


def _has_time(kind: Type) -> bool:
    """Whether a list or context holds times, whose FEEL equality is to the second."""
    match kind:
        case ListType(item):
            return item in (TIME, MOMENT) or _has_time(item)
        case ContextType(fields):
            return any(part in (TIME, MOMENT) or _has_time(part) for _, part in fields)
    return False


def _between(node: ast.Between, scope: ir.Environment) -> ir.Node:
    value, low, high = (lower(part, scope) for part in (node.value, node.low, node.high))
    inside = ir.And((_comparison(">=", value, low), _comparison("<=", value, high)))
    unknown = ir.Or((ir.IsNull(low), ir.IsNull(high)))
    return ir.Case(((unknown, ir.NullValue()),), inside, BOOLEAN)


def _in(node: ast.In, scope: ir.Environment) -> ir.Node:
    return lower_tests(node.tests, {**scope, INPUT: lower(node.value, scope)})


def _if(node: ast.If, scope: ir.Environment) -> ir.Node:
    condition = _as_boolean(lower(node.condition, scope))
    then, otherwise = lower(node.then, scope), lower(node.otherwise, scope)
    kind = unify(then.type, otherwise.type)
    if kind is None:
        raise NotCompilable(f"The branches give {then.type} and {otherwise.type}.")
    return ir.Case(((condition, then),), otherwise, kind)


def _quantified(node: ast.Quantified, scope: ir.Environment) -> ir.Node:
    if len(node.iterators) > 1:
        raise NotCompilable("Several iterators have no columnar form yet.")
    name, source = node.iterators[0]
    items = _as_list(lower(source, scope))
    variable = ir.Variable(f"{name}_{_fresh(items)}".replace(" ", "_"), items.type.item)  # type: ignore[union-attr]
    condition = _as_boolean(lower(node.condition, {**scope, name: variable}))
    kind = ir.Some if node.quantifier == "some" else ir.Every
    return kind(items, variable.name, condition)


def _for(node: ast.For, scope: ir.Environment) -> ir.Node:
    if len(node.iterators) > 1 or "partial" in ast.names_in(node.result):
        raise NotCompilable("A loop over several lists, or that looks at its own results, has no columnar form.")
    name, source = node.iterators[0]
    items = _as_list(lower(source, scope))
    variable = ir.Variable(f"{name}_{_fresh(items)}".replace(" ", "_"), items.type.item)  # type: ignore[union-attr]
    value = lower(node.result, {**scope, name: variable})
    return ir.MapList(items, variable.name, value, ListType(value.type))


def _as_list(node: ir.Node) -> ir.Node:
    if not isinstance(node.type, ListType):
        raise NotCompilable(f"{node.type} is not a list.")
    return node


def _filter(node: ast.Filter, scope: ir.Environment) -> ir.Node:
    items = _as_list(lower(node.source, scope))
    assert isinstance(items.type, ListType)  # noqa: S101 - as _as_list has shown
    item = ir.Variable(_fresh(items), items.type.item)
    condition = lower(node.filter, {**scope, **_item_names(item)})
    if condition.type == NUMBER:
        return _position(items, condition)
    return ir.KeepIf(items, item.name, _as_boolean(condition), items.type)


def _item_names(item: ir.Variable) -> dict[str, ir.Node]:
    fields = item.type.fields if isinstance(item.type, ContextType) else ()
    return {**{name: ir.Field(item, name, kind) for name, kind in fields}, "item": item}


def _position(items: ir.Node, position: ir.Node) -> ir.Node:
    if not isinstance(position, ir.Literal) or position.value == 0:
        raise NotCompilable("A position in a list must be a number written out.")
    assert isinstance(items.type, ListType)  # noqa: S101
    return ir.AtPosition(items, int(position.value), items.type.item)


def _call(node: ast.Call, scope: ir.Environment) -> ir.Node:
    if not isinstance(node.function, ast.Name):
        raise NotCompilable("Only a function that is named has a columnar form.")
    own = scope.get(node.function.name)
    if isinstance(own, ir.Inlined):
        return own.write(_arguments(own, node, scope))
    if node.names:
        raise NotCompilable("Built-in functions have a columnar form with positional arguments only.")
    call = CALLS.get(node.function.name)
    if call is None or node.function.name in scope:
        raise NotCompilable(f"{node.function.name!r} has no columnar form yet.")
    return call(*(lower(argument, scope) for argument in node.arguments))


def _arguments(called: ir.Inlined, node: ast.Call, scope: ir.Environment) -> dict[str, ir.Node]:
    names = node.names or called.parameters
    if len(names) != len(node.arguments):
        raise NotCompilable("The function is called without all of its parameters.")
    return {name: lower(argument, scope) for name, argument in zip(names, node.arguments, strict=True)}


def _list(node: ast.ListNode, scope: ir.Environment) -> ir.Node:
    items = tuple(lower(item, scope) for item in node.items)
    kind: Type = NULL
    for item in items:
        unified = unify(kind, item.type)
        if unified is None:
            raise NotCompilable("A list of several types has no columnar form.")
        kind = unified
    return ir.ListOf(items, ListType(kind))


def _context(node: ast.ContextNode, scope: ir.Environment) -> ir.Node:
    inner: dict[str, ir.Meaning] = dict(scope)
    fields: list[tuple[str, ir.Node]] = []
    for name, expression in node.entries:
        value = inner[name] = lower(expression, inner)
        fields.append((name, value))
    return ir.Struct(tuple(fields), ContextType(tuple((name, value.type) for name, value in fields)))


# --- unary tests


def lower_tests(tests: ast.UnaryTests, scope: ir.Environment, text: str = "") -> ir.Node:
    """A cell as a three-valued condition on `scope["?"]`."""
    if not tests.tests:
        return ir.Literal(True, BOOLEAN)
    conditions = tuple(_one_test(test, scope, text) for test in tests.tests)
    held = conditions[0] if len(conditions) == 1 else ir.Or(conditions)
    return ir.Not(held) if tests.negated else held


def only_truth(condition: ir.Node) -> ir.Node:
    """A condition of which only its truth counts, in SQL's cheaper form: there null is as good as false."""
    match condition:
        case ir.And(items):
            return ir.And(tuple(only_truth(item) for item in items))
        case ir.Or(items):
            return ir.Or(tuple(only_truth(item) for item in items))
        case ir.Same(left, ir.Literal() as right) if left.type in (NUMBER, STRING, BOOLEAN, DATE, MONTHS):
            return ir.Compare("=", left, right)
    return condition


def _one_test(node: ast.Node, scope: ir.Environment, text: str) -> ir.Node:
    value = _meaning(INPUT, scope)
    match node:
        case ast.UnaryComparison():
            return _comparison(node.op, value, lower(node.operand, scope, text))
        case ast.RangeNode():
            return _range_test(node, value, scope, text)
    if any(isinstance(part, ast.Name) and part.name == INPUT for part in ast.walk(node)):
        return ir.Same(_as_boolean(lower(node, scope, text)), constant(True))
    tested = lower(node, scope, text)
    if isinstance(tested.type, ListType) and not isinstance(value.type, ListType):
        raise NotCompilable("A list as a test has no columnar form yet.", text, node.span)
    return _comparison("=", value, tested)


def _range_test(node: ast.RangeNode, value: ir.Node, scope: ir.Environment, text: str) -> ir.Node:
    if node.low is None or node.high is None:
        raise NotCompilable("A range without an end has no columnar form yet.", text, node.span)
    low, high = lower(node.low, scope, text), lower(node.high, scope, text)
    above = _comparison(">=" if node.low_closed else ">", value, low)
    below = _comparison("<=" if node.high_closed else "<", value, high)
    if isinstance(low, ir.Literal) and isinstance(high, ir.Literal):
        return ir.And((above, below))
    no_range = ir.Or((ir.IsNull(low), ir.IsNull(high)))
    return ir.Case(((no_range, ir.NullValue(BOOLEAN)),), ir.And((above, below)), BOOLEAN)


_RULES: Mapping[type, Callable[[Any, ir.Environment], ir.Node]] = {
    ast.Null: lambda node, scope: ir.NullValue(),
    ast.Boolean: _constant_node,
    ast.Number: _constant_node,
    ast.String: _constant_node,
    ast.TemporalLiteral: _temporal,
    ast.Name: _name,
    ast.Path: _path,
    ast.Negation: _negation,
    ast.Binary: _binary,
    ast.Between: _between,
    ast.In: _in,
    ast.If: _if,
    ast.Quantified: _quantified,
    ast.For: _for,
    ast.Filter: _filter,
    ast.Call: _call,
    ast.ListNode: _list,
    ast.ContextNode: _context,
}
