"""Lists, booleans and contexts (DMN 1.5, tables 72, 75, 77): a function of a list also takes its items as arguments."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from functools import reduce

from toimiva.engines.feel.arithmetic import add, equal, ordered
from toimiva.engines.feel.builtins.define import builtin
from toimiva.engines.feel.values import DECIMAL, Function, Value

__all__ = ["FUNCTIONS"]


def _of_list(name: str, compute: Callable[[list[Value]], Value]) -> Function:
    """A function that takes one list, or its items as arguments."""

    def call(*arguments: Value) -> Value:
        alone = len(arguments) == 1
        if alone and arguments[0] is None:
            return None
        return compute(arguments[0] if alone and isinstance(arguments[0], list) else list(arguments))

    return builtin(name, "list", call, variadic=True)


def _extreme(better: Callable[[Value, Value], bool]) -> Callable[[list[Value]], Value]:
    def find(items: list[Value]) -> Value:
        if not items or not all(ordered(items[0], item) for item in items):
            return None
        return reduce(lambda best, item: item if better(item, best) else best, items)

    return find


def _numbers(items: list[Value]) -> bool:
    return bool(items) and all(isinstance(item, Decimal) for item in items)


def _sum(items: list[Value]) -> Value:
    return reduce(add, items) if items else None


def _mean(items: list[Value]) -> Decimal | None:
    return DECIMAL.divide(sum(items, Decimal(0)), Decimal(len(items))) if _numbers(items) else None


def _all(items: list[Value]) -> bool | None:
    return False if False in items else (True if all(item is True for item in items) else None)


def _any(items: list[Value]) -> bool | None:
    return True if True in items else (False if all(item is False for item in items) else None)


def _contains(items: list[Value], element: Value) -> bool:
    return any(equal(item, element) for item in items)


def _distinct(items: list[Value]) -> list[Value]:
    kept: list[Value] = []
    for item in items:
        if not _contains(kept, item):
            kept.append(item)
    return kept


def _flatten(items: list[Value]) -> list[Value]:
    return [leaf for item in items for leaf in (_flatten(item) if isinstance(item, list) else [item])]


def _sublist(items: list[Value], start: Decimal, length: Decimal | None = None) -> list[Value] | None:
    first = int(start) - 1 if start > 0 else len(items) + int(start)
    if start == 0 or not 0 <= first < len(items):
        return None
    return items[first:] if length is None else items[first : first + int(length)]


def _concatenate(*lists: Value) -> list[Value]:
    return [item for part in lists for item in (part if isinstance(part, list) else [part])]


def _index_of(items: list[Value], match: Value) -> list[Decimal]:
    return [Decimal(i) for i, item in enumerate(items, 1) if equal(item, match)]


FUNCTIONS = [
    _of_list("count", lambda items: Decimal(len(items))),
    _of_list("min", _extreme(operator.lt)),
    _of_list("max", _extreme(operator.gt)),
    _of_list("sum", _sum),
    _of_list("mean", _mean),
    _of_list("all", _all),
    _of_list("any", _any),
    builtin("not", "negand", lambda value: (not value) if isinstance(value, bool) else None),
    builtin("is defined", "value", lambda value: value is not None),
    builtin("list contains", "list:list, element", _contains),
    builtin("distinct values", "list:list", _distinct),
    builtin("flatten", "list:list", _flatten),
    builtin("reverse", "list:list", lambda items: items[::-1]),
    builtin("sublist", "list:list, start position:number, length:number", _sublist, optional=1),
    builtin("append", "list:list, item", lambda items, *more: [*items, *more], variadic=True),
    builtin("concatenate", "list", _concatenate, variadic=True),
    builtin("union", "list", lambda *lists: _distinct(_concatenate(*lists)), variadic=True),
    builtin("index of", "list:list, match", _index_of),
    builtin("get value", "context:context, key:string", lambda context, key: context.get(key)),
    builtin("get entries", "context:context", lambda c: [{"key": k, "value": v} for k, v in c.items()]),
]
