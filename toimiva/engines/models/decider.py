"""A model decided for one case: each decision once, after what it requires, with the trace of what was used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from toimiva.engines.feel.api import (
    TYPES,
    Evaluator,
    FeelType,
    Function,
    LimitExceeded,
    Run,
    Scope,
    Signature,
    Undefined,
    Value,
    coerce,
)
from toimiva.engines.models.boxed import fitting, prepare_boxed, prepare_function
from toimiva.engines.models.model import BusinessKnowledge, Decision, DecisionService, Model
from toimiva.engines.models.trace import Step, TableNote, Trace

__all__ = ["Decider"]


class Decider:
    """A model made ready to decide many cases, one at a time.

    Values are FEEL's in Python (see `feel.values`). What has no result is null, and the trace says why; nothing raises.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._order = model.in_order()
        self._expressions: dict[str, Evaluator] = {}
        self._functions: dict[str, Evaluator] = {}
        self._imports = {alias: Decider(imported) for alias, imported in model.imports.items()}
        self._types = {TYPES: model.feel_types} if model.feel_types else {}

    def expression(self, decision: Decision) -> Evaluator | None:
        """The decision's logic, made ready when it is first asked for."""
        if decision.expression is None:
            return None
        if decision.name not in self._expressions:
            self._expressions[decision.name] = prepare_boxed(decision.expression)
        return self._expressions[decision.name]

    def function(self, knowledge: BusinessKnowledge) -> Evaluator:
        """The knowledge model as a function of its scope, made ready when it is first asked for."""
        if knowledge.name not in self._functions:
            self._functions[knowledge.name] = prepare_function(knowledge.function, knowledge.name, knowledge.type)
        return self._functions[knowledge.name]

    def decide(self, inputs: Mapping[str, Value], now: dt.datetime | None = None) -> dict[str, Value]:
        """Every decision's value by name. Inputs that are not given are null; `now` is what now() tells."""
        case = _Case(self, inputs, Run(now=now))
        return {decision.name: case.value(decision.name) for decision in self._order if decision.expression}

    def trace(self, inputs: Mapping[str, Value], now: dt.datetime | None = None) -> Trace:
        """Every decision with how it came about."""
        case = _Case(self, inputs, Run(now=now, notes=[]))
        for decision in self._order:
            if decision.expression is not None:
                case.value(decision.name)
        return Trace(case.steps)

    def evaluate(self, name: str, inputs: Mapping[str, Value], now: dt.datetime | None = None) -> Step:
        """One decision and what it requires. Raises KeyError for a decision that is not there."""
        self.model.decisions[name]
        case = _Case(self, inputs, Run(now=now, notes=[]))
        value = case.value(name)
        return case.steps.get(name) or Step(name, value, warnings=tuple(case.run.warnings))

    def invoke(self, name: str, arguments: Mapping[str, Value], now: dt.datetime | None = None) -> Value:
        """A business knowledge model or decision service with named arguments; null where they do not fit."""
        function = _Case(self, {}, Run(now=now)).value(name)
        try:
            return function.invoke(list(arguments.values()), list(arguments)) if arguments else function.invoke([])
        except (Undefined, LimitExceeded, RecursionError):
            return None


