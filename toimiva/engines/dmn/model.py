"""A DMN model in memory: decisions, input data, business knowledge models and their boxed expressions, with places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from toimiva.engines.feel.api import Node, UnaryTests

__all__ = [
    "BusinessKnowledge", "Context", "Decision", "DecisionTable", "Expression", "HitPolicy", "InputClause",
    "InputData", "Invocation", "ItemDefinition", "ListExpression", "LiteralExpression", "Model", "OutputClause", "Rule",
]  # fmt: skip

HitPolicy = Literal["UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"]


@dataclass(frozen=True, slots=True)
class LiteralExpression:
    """A FEEL expression."""

    text: str
    node: Node
    line: int


@dataclass(frozen=True, slots=True)
class InputClause:
    """A column that is tested; `allowed` are its input values, if stated."""

    text: str
    node: Node
    label: str


@dataclass(frozen=True, slots=True)
class OutputClause:
    """A column that is given; `values` in order of priority; `default` where no rule hits."""

    name: str
    type_ref: str | None
    values: tuple[Node, ...] = ()
    default: Node | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: one test per input, one expression per output, and what its annotations say (the law, for one).

    `texts` and `results` are the tests' and outputs' sources, as they stand in the file.
    """

    id: str
    tests: tuple[UnaryTests, ...]
    outputs: tuple[Node, ...]
    annotations: Mapping[str, str]
    line: int
    texts: tuple[str, ...] = ()
    results: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """Rules under a hit policy; `aggregation` is SUM, MIN, MAX, COUNT or None (for COLLECT)."""

    hit_policy: HitPolicy
    aggregation: str | None
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Context:
    """Named expressions; an entry without a name is the result."""

    entries: tuple[tuple[str | None, Expression], ...]
    line: int


@dataclass(frozen=True, slots=True)
class ListExpression:
    """A boxed list."""

    items: tuple[Expression, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Invocation:
    """A business knowledge model called with named arguments."""

    function: LiteralExpression
    bindings: tuple[tuple[str, Expression], ...]
    line: int


Expression = LiteralExpression | DecisionTable | Context | ListExpression | Invocation


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A type: a base type with allowed values, or components by name; `is_list` for a collection."""

    name: str
    type_ref: str | None
    components: Mapping[str, ItemDefinition] = field(default_factory=dict)
    is_list: bool = False
    allowed: UnaryTests | None = None


@dataclass(frozen=True, slots=True)
class InputData:
    """What the model is given, with its type's name."""

    name: str
    type_ref: str | None
    line: int


@dataclass(frozen=True, slots=True)
class BusinessKnowledge:
    """A function that decisions can call."""

    name: str
    parameters: tuple[str, ...]
    body: Expression
    line: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A question with its answer's expression; `requires` names the decisions, inputs and knowledge it uses."""

    name: str
    type_ref: str | None
    requires: tuple[str, ...]
    expression: Expression | None
    question: str
    line: int


@dataclass(frozen=True, slots=True)
class Model:
    """A DMN definitions element."""

    name: str
    inputs: Mapping[str, InputData]
    decisions: Mapping[str, Decision]
    knowledge: Mapping[str, BusinessKnowledge]
    types: Mapping[str, ItemDefinition]

    def in_order(self) -> list[Decision]:
        """Decisions so that each comes after those it requires. Raises ValueError for a circle."""
        ordered: dict[str, Decision] = {}
        for name in self.decisions:
            self._visit(name, ordered, ())
        return list(ordered.values())

    def _visit(self, name: str, ordered: dict[str, Decision], path: tuple[str, ...]) -> None:
        if name in path:
            raise ValueError(f"Decisions require each other in a circle: {' -> '.join([*path, name])}.")
        if name in ordered:
            return
        for required in self.decisions[name].requires:
            if required in self.decisions:
                self._visit(required, ordered, (*path, name))
        ordered[name] = self.decisions[name]
