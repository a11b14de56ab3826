"""A DMN model in memory: decisions, input data, business knowledge models and their boxed expressions, with places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from toimiva.engines.feel.api import FeelType, Node, UnaryTests

__all__ = [
    "BusinessKnowledge", "Conditional", "Context", "ContextEntry", "Decision", "DecisionService", "DecisionTable",
    "Expression", "FilterExpression", "FunctionDefinition", "FunctionItem", "HitPolicy", "InputClause", "InputData",
    "Invocation", "ItemDefinition", "ListExpression", "LiteralExpression", "Loop", "Model", "OutputClause", "Parameter",
    "Relation", "Rule", "Typed",
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
    allowed: UnaryTests | None = None


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
class ContextEntry:
    """A named expression of a context; without a name it is the context's result."""

    name: str | None
    type: FeelType | None
    expression: Expression


@dataclass(frozen=True, slots=True)
class Context:
    """Named expressions; later ones see earlier ones."""

    entries: tuple[ContextEntry, ...]
    line: int


@dataclass(frozen=True, slots=True)
class ListExpression:
    """A boxed list."""

    items: tuple[Expression, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Relation:
    """A list of contexts, written as a table: column names, and a row of expressions for each."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Expression, ...], ...]
    line: int


@dataclass(frozen=True, slots=True)
class Invocation:
    """A function called with named arguments."""

    function: LiteralExpression
    bindings: tuple[tuple[str, Expression], ...]
    line: int


@dataclass(frozen=True, slots=True)
class Parameter:
    """A formal parameter and its type, if stated."""

    name: str
    type: FeelType | None


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """A boxed function. `kind` is FEEL; Java and PMML are refused."""

    parameters: tuple[Parameter, ...]
    body: Expression
    line: int


@dataclass(frozen=True, slots=True)
class Conditional:
    """A boxed if."""

    condition: Expression
    then: Expression
    otherwise: Expression
    line: int


@dataclass(frozen=True, slots=True)
class FilterExpression:
    """A boxed filter: the items of `source` for which `match` holds."""

    source: Expression
    match: Expression
    line: int


@dataclass(frozen=True, slots=True)
class Loop:
    """A boxed for, some or every: `kind` tells which."""

    kind: Literal["for", "some", "every"]
    variable: str
    source: Expression
    result: Expression
    line: int


@dataclass(frozen=True, slots=True)
class Typed:
    """An expression that states its own type, apart from that of the variable it is for."""

    expression: Expression
    type: FeelType
    line: int


Expression = (
    LiteralExpression | DecisionTable | Context | ListExpression | Relation | Invocation | FunctionDefinition
    | Conditional | FilterExpression | Loop | Typed
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A type: a base type with allowed values, components by name, or a function; `is_list` for a collection.

    `allowed` is about each item of a collection, `constraint` about the collection as a whole (DMN 1.5, 7.3.3).
    """

    name: str
    type_ref: str | None
    line: int
    components: Mapping[str, ItemDefinition] = field(default_factory=dict)
    is_list: bool = False
    allowed: UnaryTests | None = None
    constraint: UnaryTests | None = None
    function: FunctionItem | None = None


@dataclass(frozen=True, slots=True)
class FunctionItem:
    """A function type: parameter types in order, and what it gives."""

    parameters: tuple[str, ...]
    output: str | None


@dataclass(frozen=True, slots=True)
class InputData:
    """What the model is given, with its type's name and the type itself."""

    name: str
    type_ref: str | None
    line: int
    type: FeelType | None = None


@dataclass(frozen=True, slots=True)
class BusinessKnowledge:
    """A function that decisions can call; `requires` names the knowledge that it uses in turn."""

    name: str
    function: FunctionDefinition
    type: FeelType | None
    requires: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class DecisionService:
    """Decisions offered as a function: its parameters are the input data, then the input decisions."""

    name: str
    outputs: tuple[str, ...]
    input_decisions: tuple[str, ...]
    input_data: tuple[str, ...]
    type: FeelType | None
    line: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A question with its answer's expression; `requires` names the decisions, inputs and knowledge it uses.

    What an imported model has is named `<import>.<name>`.
    """

    name: str
    type_ref: str | None
    requires: tuple[str, ...]
    expression: Expression | None
    question: str
    line: int
    type: FeelType | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A DMN definitions element; `types` as they are written, `feel_types` as values are held to them."""

    name: str
    namespace: str
    inputs: Mapping[str, InputData]
    decisions: Mapping[str, Decision]
    knowledge: Mapping[str, BusinessKnowledge]
    services: Mapping[str, DecisionService]
    types: Mapping[str, ItemDefinition]
    feel_types: Mapping[str, FeelType] = field(default_factory=dict)
    imports: Mapping[str, Model] = field(default_factory=dict)
    names_by_id: Mapping[str, str] = field(default_factory=dict)

    def in_order(self, wanted: Iterable[str] | None = None) -> list[Decision]:
        """Decisions, or those wanted, so that each comes after those it requires. Raises ValueError for a circle.

        A function may call itself; a decision may not come back to itself, through a function or a service either.
        """
        visited: dict[str, Decision | None] = {}
        for name in self.decisions if wanted is None else wanted:
            self._visit(name, visited, ())
        return [decision for decision in visited.values() if decision is not None]

    def _visit(self, name: str, visited: dict[str, Decision | None], path: tuple[str, ...]) -> None:
        if name in path and name in self.decisions:
            raise ValueError(f"Decisions require each other in a circle: {' -> '.join([*path, name])}.")
        if name in visited or name in path:
            return
        for required in self._required(name):
            self._visit(required, visited, (*path, name))
        visited[name] = self.decisions.get(name)

    def _required(self, name: str) -> Sequence[str]:
        part = self.decisions.get(name) or self.knowledge.get(name)
        if part is not None:
            return part.requires
        return self.services[name].outputs if name in self.services else ()