class _Case:
    """One case: what is known of it so far, by the names of the model."""

    def __init__(self, decider: Decider, inputs: Mapping[str, Value], run: Run) -> None:
        self.decider, self.model, self.run = decider, decider.model, run
        self.inputs = inputs
        self.steps: dict[str, Step] = {}
        self._known: dict[str, Value] = {}
        self._imported: dict[str, _Case] = {}

    def value(self, name: str) -> Value:
        """An input, decision, knowledge model, service, or `<import>.<name>`; each is worked out once."""
        if name not in self._known:
            self._known[name] = self._work_out(name)
        return self._known[name]

    def give(self, name: str, value: Value) -> None:
        """A value that is not to be worked out: a decision service's input decision."""
        self._known[name] = value

    def _work_out(self, name: str) -> Value:
        if name in self.model.inputs:
            return self._input(name)
        if name in self.model.decisions:
            return self._decide(self.model.decisions[name])
        if name in self.model.knowledge:
            return self._knowledge(self.model.knowledge[name])
        if name in self.model.services:
            return self._service(self.model.services[name])
        alias, _, inner = name.partition(".")
        return self._case_of(alias).value(inner) if alias in self.model.imports else None

    def _case_of(self, alias: str) -> _Case:
        if alias not in self._imported:
            own = self.inputs.get(alias)
            inputs = {**self.inputs, **own} if isinstance(own, dict) else self.inputs
            self._imported[alias] = _Case(self.decider._imports[alias], inputs, self.run)
        return self._imported[alias]

    def _input(self, name: str) -> Value:
        value = self.inputs.get(name)
        kind = self.model.inputs[name].type
        return value if value is None or kind is None else fitting(value, kind, Scope({}, self.run), name)

    def _scope(self, requires: Sequence[str]) -> Scope:
        values = {name: self.value(name) for name in requires}
        if self.model.imports:
            values = self._by_import(values)
        return Scope({**self.decider._types, **values}, self.run)

    def _by_import(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """What comes from an import, as entries of a context of the import's name."""
        found: dict[str, Value] = {}
        for name, value in values.items():
            alias, _, inner = name.partition(".")
            if alias in self.model.imports:
                found[alias] = {**found.get(alias, {}), inner: value}
            else:
                found[name] = value
        return found

    def _decide(self, decision: Decision) -> Value:
        evaluate = self.decider.expression(decision)
        if evaluate is None:
            self.run.warnings.append(f"{decision.name} has no expression.")
            return None
        scope, run = self._scope(decision.requires), self.run
        warned, noted = len(run.warnings), len(run.notes) if run.notes is not None else 0
        try:
            value = fitting(evaluate(scope), decision.type, scope, decision.name)
        except LimitExceeded as limit:
            value = scope.null(str(limit))
        except RecursionError:
            value = scope.null("The decision is nested deeper than the machine allows. Split it.")
        if self.run.notes is not None:
            self._note(decision, value, scope, self.run.notes[noted:], warned)
        return value

    def _note(self, decision: Decision, value: Value, scope: Scope, notes: list[TableNote], warned: int) -> None:
        own = notes[-1] if notes and notes[-1].table == getattr(decision.expression, "line", 0) else None
        uses = {name: used for name, used in scope.items() if name != TYPES and not isinstance(used, Function)}
        self.steps[decision.name] = Step(
            decision.name,
            value,
            uses,
            own.hits if own else (),
            own.misses if own else (),
            tuple(notes[:-1] if own else notes),
            tuple(self.run.warnings[warned:]),
        )

    def _knowledge(self, knowledge: BusinessKnowledge) -> Function:
        scope = self._scope([name for name in knowledge.requires if name != knowledge.name])
        function: Function = self.decider.function(knowledge)(scope)
        scope[knowledge.name] = function
        return function

    def _service(self, service: DecisionService) -> Function:
        """A function whose parameters are the service's input data, then its input decisions (DMN 1.5, 10.4)."""
        names = (*service.input_data, *service.input_decisions)
        parameters = tuple(name.rpartition(".")[2] for name in names)
        types = tuple(self._type_of(name) for name in names)

        def compute(*values: Value) -> Value:
            case = _Case(self.decider, {}, self.run)
            for name, value in zip(names, values, strict=True):
                case.give(name, value)
            results = {output: case.value(output) for output in service.outputs}
            value = next(iter(results.values())) if len(results) == 1 else results
            return value if service.type is None else coerce(value, service.type)

        def fit(values: Sequence[Value]) -> Sequence[Value] | None:
            fitted = [v if kind is None else coerce(v, kind) for v, kind in zip(values, types, strict=True)]
            broken = any(new is None and old is not None for new, old in zip(fitted, values, strict=True))
            return None if broken else fitted

        return Function(service.name, (Signature(parameters, compute, fit, types=types),), service.type)

    def _type_of(self, name: str) -> FeelType | None:
        found = self.model.decisions.get(name) or self.model.inputs.get(name)
        return found.type if found else None
