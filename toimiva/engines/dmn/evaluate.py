"""A model decided for one case, with the trace of what was used: which rule hit, and why the others did not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from toimiva.engines.dmn.model import (
    BusinessKnowledge,
    Context,
    Decision,
    DecisionTable,
    Expression,
    Invocation,
    ListExpression,
    LiteralExpression,
    Model,
    Rule,
)
from toimiva.engines.feel.api import Evaluator, Function, Scope, Value, number, prepare, prepare_tests

__all__ = ["Decider", "Hit", "Miss", "Step", "Trace"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that hit: its number from 1, its id and annotations."""

    rule: int
    id: str
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Miss:
    """A rule that did not hit, with the first condition that failed: column, test and the value it met."""

    rule: int
    column: str
    test: str
    value: Value


@dataclass(frozen=True, slots=True)
class Step:
    """One decision of a trace: its value, the rules that hit and missed, and reasons for nulls."""

    decision: str
    value: Value
    hits: tuple[Hit, ...] = ()
    misses: tuple[Miss, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Trace:
    """Steps in the order in which they were decided."""

    steps: dict[str, Step] = field(default_factory=dict)


Answer = tuple[Value, tuple[Hit, ...], tuple[Miss, ...]]
Boxed = Callable[[Scope], Answer]


class Decider:
    """A model made ready to decide many cases, one at a time."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._knowledge = {name: _function(bkm) for name, bkm in model.knowledge.items()}
        self._decisions = [(d, _boxed(d.expression)) for d in model.in_order() if d.expression is not None]

    def decide(self, inputs: Mapping[str, Value]) -> dict[str, Value]:
        """Every decision's value by name. Inputs that are not given are null."""
        return {name: step.value for name, step in self.trace(inputs).steps.items()}

    def trace(self, inputs: Mapping[str, Value]) -> Trace:
        """Every decision with how it came about."""
        scope = Scope(dict.fromkeys(self.model.inputs))
        scope.update(inputs)
        for name, make in self._knowledge.items():
            scope[name] = make(scope)
        trace = Trace()
        for decision, boxed in self._decisions:
            self._step(decision, boxed, scope, trace)
        return trace

    def _step(self, decision: Decision, boxed: Boxed, scope: Scope, trace: Trace) -> None:
        before = len(scope.warnings)
        value, hits, misses = boxed(scope)
        scope[decision.name] = value
        trace.steps[decision.name] = Step(decision.name, value, hits, misses, tuple(scope.warnings[before:]))


def _function(bkm: BusinessKnowledge) -> Callable[[Scope], Function]:
    body = _boxed(bkm.body)

    def make(scope: Scope) -> Function:
        def call(*values: Value) -> Value:
            return body(scope.also(**dict(zip(bkm.parameters, values, strict=True))))[0]

        return Function(bkm.name, bkm.parameters, call)

    return make


def _boxed(expression: Expression) -> Boxed:
    match expression:
        case LiteralExpression():
            return _plain(prepare(expression.node))
        case DecisionTable():
            return _table(expression)
        case Context():
            return _context(expression)
        case ListExpression():
            items = [_boxed(item) for item in expression.items]
            return _plain(lambda scope: [item(scope)[0] for item in items])
        case Invocation():
            return _invocation(expression)


def _plain(evaluate: Evaluator) -> Boxed:
    return lambda scope: (evaluate(scope), (), ())


def _context(context: Context) -> Boxed:
    entries = [(name, _boxed(expression)) for name, expression in context.entries]

    def build(scope: Scope) -> Value:
        inner, result = scope.also(), {}
        for name, boxed in entries:
            value = boxed(inner)[0]
            if name is None:
                return value
            inner[name] = result[name] = value
        return result

    return _plain(build)


def _invocation(invocation: Invocation) -> Boxed:
    function = prepare(invocation.function.node)
    bindings = [(name, _boxed(expression)) for name, expression in invocation.bindings]

    def call(scope: Scope) -> Value:
        called = function(scope)
        if not isinstance(called, Function):
            scope.null(f"{invocation.function.text!r} is not a function.")
            return None
        given = {name: boxed(scope)[0] for name, boxed in bindings}
        return called.call(*(given.get(name) for name in called.parameters))

    return _plain(call)


# --- decision tables (DMN 1.5, 8.2.8)


def _table(table: DecisionTable) -> Boxed:
    columns = [(clause.label, prepare(clause.node)) for clause in table.inputs]
    rules = [_PreparedRule(i, rule) for i, rule in enumerate(table.rules, 1)]
    finish = _Finish(table)
    stop_at_first = table.hit_policy == "FIRST"

    def decide(scope: Scope) -> Answer:
        values = [(label, evaluate(scope)) for label, evaluate in columns]
        hits: list[_PreparedRule] = []
        misses: list[Miss] = []
        for rule in rules:
            miss = rule.miss(scope, values)
            if miss is not None:
                misses.append(miss)
                continue
            hits.append(rule)
            if stop_at_first:
                break
        return finish(scope, hits), tuple(rule.hit for rule in hits), tuple(misses)

    return decide


class _PreparedRule:
    def __init__(self, index: int, rule: Rule) -> None:
        self.index = index
        self.hit = Hit(index, rule.id, rule.annotations)
        self.tests = [prepare_tests(test) for test in rule.tests]
        self.texts = rule.texts
        self.outputs = [prepare(output) for output in rule.outputs]

    def miss(self, scope: Scope, values: list[tuple[str, Value]]) -> Miss | None:
        """The first condition that does not hold, or None when the rule hits."""
        for (label, value), test, text in zip(values, self.tests, self.texts, strict=True):
            if test(scope.also(**{"?": value})) is not True:
                return Miss(self.index, label, text, value)
        return None


class _Finish:
    """From the rules that hit to the table's value, as the hit policy says."""

    def __init__(self, table: DecisionTable) -> None:
        self.table = table
        self.names = [clause.name for clause in table.outputs]
        self.single = len(self.names) == 1
        self.defaults = [clause.default and prepare(clause.default) for clause in table.outputs]
        self.priorities = [[prepare(value) for value in clause.values] for clause in table.outputs]

    def __call__(self, scope: Scope, hits: list[_PreparedRule]) -> Value:
        results = [self.row(scope, rule.outputs) for rule in hits]
        policy = self.table.hit_policy
        if policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER"):
            return self.many(scope, results)
        if not results:
            return self.default(scope)
        if policy == "UNIQUE" and len(results) > 1:
            scope.null(f"Rules {', '.join(str(rule.index) for rule in hits)} hit in a table where one may.")
            return None
        if policy == "ANY" and any(result != results[0] for result in results):
            scope.null("Rules that hit give different results in a table of hit policy ANY.")
            return None
        return self.by_priority(scope, results)[0] if policy == "PRIORITY" else results[0]

    def row(self, scope: Scope, outputs: list[Evaluator]) -> Value:
        values = [output(scope) for output in outputs]
        return values[0] if self.single else dict(zip(self.names, values, strict=True))

    def default(self, scope: Scope) -> Value:
        if not any(self.defaults):
            scope.null("No rule hit and the table has no default.")
            return None
        values = [default(scope) if default else None for default in self.defaults]
        return values[0] if self.single else dict(zip(self.names, values, strict=True))

    def many(self, scope: Scope, results: list[Value]) -> Value:
        if self.table.hit_policy == "OUTPUT ORDER":
            results = self.by_priority(scope, results)
        if self.table.aggregation is None:
            return results
        return _AGGREGATIONS[self.table.aggregation](results)

    def by_priority(self, scope: Scope, results: list[Value]) -> list[Value]:
        orders = [[value(scope) for value in values] for values in self.priorities]

        def rank(result: Value) -> list[int]:
            values = [result] if self.single else [result[name] for name in self.names]
            return [order.index(v) if v in order else len(order) for v, order in zip(values, orders, strict=True)]

        return sorted(results, key=rank)


_AGGREGATIONS: dict[str, Callable[[list[Value]], Value]] = {
    "COUNT": lambda values: number(len(values)),
    "SUM": lambda values: sum(values, Decimal(0)) if values else None,
    "MIN": lambda values: min(values, default=None),
    "MAX": lambda values: max(values, default=None),
}
