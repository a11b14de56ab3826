"""Decision tables decided for one case (DMN 1.5, 8.2.8)."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from toimiva.engines.feel.api import (
    Evaluator,
    Scope,
    Test,
    UnaryTests,
    Value,
    add,
    equal,
    number,
    ordered,
    prepare,
    prepare_tests,
)
from toimiva.engines.models.model import DecisionTable, Rule
from toimiva.engines.models.trace import Hit, Miss, TableNote

__all__ = ["prepare_table"]


def prepare_table(table: DecisionTable) -> Evaluator:
    """A table as a function of a scope. When the run takes notes, it tells which rules hit and why others did not."""
    columns = [prepare(clause.node) for clause in table.inputs]
    allowed = [(i, c.label, prepare_tests(c.allowed)) for i, c in enumerate(table.inputs) if c.allowed]
    rules = [_PreparedRule(i, rule) for i, rule in enumerate(table.rules, 1)]
    labels = [clause.label for clause in table.inputs]
    find, finish = _Matcher(table), _Finish(table)
    only_first = table.hit_policy == "FIRST"

    def decide(scope: Scope) -> Value:
        values = [column(scope) for column in columns]
        for i, label, test in allowed:
            if values[i] is not None and test(scope, values[i]) is not True:
                scope.null(f"{label} has a value that its column does not allow.")
        found = find(scope, values)
        hits = [rules[i] for i in (found[:1] if only_first else found)]
        if scope.run.notes is not None:
            scope.run.notes.append(_note(table, rules, hits, labels, scope, values))
        return finish(scope, hits)

    return decide


class _Matcher:
    """Finds the rules that hit, column by column: a test that several rules share is made once for all of them.

    Sets of rules are bits of an integer. A test whose rules have all dropped out is not made.
    """

    def __init__(self, table: DecisionTable) -> None:
        self._all = (1 << len(table.rules)) - 1
        self._columns = [(i, *self._column(table, i)) for i in range(len(table.inputs))]

    @staticmethod
    def _column(table: DecisionTable, index: int) -> tuple[int, list[tuple[int, Test]]]:
        """Rules that take anything here, and for each different test the rules that make it."""
        anything, making = 0, dict[UnaryTests, int]()
        for bit, rule in enumerate(table.rules):
            cell = rule.tests[index]
            if cell.tests:
                making[cell] = making.get(cell, 0) | 1 << bit
            else:
                anything |= 1 << bit
        return anything, [(rules, prepare_tests(cell)) for cell, rules in making.items()]

    def __call__(self, scope: Scope, values: list[Value]) -> list[int]:
        left = self._all
        for index, anything, tests in self._columns:
            value, held = values[index], anything
            for rules, test in tests:
                if left & rules and test(scope, value) is True:
                    held |= rules
            left &= held
            if not left:
                return []
        return [i for i in range(left.bit_length()) if left >> i & 1]


def _note(
    table: DecisionTable,
    rules: list[_PreparedRule],
    hits: list[_PreparedRule],
    labels: list[str],
    scope: Scope,
    values: list[Value],
) -> TableNote:
    """A table that stops at its first hit has nothing to tell of the rules after it."""
    tried = rules[: hits[0].index] if table.hit_policy == "FIRST" and hits else rules
    misses = tuple(rule.miss(scope, labels, values) for rule in tried if rule not in hits)
    return TableNote(table.line, tuple(rule.hit for rule in hits), misses)


class _PreparedRule:
    def __init__(self, index: int, rule: Rule) -> None:
        self.index = index
        self.hit = Hit(index, rule.id, rule.annotations)
        self.tests = [(i, prepare_tests(test)) for i, test in enumerate(rule.tests) if test.tests]
        self.texts = rule.texts
        self.outputs = [prepare(output) for output in rule.outputs]

    def holds(self, scope: Scope, values: list[Value]) -> bool:
        return all(test(scope, values[i]) is True for i, test in self.tests)

    def miss(self, scope: Scope, labels: list[str], values: list[Value]) -> Miss:
        """The first condition that does not hold."""
        failed = next(i for i, test in self.tests if test(scope, values[i]) is not True)
        return Miss(self.index, labels[failed], self.texts[failed], values[failed])


class _Finish:
    """From the rules that hit to the table's value, as the hit policy says."""

    def __init__(self, table: DecisionTable) -> None:
        self.table = table
        self.names = [clause.name for clause in table.outputs]
        self.single = len(self.names) == 1
        self.defaults = [clause.default and prepare(clause.default) for clause in table.outputs]
        self.priorities: list[list[Test]] = [
            [prepare_tests(UnaryTests(value.span, (value,))) for value in clause.values] for clause in table.outputs
        ]

    def __call__(self, scope: Scope, hits: list[_PreparedRule]) -> Value:
        results = [self.row(scope, rule.outputs) for rule in hits]
        policy = self.table.hit_policy
        if not results and any(self.defaults):
            return self.default(scope)
        if policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER"):
            return self.many(scope, results)
        if not results:
            return scope.null("No rule hit and the table has no default.")
        if policy == "UNIQUE" and len(results) > 1:
            return scope.null(f"Rules {', '.join(str(rule.index) for rule in hits)} hit in a table where one may.")
        if policy == "ANY" and not all(equal(result, results[0]) for result in results):
            return scope.null("Rules that hit give different results in a table of hit policy ANY.")
        return self.by_priority(scope, results)[0] if policy == "PRIORITY" else results[0]

    def row(self, scope: Scope, outputs: list[Evaluator]) -> Value:
        if self.single:
            return outputs[0](scope)
        return dict(zip(self.names, [output(scope) for output in outputs], strict=True))

    def default(self, scope: Scope) -> Value:
        values = [default(scope) if default else None for default in self.defaults]
        return values[0] if self.single else dict(zip(self.names, values, strict=True))

    def many(self, scope: Scope, results: list[Value]) -> Value:
        if self.table.hit_policy == "OUTPUT ORDER":
            results = self.by_priority(scope, results)
        if self.table.aggregation is None:
            return results
        return AGGREGATIONS[self.table.aggregation](results)

    def by_priority(self, scope: Scope, results: list[Value]) -> list[Value]:
        """Sorted by each output's place in its list of values, the first output counting most."""

        def rank(result: Value) -> list[int]:
            values = [result] if self.single else [result[name] for name in self.names]
            return [_place(scope, value, tests) for value, tests in zip(values, self.priorities, strict=True)]

        return sorted(results, key=rank)


def _place(scope: Scope, value: Value, tests: list[Test]) -> int:
    return next((i for i, test in enumerate(tests) if test(scope, value) is True), len(tests))


def _extreme(better: Callable[[Value, Value], bool]) -> Callable[[list[Value]], Value]:
    def find(values: list[Value]) -> Value:
        if not values or not all(ordered(values[0], value) for value in values):
            return None
        return reduce(lambda best, value: value if better(value, best) else best, values)

    return find


AGGREGATIONS: dict[str, Callable[[list[Value]], Value]] = {
    "COUNT": lambda values: number(len(values)),
    "SUM": lambda values: reduce(add, values) if values else None,
    "MIN": _extreme(lambda a, b: a < b),
    "MAX": _extreme(lambda a, b: a > b),
}
