"""DMN XML (1.2 to 1.5) to a model: every fault is found at once, each with its line and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from toimiva.engines.dmn.elements import Element, XmlFault, parse_xml
from toimiva.engines.dmn.model import (
    BusinessKnowledge,
    Context,
    Decision,
    DecisionTable,
    Expression,
    InputClause,
    InputData,
    Invocation,
    ItemDefinition,
    ListExpression,
    LiteralExpression,
    Model,
    OutputClause,
    Rule,
)
from toimiva.engines.feel.api import FeelError, Node, UnaryTests, parse, parse_unary_tests

__all__ = ["DmnError", "Fault", "read"]

HIT_POLICIES = ("UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a line of the file, and how to mend it."""

    line: int
    message: str
    mend: str


class DmnError(ValueError):
    """The file cannot be used; `faults` has everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(f"line {f.line}: {f.message} {f.mend}" for f in faults))


def read(source: bytes) -> Model:
    """A model from the bytes of a DMN file. Raises `DmnError` with every fault."""
    try:
        root = parse_xml(source)
    except XmlFault as fault:
        raise DmnError([Fault(fault.line, str(fault), "Save it again from a DMN editor.")]) from fault
    reader = _Reader(root)
    model = reader.model()
    if not reader.faults:
        reader.check_order(model)
    if reader.faults:
        raise DmnError(sorted(reader.faults, key=lambda fault: fault.line))
    return model


class _Reader:
    """One file being read; faults are gathered, so that all of them are told at once."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.faults: list[Fault] = []
        self.by_id = {element.get("id"): element.get("name") for element in root.children}
        self.names = self._all_names()

    def _all_names(self) -> list[str]:
        """Every name a FEEL text of the model could use: names with spaces are only known by their list."""
        tags = ("inputData", "decision", "businessKnowledgeModel", "itemComponent", "variable", "formalParameter")
        named = [e.get("name") for e in self.root.below() if e.tag in (*tags, "output")]
        return [name for name in named if name]

    def fault(self, line: int, message: str, mend: str) -> None:
        self.faults.append(Fault(line, message, mend))

    def model(self) -> Model:
        return Model(
            name=self.root.get("name"),
            inputs={e.get("name"): self.input_data(e) for e in self.root.all("inputData")},
            decisions={e.get("name"): self.decision(e) for e in self.root.all("decision")},
            knowledge={e.get("name"): self.knowledge(e) for e in self.root.all("businessKnowledgeModel")},
            types={e.get("name"): self.item_definition(e) for e in self.root.all("itemDefinition")},
        )

    def check_order(self, model: Model) -> None:
        try:
            model.in_order()
        except ValueError as circle:
            self.fault(self.root.line, str(circle), "Remove one of these requirements.")

    # --- parts of the model

    def input_data(self, element: Element) -> InputData:
        variable = element.one("variable")
        return InputData(element.get("name"), variable.get("typeRef") if variable else None, element.line)

    def item_definition(self, element: Element) -> ItemDefinition:
        allowed = element.one("allowedValues")
        return ItemDefinition(
            name=element.get("name"),
            type_ref=element.text_of("typeRef") or None,
            components={e.get("name"): self.item_definition(e) for e in element.all("itemComponent")},
            is_list=element.get("isCollection") == "true",
            allowed=self.tests(allowed) if allowed else None,
        )

    def decision(self, element: Element) -> Decision:
        variable = element.one("variable")
        return Decision(
            name=element.get("name"),
            type_ref=variable.get("typeRef") if variable else None,
            requires=tuple(self.requirements(element)),
            expression=self.expression_in(element),
            question=element.text_of("question"),
            line=element.line,
        )

    def requirements(self, element: Element) -> Iterable[str]:
        for requirement in (*element.all("informationRequirement"), *element.all("knowledgeRequirement")):
            for target in requirement.children:
                name = self.by_id.get(target.get("href").removeprefix("#"))
                if name:
                    yield name
                else:
                    self.fault(target.line, f"Nothing has the id {target.get('href')!r}.", "Draw the arrow again.")

    def knowledge(self, element: Element) -> BusinessKnowledge:
        logic = element.one("encapsulatedLogic")
        body = self.expression_in(logic) if logic else None
        if logic is None or body is None:
            self.fault(element.line, f"{element.get('name')!r} has no logic.", "Give it an expression.")
            body = LiteralExpression("null", parse("null"), element.line)
        parameters = logic.all("formalParameter") if logic else []
        return BusinessKnowledge(element.get("name"), tuple(p.get("name") for p in parameters), body, element.line)

    # --- expressions

    def expression_in(self, parent: Element) -> Expression | None:
        for child in parent.children:
            if child.tag in _EXPRESSIONS:
                return _EXPRESSIONS[child.tag](self, child)
            if child.tag in _NOT_YET:
                self.fault(child.line, f"<{child.tag}> is not supported yet.", "Write it as a FEEL expression.")
        return None

    def required_expression(self, parent: Element) -> Expression:
        found = self.expression_in(parent)
        if found is None:
            self.fault(parent.line, f"<{parent.tag}> has no expression.", "Fill the cell in, or write null.")
            return LiteralExpression("null", parse("null"), parent.line)
        return found

    def feel(self, element: Element) -> Node:
        """The FEEL of a <text> child; a fault and null where it cannot be read."""
        text = element.text_of("text") or "null"
        try:
            return parse(text, self.names)
        except FeelError as error:
            self.fault(element.line, f"This is not FEEL: {error}", "Correct it where the caret points.")
            return parse("null")

    def tests(self, element: Element) -> UnaryTests:
        try:
            return parse_unary_tests(element.text_of("text"), self.names)
        except FeelError as error:
            self.fault(element.line, f"These are not FEEL tests: {error}", "Correct them where the caret points.")
            return parse_unary_tests("-")

    def literal(self, element: Element) -> LiteralExpression:
        return LiteralExpression(element.text_of("text"), self.feel(element), element.line)

    def context(self, element: Element) -> Context:
        entries = []
        for entry in element.all("contextEntry"):
            variable = entry.one("variable")
            entries.append((variable.get("name") if variable else None, self.required_expression(entry)))
        return Context(tuple(entries), element.line)

    def boxed_list(self, element: Element) -> ListExpression:
        items = [_EXPRESSIONS[e.tag](self, e) for e in element.children if e.tag in _EXPRESSIONS]
        return ListExpression(tuple(items), element.line)

    def invocation(self, element: Element) -> Invocation:
        called = element.one("literalExpression")
        bindings = []
        for binding in element.all("binding"):
            parameter = binding.one("parameter")
            bindings.append((parameter.get("name") if parameter else "", self.required_expression(binding)))
        return Invocation(self.literal(called or element), tuple(bindings), element.line)

    # --- decision tables

    def table(self, element: Element) -> DecisionTable:
        policy = element.get("hitPolicy", "UNIQUE")
        if policy not in HIT_POLICIES:
            self.fault(element.line, f"{policy!r} is not a hit policy.", f"Use one of {', '.join(HIT_POLICIES)}.")
        inputs = tuple(self.input_clause(e) for e in element.all("input"))
        outputs = tuple(self.output_clause(e) for e in element.all("output"))
        annotations = [e.get("name") for e in element.all("annotation")]
        rules = tuple(self.rule(e, len(inputs), len(outputs), annotations) for e in element.all("rule"))
        aggregation = element.get("aggregation") or None
        return DecisionTable(policy, aggregation, inputs, outputs, rules, element.line)  # type: ignore[arg-type]

    def input_clause(self, element: Element) -> InputClause:
        expression = element.one("inputExpression")
        if expression is None:
            self.fault(element.line, "An input column has no expression.", "Say what the column tests.")
            return InputClause("null", parse("null"), element.get("label"))
        text = expression.text_of("text")
        return InputClause(text, self.feel(expression), element.get("label") or text)

    def output_clause(self, element: Element) -> OutputClause:
        values, default = element.one("outputValues"), element.one("defaultOutputEntry")
        return OutputClause(
            name=element.get("name"),
            type_ref=element.get("typeRef") or None,
            values=self.tests(values).tests if values else (),
            default=self.feel(default) if default else None,
        )

    def rule(self, element: Element, inputs: int, outputs: int, annotations: list[str]) -> Rule:
        tests, results = element.all("inputEntry"), element.all("outputEntry")
        if len(tests) != inputs or len(results) != outputs:
            found = f"{len(tests)} inputs and {len(results)} outputs"
            self.fault(element.line, f"A rule has {found}; the table {inputs} and {outputs}.", "Fill every cell in.")
        notes = [e.text_of("text") for e in element.all("annotationEntry")]
        return Rule(
            id=element.get("id"),
            tests=tuple(self.tests(e) for e in tests),
            outputs=tuple(self.feel(e) for e in results),
            annotations={name: note for name, note in zip(annotations, notes, strict=False) if note},
            line=element.line,
            texts=tuple(e.text_of("text") for e in tests),
            results=tuple(e.text_of("text") for e in results),
        )


_EXPRESSIONS: dict[str, Callable[[_Reader, Element], Expression]] = {
    "literalExpression": _Reader.literal, "decisionTable": _Reader.table, "context": _Reader.context,
    "list": _Reader.boxed_list, "invocation": _Reader.invocation,
}  # fmt: skip
_NOT_YET = ("relation", "functionDefinition", "conditional", "filter", "for", "some", "every")
