"""Lists (DMN 1.5, table 75): a function of a list also takes its items as arguments."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cmp_to_key, reduce

from toimiva.engines.feel.arithmetic import add, equal, ordered
from toimiva.engines.feel.builtins.define import builtin, signature
from toimiva.engines.feel.values import Function, Undefined, Value, check_size

__all__ = ["FUNCTIONS", "of_list"]

Items = list[Value]


def of_list(name: str, compute: Callable[[Items], Value]) -> Function:
    """A function that takes one list, or its items as arguments."""
    alone = signature("list:list", compute)
    items = signature("n, more...", lambda *given: None if given == (None,) else compute(list(given)))
    return Function(name, (alone, items))


def _extreme(better: Callable[[Value, Value], bool]) -> Callable[[Items], Value]:
    def find(items: Items) -> Value:
        if not items or not all(ordered(items[0], item) for item in items):
            return None
        return reduce(lambda best, item: item if better(item, best) else best, items)

    return find


def _sum(items: Items) -> Value:
    return reduce(add, items) if items and all(isinstance(item, type(items[0])) for item in items) else None


def _all(items: Items) -> bool | None:
    return False if False in items else (True if all(item is True for item in items) else None)


def _any(items: Items) -> bool | None:
    return True if True in items else (False if all(item is False for item in items) else None)


def _contains(items: Items, element: Value) -> bool:
    return any(equal(item, element) for item in items)


def _distinct(items: Items) -> Items:
    kept: Items = []
    for item in items:
        if not _contains(kept, item):
            kept.append(item)
    return kept


def _flatten(items: Items) -> Items:
    check_size(items)
    return list(_leaves(items))


def _leaves(items: Items) -> Iterator[Value]:
    for item in items:
        if isinstance(item, list):
            yield from _leaves(item)
        else:
            yield item


def _index(items: Items, position: Decimal) -> int | None:
    """A position from one, or from the end when negative, as an index; None outside the list."""
    index = int(position) - 1 if position > 0 else len(items) + int(position)
    return index if position and 0 <= index < len(items) else None


def _sublist(items: Items, start: Decimal, length: Decimal | None = None) -> Items | None:
    first = _index(items, start)
    if first is None or (length is not None and (length < 1 or first + int(length) > len(items))):
        return None
    return items[first:] if length is None else items[first : first + int(length)]


def _insert(items: Items, position: Decimal, new: Value) -> Items | None:
    at = _index(items, position)
    return None if at is None else [*items[:at], new, *items[at:]]


def _remove(items: Items, position: Decimal) -> Items | None:
    at = _index(items, position)
    return None if at is None else [*items[:at], *items[at + 1 :]]


def _replace_at(items: Items, position: Decimal, new: Value) -> Items | None:
    at = _index(items, position)
    return None if at is None else [*items[:at], new, *items[at + 1 :]]


def _replace_matching(items: Items, match: Function, new: Value) -> Items:
    return [new if _truth(match.invoke([item, new])) else item for item in items]


def _truth(value: Value) -> bool:
    if not isinstance(value, bool):
        raise Undefined("The function has to give true or false for every item.")
    return value


def _concatenate(*lists: Items) -> Items:
    return [item for part in lists for item in part]


def _index_of(items: Items, match: Value) -> Items:
    return [Decimal(i) for i, item in enumerate(items, 1) if equal(item, match)]


def _sort(items: Items, precedes: Function) -> Items:
    """Stable; `precedes` tells whether its first argument comes before the second."""

    def order(a: Value, b: Value) -> int:
        return -1 if _truth(precedes.invoke([a, b])) else (1 if _truth(precedes.invoke([b, a])) else 0)

    return sorted(items, key=cmp_to_key(order))


FUNCTIONS = [
    of_list("count", lambda items: Decimal(len(items))),
    of_list("min", _extreme(operator.lt)),
    of_list("max", _extreme(operator.gt)),
    of_list("sum", _sum),
    of_list("all", _all),
    of_list("any", _any),
    builtin("list contains", ("list:list, element", _contains)),
    builtin("distinct values", ("list:list", _distinct)),
    builtin("flatten", ("list:list", _flatten)),
    builtin("reverse", ("list:list", lambda items: items[::-1])),
    builtin("sublist", ("list:list, start position:number, length:number?", _sublist)),
    builtin("append", ("list:list, item...", lambda items, *more: [*items, *more])),
    builtin("concatenate", ("list:list...", _concatenate)),
    builtin("union", ("list:list...", lambda *lists: _distinct(_concatenate(*lists)))),
    builtin("insert before", ("list:list, position:number, newItem", _insert)),
    builtin("remove", ("list:list, position:number", _remove)),
    builtin(
        "list replace",
        ("list:list, position:number, newItem", _replace_at),
        ("list:list, match:function, newItem", _replace_matching),
    ),
    builtin("index of", ("list:list, match", _index_of)),
    builtin("sort", ("list:list, precedes:function", _sort)),
]
