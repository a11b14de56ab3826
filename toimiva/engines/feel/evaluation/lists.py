"""Lists, contexts, ranges, filters and loops."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from toimiva.engines.feel import ast
from toimiva.engines.feel.evaluation.prepare import prepare, prepares
from toimiva.engines.feel.evaluation.scope import Evaluator, Scope
from toimiva.engines.feel.values import Range, Value, kind_of

__all__ = ["collecting", "hold", "iterate", "select"]


@prepares(ast.ListNode)
def _list(node: ast.ListNode) -> Evaluator:
    items = [prepare(item) for item in node.items]
    return lambda scope: [item(scope) for item in items]


@prepares(ast.ContextNode)
def _context(node: ast.ContextNode) -> Evaluator:
    entries = [(key, prepare(value)) for key, value in node.entries]
    twice = len({key for key, _ in entries}) < len(entries)

    def build(scope: Scope) -> dict[str, Value] | None:
        if twice:
            return scope.null("The context has two entries of one name.")
        inner, result = scope.also({}), {}
        for key, value in entries:
            inner[key] = result[key] = value(inner)
        return result

    return build


@prepares(ast.RangeNode)
def _range(node: ast.RangeNode) -> Evaluator:
    low, high = node.low and prepare(node.low), node.high and prepare(node.high)

    def build(scope: Scope) -> Range | None:
        ends = [end and end(scope) for end in (low, high)]
        if any(end is not None and value is None for end, value in zip((low, high), ends, strict=True)):
            return scope.null("An end of the range is null.")
        return Range(ends[0], ends[1], node.low_closed, node.high_closed, node.op)

    return build


# --- filters


@prepares(ast.Filter)
def _filter(node: ast.Filter) -> Evaluator:
    source, condition = prepare(node.source), prepare(node.filter)
    return lambda scope: select(scope, source(scope), condition)


def select(scope: Scope, value: Value, condition: Evaluator) -> Value:
    """The items for which the condition holds, or the one at a position (DMN 1.5, 10.3.2.5)."""
    if value is None:
        return scope.null("null has no items.")
    items = value if isinstance(value, list) else [value]
    probe = condition(_item_scope(scope, items[0] if items else None))
    if isinstance(probe, Decimal):
        return _at(scope, items, probe)
    if not (probe is None or isinstance(probe, bool)):
        return scope.null(f"A filter is a condition or a position, not {kind_of(probe)}.")
    held = [probe, *(condition(_item_scope(scope, item)) for item in items[1:])] if items else []
    if not all(result is None or isinstance(result, bool) for result in held):
        return scope.null("A filter's condition has to be true or false for every item.")
    return [item for item, result in zip(items, held, strict=True) if result is True]


def _item_scope(scope: Scope, item: Value) -> Scope:
    scope.run.spend()
    if not isinstance(item, dict):
        return scope.also({"item": item})
    inner = scope.also(item)
    inner.setdefault("item", item)
    return inner


def _at(scope: Scope, items: list[Value], position: Decimal) -> Value:
    index = int(position) - 1 if position > 0 else len(items) + int(position)
    if position and 0 <= index < len(items):
        return items[index]
    return scope.null(f"A list of {len(items)} has no item {position}.")


# --- loops


@prepares(ast.For)
def _for(node: ast.For) -> Evaluator:
    iterators = [(name, prepare(source)) for name, source in node.iterators]
    return collecting(iterators, prepare(node.result), partial="partial" in ast.names_used(node.result))


def collecting(iterators: list[tuple[str, Evaluator]], result: Evaluator, *, partial: bool) -> Evaluator:
    """A loop's results as a list. With `partial`, each round sees a copy of those before it, at a cost."""
    scopes = iterate(iterators)

    def collect(scope: Scope) -> list[Value] | None:
        rounds = scopes(scope)
        if rounds is None:
            return None
        results: list[Value] = []
        for inner in rounds:
            if partial:
                scope.run.spend(len(results))
                inner["partial"] = list(results)
            results.append(result(inner))
        return results

    return collect


@prepares(ast.Quantified)
def _quantified(node: ast.Quantified) -> Evaluator:
    scopes = iterate([(name, prepare(source)) for name, source in node.iterators])
    condition, decisive = prepare(node.condition), node.quantifier == "some"

    def check(scope: Scope) -> bool | None:
        rounds = scopes(scope)
        return None if rounds is None else hold(rounds, condition, decisive=decisive)

    return check


def hold(rounds: Iterable[Scope], condition: Evaluator, *, decisive: bool) -> bool | None:
    """Kleene's some (decisive true) or every (decisive false) over the rounds of a loop."""
    result: bool | None = not decisive
    for inner in rounds:
        held = condition(inner)
        if held is decisive:
            return decisive
        if not (held is None or isinstance(held, bool)):
            return inner.null(f"A condition is true or false, not {kind_of(held)}.")
        if held is not (not decisive):
            result = None
    return result


def iterate(iterators: list[tuple[str, Evaluator]]) -> Callable[[Scope], Iterator[Scope] | None]:
    """A function that gives the scope of each round, the last iterator going fastest; None where one has no items."""

    def scopes(scope: Scope) -> Iterator[Scope] | None:
        name, source = iterators[0]
        items = _items(source(scope), scope)
        return None if items is None else _rounds(scope, name, items, iterators[1:])

    return scopes


def _rounds(scope: Scope, name: str, items: Iterable[Value], rest: list[tuple[str, Evaluator]]) -> Iterator[Scope]:
    for item in items:
        scope.run.spend()
        inner = scope.also({name: item})
        if not rest:
            yield inner
            continue
        further = _items(rest[0][1](inner), scope)
        yield from _rounds(inner, rest[0][0], further or (), rest[1:])


def _items(value: Value, scope: Scope) -> Iterable[Value] | None:
    match value:
        case list():
            return value
        case Range():
            return _of_range(value, scope)
        case None:
            return scope.null("A loop over null has no rounds.")
    return [value]


def _of_range(span: Range, scope: Scope) -> Iterable[Value] | None:
    """The numbers or days of a range, which runs forwards."""
    values = _days_or_numbers(span.low, span.high, scope)
    if values is None:
        return None
    (first, last), at = values
    if first > last:
        return scope.null("A range that runs backwards has no values; a loop may go 3..1 without brackets.")
    return (at(i) for i in range(first + (not span.low_closed), last + span.high_closed))


@prepares(ast.Steps)
def _steps(node: ast.Steps) -> Evaluator:
    low, high = prepare(node.low), prepare(node.high)

    def walk(scope: Scope) -> list[Value] | None:
        values = _days_or_numbers(low(scope), high(scope), scope)
        if values is None:
            return None
        (first, last), at = values
        scope.run.spend(abs(last - first) + 1)
        step = 1 if first <= last else -1
        return [at(i) for i in range(first, last + step, step)]

    return walk


Walk = tuple[tuple[int, int], Callable[[int], Value]]


def _days_or_numbers(low: Value, high: Value, scope: Scope) -> Walk | None:
    """Both ends as whole numbers, and how a value is made of one; None for what cannot be counted through."""
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        return (int(low), int(high)), Decimal
    if type(low) is dt.date and type(high) is dt.date:
        return (low.toordinal(), high.toordinal()), dt.date.fromordinal
    return scope.null(f"A loop goes over numbers or dates, not {kind_of(low)} to {kind_of(high)}.")
