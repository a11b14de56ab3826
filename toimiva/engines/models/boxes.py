"""Boxed expressions of a DMN file: every kind that the standard has (DMN 1.5, 10.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from toimiva.engines.feel.api import Broken, Node
from toimiva.engines.models.elements import Element
from toimiva.engines.models.model import (
    Conditional,
    Context,
    ContextEntry,
    DecisionTable,
    Expression,
    FilterExpression,
    FunctionDefinition,
    InputClause,
    Invocation,
    ListExpression,
    LiteralExpression,
    Loop,
    OutputClause,
    Parameter,
    Relation,
    Rule,
    Typed,
)
from toimiva.engines.models.texts import FeelTexts, OnFault
from toimiva.engines.models.typing import TypeTable

__all__ = ["Boxes"]

HIT_POLICIES = ("UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT")


class Boxes:
    """Reads boxed expressions; what is wrong goes to `fault`."""

    def __init__(self, texts: FeelTexts, types: TypeTable, fault: OnFault) -> None:
        self.texts, self.types, self.fault = texts, types, fault

    def inside(self, parent: Element, declared: str = "") -> Expression | None:
        """The expression that is a child of this element, or None; `declared` is the type of its variable."""
        found = next((child for child in parent.children if child.tag in _READ), None)
        if found is None:
            return None
        expression = _READ[found.tag](self, found)
        stated = found.get("typeRef")
        kind = self.types.named(stated, found.line) if stated not in ("", declared) else None
        return expression if kind is None else Typed(expression, kind, found.line)

    def required(self, parent: Element | None, line: int) -> Expression:
        """The expression that has to be there; a null that tells why where it is not."""
        found = self.inside(parent) if parent is not None else None
        if found is not None:
            return found
        what = f"<{parent.tag}> has no expression." if parent is not None else "An expression is missing."
        self.fault(line, what, "Fill the cell in, or write null.")
        return self.broken(what, line)

    def of(self, element: Element, tag: str) -> Expression:
        """The expression inside the first child of this name."""
        return self.required(element.one(tag), element.line)

    def feel(self, element: Element) -> Node:
        """The FEEL of a <text> child; an empty one is null."""
        return self.texts.expression(element.text_of("text") or "null", element.line)

    def parameters(self, element: Element) -> tuple[Parameter, ...]:
        """The formal parameters below an element."""
        found = element.all("formalParameter")
        return tuple(Parameter(e.get("name"), self.types.named(e.get("typeRef"), e.line)) for e in found)

    # --- one method for each kind

    def literal(self, element: Element) -> LiteralExpression:
        return LiteralExpression(element.text_of("text"), self.feel(element), element.line)

    def context(self, element: Element) -> Context:
        entries: list[ContextEntry] = []
        with self.texts.knowing([]):
            for entry in element.all("contextEntry"):
                entries.append(self._entry(entry, [e.name for e in entries if e.name]))
        return Context(tuple(entries), element.line)

    def _entry(self, entry: Element, earlier: list[str]) -> ContextEntry:
        variable = entry.one("variable")
        kind = self.types.named(variable.get("typeRef"), entry.line) if variable else None
        name = variable.get("name") if variable else None
        own = [name] if name and entry.one("functionDefinition") else []
        with self.texts.knowing([*earlier, *own]):
            return ContextEntry(name, kind, self.required(entry, entry.line))

    def boxed_list(self, element: Element) -> ListExpression:
        items = [_READ[e.tag](self, e) for e in element.children if e.tag in _READ]
        return ListExpression(tuple(items), element.line)

    def broken(self, what: str, line: int) -> LiteralExpression:
        """In place of an expression whose fault has been told: null, for that reason."""
        return LiteralExpression("", Broken((0, 0), what), line)

    def relation(self, element: Element) -> Expression:
        columns = tuple(column.get("name") for column in element.all("column"))
        rows = [tuple(_READ[e.tag](self, e) for e in row.children if e.tag in _READ) for row in element.all("row")]
        for row, found in zip(rows, element.all("row"), strict=True):
            if len(row) != len(columns):
                what = f"A row has {len(row)} cells; the relation {len(columns)}."
                self.fault(found.line, what, "Fill all cells.")
                return self.broken(what, element.line)
        return Relation(columns, tuple(rows), element.line)

    def invocation(self, element: Element) -> Invocation:
        called = element.one("literalExpression")
        bindings = []
        for binding in element.all("binding"):
            parameter = binding.one("parameter")
            name = parameter.get("name") if parameter else ""
            bindings.append((name, self.inside(binding) or LiteralExpression("null", self.feel(binding), binding.line)))
        return Invocation(self.literal(called or element), tuple(bindings), element.line)

    def function(self, element: Element) -> FunctionDefinition:
        parameters = self.parameters(element)
        kind = element.get("kind", "FEEL")
        if kind != "FEEL":
            what = f"A function of kind {kind} is refused: a model may not run code outside FEEL."
            self.fault(element.line, what, "Write its body in FEEL.")
            return FunctionDefinition(
                parameters, LiteralExpression("", Broken((0, 0), what), element.line), element.line
            )
        with self.texts.knowing(parameter.name for parameter in parameters):
            return FunctionDefinition(parameters, self.required(element, element.line), element.line)

    def conditional(self, element: Element) -> Conditional:
        condition, then, otherwise = (self.of(element, tag) for tag in ("if", "then", "else"))
        return Conditional(condition, then, otherwise, element.line)

    def filter(self, element: Element) -> FilterExpression:
        source = self.of(element, "in")
        with self.texts.knowing(["item", *self.texts.members]):
            return FilterExpression(source, self.of(element, "match"), element.line)

    def iteration(self, element: Element) -> Loop:
        return self._loop(element, "for", "return")

    def some(self, element: Element) -> Loop:
        return self._loop(element, "some", "satisfies")

    def every(self, element: Element) -> Loop:
        return self._loop(element, "every", "satisfies")

    def _loop(self, element: Element, kind: Literal["for", "some", "every"], result: str) -> Loop:
        variable = element.get("iteratorVariable")
        source = self.of(element, "in")
        with self.texts.knowing([variable, "partial"]):
            return Loop(kind, variable, source, self.of(element, result), element.line)

    # --- decision tables

    def table(self, element: Element) -> Expression:
        policy = element.get("hitPolicy", "UNIQUE")
        if policy not in HIT_POLICIES:
            self.fault(element.line, f"{policy!r} is not a hit policy.", f"Use one of {', '.join(HIT_POLICIES)}.")
        inputs = tuple(self.input_clause(e) for e in element.all("input"))
        outputs = tuple(self.output_clause(e) for e in element.all("output"))
        annotations = [e.get("name") for e in element.all("annotation")]
        rules = tuple(self.rule(e, len(inputs), len(outputs), annotations) for e in element.all("rule"))
        aggregation = element.get("aggregation") or None
        if any((len(rule.tests), len(rule.outputs)) != (len(inputs), len(outputs)) for rule in rules) or not outputs:
            return self.broken("The table's rules do not have its columns.", element.line)
        return DecisionTable(policy, aggregation, inputs, outputs, rules, element.line)  # type: ignore[arg-type]

    def input_clause(self, element: Element) -> InputClause:
        expression = element.one("inputExpression")
        allowed = element.one("inputValues")
        if expression is None:
            self.fault(element.line, "An input column has no expression.", "Say what the column tests.")
            return InputClause("null", Broken((0, 0), "The column has no expression."), element.get("label"))
        text = expression.text_of("text")
        tests = self.texts.tests(allowed) if allowed else None
        return InputClause(text, self.feel(expression), element.get("label") or text, tests)

    def output_clause(self, element: Element) -> OutputClause:
        values, default = element.one("outputValues"), element.one("defaultOutputEntry")
        return OutputClause(
            name=element.get("name"),
            type_ref=element.get("typeRef") or None,
            values=self.texts.tests(values).tests if values else (),
            default=self.feel(default) if default else None,
        )

    def rule(self, element: Element, inputs: int, outputs: int, annotations: Iterable[str]) -> Rule:
        tests, results = element.all("inputEntry"), element.all("outputEntry")
        if len(tests) != inputs or len(results) != outputs:
            found = f"{len(tests)} inputs and {len(results)} outputs"
            self.fault(element.line, f"A rule has {found}; the table {inputs} and {outputs}.", "Fill every cell in.")
        notes = [e.text_of("text") for e in element.all("annotationEntry")]
        return Rule(
            id=element.get("id"),
            tests=tuple(self.texts.tests(e) for e in tests),
            outputs=tuple(self.feel(e) for e in results),
            annotations={name: note for name, note in zip(annotations, notes, strict=False) if note},
            line=element.line,
            texts=tuple(e.text_of("text") for e in tests),
            results=tuple(e.text_of("text") for e in results),
        )


_READ: dict[str, Callable[[Boxes, Element], Expression]] = {
    "literalExpression": Boxes.literal, "decisionTable": Boxes.table, "context": Boxes.context,
    "list": Boxes.boxed_list, "relation": Boxes.relation, "invocation": Boxes.invocation,
    "functionDefinition": Boxes.function, "conditional": Boxes.conditional, "filter": Boxes.filter,
    "for": Boxes.iteration, "some": Boxes.some, "every": Boxes.every,
}  # fmt: skip
