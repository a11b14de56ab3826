"""Which rules of a decision table overlap, and which cases no rule covers, each shown as an example row.

Tests over literals change their answer at those literals only. So each column is looked at in a few samples: every
literal, a value between each two, one beyond each end, and null. What the tests say of the samples they say of every
value. A column with any other test (of a parameter, say) is left open, and nothing is claimed because of it.
Source of the question: DMN 1.5, 8.2.8 (hit policies), 8.2.9 (completeness).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import Any

from toimiva.engines.feel.api import Scope, UnaryTests, Value, evaluate, kind_of, literals_of, prepare_tests
from toimiva.engines.models.model import DecisionTable

__all__ = ["Fork", "Forks", "Overlap", "doubtful", "gaps", "overlaps"]

MOST_STEPS = 20_000
OTHER_TEXT = "another value"
Example = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rules, by number from one, that both hit for the example; a column that is not in it may have any value."""

    first: int
    second: int
    example: Example


@dataclass(frozen=True, slots=True)
class _Column:
    """Samples of a column, and for each rule the samples it takes, as bits; None where the rule's test is open."""

    label: str
    samples: tuple[Value, ...]
    taken: tuple[int | None, ...]

    def first_of(self, bits: int) -> Value:
        """The first sample of a set."""
        return self.samples[(bits & -bits).bit_length() - 1]


def overlaps(table: DecisionTable) -> Iterator[Overlap]:
    """Pairs of rules that surely hit together for some values."""
    columns = _columns(table)
    for i, j in _pairs(table):
        example = _together(columns, i, j)
        if example is not None:
            yield Overlap(i + 1, j + 1, example)


def doubtful(table: DecisionTable) -> list[tuple[int, int]]:
    """Pairs of rules, by index, that no column is shown to keep apart: they may hit together."""
    columns = _columns(table)
    return [(i, j) for i, j in _pairs(table) if not any(_apart(column, i, j) for column in columns)]


@dataclass(frozen=True, slots=True)
class Fork:
    """A column whose different tests exclude each other, and the rules (by index) that make each of them."""

    column: int
    branches: tuple[tuple[int, ...], ...]


class Forks:
    """Where a table can be parted: in a column where all rules have a test, and no two different ones hold together."""

    def __init__(self, table: DecisionTable) -> None:
        self._columns = _columns(table)
        self._cells = [rule.tests for rule in table.rules]

    def best(self, rules: Collection[int]) -> Fork | None:
        """The fork with the most branches for these rules; None where there is none."""
        forks = [fork for i in range(len(self._columns)) if (fork := self._fork(i, rules)) is not None]
        return max(forks, key=lambda fork: len(fork.branches), default=None)

    def _fork(self, index: int, rules: Collection[int]) -> Fork | None:
        column, by_cell = self._columns[index], dict[UnaryTests, list[int]]()
        for rule in rules:
            if column.taken[rule] is None or not self._cells[rule][index].tests:
                return None
            by_cell.setdefault(self._cells[rule][index], []).append(rule)
        firsts = [column.taken[found[0]] or 0 for found in by_cell.values()]
        if len(firsts) < 2 or sum(firsts) != _union(firsts):
            return None
        return Fork(index, tuple(tuple(found) for found in by_cell.values()))


def _union(sets: Iterable[int]) -> int:
    """Of sets of samples, as bits; their sum is the same where no two share a sample."""
    return reduce(or_, sets, 0)


def gaps(table: DecisionTable) -> Example | None:
    """A row that no rule covers; None where every case is covered, or where that cannot be told."""
    columns = _columns(table)
    if any(taken is None for column in columns for taken in column.taken):
        return None
    return _Search(columns).uncovered(0, list(range(len(table.rules))))


def _pairs(table: DecisionTable) -> Iterator[tuple[int, int]]:
    return ((i, j) for i in range(len(table.rules)) for j in range(i + 1, len(table.rules)))


