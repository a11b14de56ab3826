"""Built-in functions that have an exact columnar form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from toimiva.engines.columnar import ir
from toimiva.engines.columnar.errors import NotCompilable
from toimiva.engines.columnar.types import BOOLEAN, DATE, DAYS, MONTHS, NUMBER, STRING, ListType, Type, unify
from toimiva.engines.feel.values import YearsMonths, parse_date, parse_duration

__all__ = ["CALLS"]


def _need(node: ir.Node, kind: Type) -> ir.Node:
    if node.type != kind:
        raise NotCompilable(f"A {kind} was expected, not {node.type}.")
    return node


def _text(node: ir.Node) -> str:
    if not isinstance(node, ir.Literal) or node.type != STRING:
        raise NotCompilable("A date or duration from text must be written out.")
    return str(node.value)


def _date(*parts: ir.Node) -> ir.Node:
    if len(parts) == 3:
        year, month, day = (_need(part, NUMBER) for part in parts)
        return ir.MakeDate(year, month, day)
    if len(parts) == 1 and parts[0].type == DATE:
        return parts[0]
    value = parse_date(_text(parts[0]))
    return ir.Literal(value, DATE) if value else ir.NullValue(DATE)


def _duration(text: ir.Node) -> ir.Node:
    value = parse_duration(_text(text))
    match value:
        case YearsMonths():
            return ir.Literal(value, MONTHS)
        case dt.timedelta():
            return ir.Literal(value, DAYS)
    return ir.NullValue()


def _months_between(start: ir.Node, end: ir.Node) -> ir.Node:
    return ir.MonthsBetween(_need(start, DATE), _need(end, DATE))


def _count(*items: ir.Node) -> ir.Node:
    if len(items) != 1 or not isinstance(items[0].type, ListType):
        raise NotCompilable("count takes one list here.")
    return ir.Count(items[0])


def _not(operand: ir.Node) -> ir.Node:
    return ir.Not(_need(operand, BOOLEAN))


def _is_defined(operand: ir.Node) -> ir.Node:
    return ir.Not(ir.IsNull(operand))


def _list_contains(items: ir.Node, element: ir.Node) -> ir.Node:
    if not isinstance(items.type, ListType) or unify(items.type.item, element.type) is None:
        raise NotCompilable(f"{items.type} cannot contain {element.type}.")
    variable = ir.Variable("element", items.type.item)
    found = ir.Some(items, variable.name, ir.Same(variable, element))
    return ir.Case(((ir.IsNull(items), ir.NullValue(BOOLEAN)),), found, BOOLEAN)


def _function(name: str, takes: tuple[Type, ...], gives: Type) -> Callable[..., ir.Node]:
    def call(*arguments: ir.Node) -> ir.Node:
        if len(arguments) != len(takes):
            raise NotCompilable(f"{name} takes {len(takes)} arguments.")
        checked = tuple(_need(given, kind) for given, kind in zip(arguments, takes, strict=True))
        return ir.Function(name, checked, gives)

    return call


CALLS: Mapping[str, Callable[..., ir.Node]] = {
    "date": _date,
    "duration": _duration,
    "years and months duration": _months_between,
    "count": _count,
    "not": _not,
    "is defined": _is_defined,
    "list contains": _list_contains,
    "abs": _function("abs", (NUMBER,), NUMBER),
    "string length": _function("string length", (STRING,), NUMBER),
    "contains": _function("contains", (STRING, STRING), BOOLEAN),
    "starts with": _function("starts with", (STRING, STRING), BOOLEAN),
    "ends with": _function("ends with", (STRING, STRING), BOOLEAN),
}