def _apart(column: _Column, i: int, j: int) -> bool:
    a, b = column.taken[i], column.taken[j]
    return a is not None and b is not None and not a & b


def _together(columns: list[_Column], i: int, j: int) -> Example | None:
    example: dict[str, Value] = {}
    for column in columns:
        a, b = column.taken[i], column.taken[j]
        if a is None or b is None or not a & b:
            return None
        if len(column.samples) > 1:
            example[column.label] = column.first_of(a & b)
    return example


class _Search:
    """A search for a row that no rule covers, column by column; samples that part the rules alike are tried once."""

    def __init__(self, columns: list[_Column]) -> None:
        self._columns = columns
        self._steps = 0

    def uncovered(self, at: int, rules: list[int]) -> Example | None:
        self._steps += 1
        if not rules:
            return {}
        if at == len(self._columns) or self._steps > MOST_STEPS:
            return None
        column, tried = self._columns[at], set()
        for bit, sample in enumerate(column.samples):
            left = [rule for rule in rules if (column.taken[rule] or 0) >> bit & 1]
            if sample is None or tuple(left) in tried:
                continue
            tried.add(tuple(left))
            found = self.uncovered(at + 1, left)
            if found is not None:
                return {column.label: sample, **found}
        return None


# --- samples


def _columns(table: DecisionTable) -> list[_Column]:
    return [_column(table, i) for i in range(len(table.inputs))]


def _column(table: DecisionTable, index: int) -> _Column:
    cells = [rule.tests[index] for rule in table.rules]
    known = [_literals(cell) for cell in cells]
    samples = _samples([value for values in known if values is not None for value in values])
    taken = [None if values is None else _taken(cell, samples) for cell, values in zip(cells, known, strict=True)]
    return _Column(table.inputs[index].label, samples, tuple(taken))


def _literals(cell: UnaryTests) -> list[Value] | None:
    """What a cell compares with; None where it is not literals, or not of a kind that can be sampled."""
    nodes = literals_of(cell)
    values = None if nodes is None else [evaluate(node, {}) for node in nodes]
    return values if values is not None and all(_sampled(value) for value in values) else None


def _sampled(value: Value) -> bool:
    """Whether values lie between two of these as between numbers: times with a zone and far dates are left open."""
    return type(value) in _SAMPLED and getattr(value, "tzinfo", None) is None


def _taken(cell: UnaryTests, samples: tuple[Value, ...]) -> int:
    test, scope = prepare_tests(cell), Scope({})
    return sum(1 << bit for bit, sample in enumerate(samples) if test(scope, sample) is True)


def _samples(literals: list[Value]) -> tuple[Value, ...]:
    by_kind: dict[str, list[Any]] = {}
    for value in literals:
        if value is not None:
            by_kind.setdefault(kind_of(value), []).append(value)
    found = [sample for kind, values in sorted(by_kind.items()) for sample in _of_kind(kind, values)]
    return (*found, None)


def _of_kind(kind: str, values: list[Any]) -> list[Value]:
    if kind == "boolean":
        return [True, False]
    ordered = sorted(set(values))
    if kind == "string":
        between = [f"{value}\u0000" for value in ordered]  # the very next text after each
        return sorted({"", *ordered, *between, OTHER_TEXT, max(ordered) + "~"})
    step = _STEP[kind]
    half = (lambda gap: gap // 2) if kind == "date" else (lambda gap: gap / 2)
    middle = [low + half(high - low) for low, high in pairwise(ordered)]
    return sorted({ordered[0] - step, *ordered, *middle, ordered[-1] + step})


_STEP: dict[str, Any] = {
    "number": Decimal(1), "date": dt.timedelta(days=1), "date and time": dt.timedelta(days=1),
    "days and time duration": dt.timedelta(days=1),
}  # fmt: skip
_SAMPLED = {type(None), bool, str, Decimal, dt.date, dt.datetime, dt.timedelta}
