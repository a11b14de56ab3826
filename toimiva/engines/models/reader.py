"""DMN XML (1.2 to 1.5) to a model: every fault is found at once, each with its line and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from toimiva.engines.feel.api import Broken, FeelType
from toimiva.engines.models.boxes import Boxes
from toimiva.engines.models.checking import check
from toimiva.engines.models.elements import Element, XmlFault, parse_xml
from toimiva.engines.models.faults import DmnError, Fault
from toimiva.engines.models.model import (
    BusinessKnowledge,
    Decision,
    DecisionService,
    FunctionDefinition,
    FunctionItem,
    InputData,
    ItemDefinition,
    LiteralExpression,
    Model,
)
from toimiva.engines.models.texts import FeelTexts
from toimiva.engines.models.typing import TypeTable

__all__ = ["FindImport", "load", "read"]

FindImport = Callable[[str, str], "Model | None"]


def _nothing(namespace: str, location: str) -> Model | None:
    return None


def read(source: bytes, find: FindImport = _nothing) -> Model:
    """A model from the bytes of a DMN file. Raises `DmnError` with every fault.

    `find` gives the model of an imported namespace (and the location that the file states, which may be empty).
    """
    model, faults = load(source, find)
    if faults:
        raise DmnError(faults)
    return model


def load(source: bytes, find: FindImport = _nothing) -> tuple[Model, list[Fault]]:
    """A model and its faults: what is broken decides to null and says why, the rest works.

    Raises `DmnError` where the XML cannot be read at all.
    """
    try:
        root = parse_xml(source)
    except XmlFault as fault:
        raise DmnError([Fault(fault.line, str(fault), "Save it again from a DMN editor.")]) from fault
    try:
        reader = _Reader(root, find)
        model = reader.model()
        reader.check_order(model)
        reader.faults.extend(check(model))
    except RecursionError as error:
        raise DmnError([Fault(1, "Its expressions are nested too deep.", "Split them into decisions.")]) from error
    return model, sorted(reader.faults, key=lambda fault: fault.line)


class _Reader:
    """One file being read; faults are gathered, so that all of them are told at once."""

    def __init__(self, root: Element, find: FindImport) -> None:
        self.root = root
        self.faults: list[Fault] = []
        self.imports = self._imports(find)
        self.by_id = {element.get("id"): element.get("name") for element in root.children if element.get("name")}
        self.texts = FeelTexts(self._members(), self.fault)
        self.items = {e.get("name"): self.item_definition(e) for e in root.all("itemDefinition")}
        self.types = TypeTable(self.items, self.imports, self._unknown_type)
        self.boxes = Boxes(self.texts, self.types, self.fault)

    def fault(self, line: int, message: str, mend: str) -> None:
        self.faults.append(Fault(line, message, mend))

    def _unknown_type(self, line: int, message: str) -> None:
        self.fault(line, message, "Name a built-in type or one of the model's item definitions.")

    def _imports(self, find: FindImport) -> dict[str, Model]:
        found: dict[str, Model] = {}
        for element in self.root.all("import"):
            model = find(element.get("namespace"), element.get("locationURI"))
            if model is None:
                self.fault(
                    element.line, f"Nothing has the namespace {element.get('namespace')!r}.", "Give that model too."
                )
            else:
                found[element.get("name")] = model
        return found

    def _members(self) -> Iterator[str]:
        """Every name that may stand after a dot: entries, components, outputs, and what imports have."""
        tags = ("itemComponent", "output", "column", "variable", "decision", "inputData")
        yield from (e.get("name") for e in self.root.below() if e.tag in tags and e.get("name"))
        for model in self.imports.values():
            yield from (*model.decisions, *model.inputs, *model.knowledge, *model.services)
            yield from (name for item in model.types.values() for name in item.components)

    def model(self) -> Model:
        return Model(
            name=self.root.get("name"),
            namespace=self.root.get("namespace"),
            inputs={e.get("name"): self.input_data(e) for e in self.root.all("inputData")},
            decisions={e.get("name"): self.decision(e) for e in self.root.all("decision")},
            knowledge={e.get("name"): self.knowledge(e) for e in self.root.all("businessKnowledgeModel")},
            services={e.get("name"): self.service(e) for e in self.root.all("decisionService")},
            types=self.items,
            feel_types=self.types.known,
            imports=self.imports,
            names_by_id=self.by_id,
        )

    def check_order(self, model: Model) -> None:
        try:
            model.in_order()
        except ValueError as circle:
            self.fault(self.root.line, str(circle), "Remove one of these requirements.")

    # --- parts of the model

    def variable_type(self, element: Element) -> FeelType | None:
        variable = element.one("variable")
        return self.types.named(variable.get("typeRef"), variable.line) if variable else None

    def type_ref(self, element: Element) -> str | None:
        variable = element.one("variable")
        return (variable.get("typeRef") or None) if variable else None

    def input_data(self, element: Element) -> InputData:
        return InputData(element.get("name"), self.type_ref(element), element.line, self.variable_type(element))

    def item_definition(self, element: Element) -> ItemDefinition:
        allowed, constraint, function = (element.one(t) for t in ("allowedValues", "typeConstraint", "functionItem"))
        return ItemDefinition(
            name=element.get("name"),
            type_ref=element.text_of("typeRef") or None,
            line=element.line,
            components={e.get("name"): self.item_definition(e) for e in element.all("itemComponent")},
            is_list=element.get("isCollection") == "true",
            allowed=self.texts.tests(allowed) if allowed else None,
            constraint=self.texts.tests(constraint) if constraint else None,
            function=self.function_item(function) if function else None,
        )

    def function_item(self, element: Element) -> FunctionItem:
        parameters = tuple(e.get("typeRef") for e in element.all("parameters"))
        return FunctionItem(parameters, element.get("outputTypeRef") or None)

    def decision(self, element: Element) -> Decision:
        requires = tuple(self.requirements(element))
        with self.texts.knowing(self.in_scope(requires)):
            expression = self.boxes.inside(element, self.type_ref(element) or "")
        return Decision(
            name=element.get("name"),
            type_ref=self.type_ref(element),
            requires=requires,
            expression=expression,
            question=element.text_of("question"),
            line=element.line,
            type=self.variable_type(element),
        )

    def requirements(self, element: Element) -> Iterable[str]:
        for requirement in (*element.all("informationRequirement"), *element.all("knowledgeRequirement")):
            for target in requirement.children:
                name = self.named(target.get("href"))
                if name:
                    yield name
                elif target.get("href"):
                    self.fault(target.line, f"Nothing has the id {target.get('href')!r}.", "Draw the arrow again.")

    def named(self, href: str) -> str | None:
        """What a reference means: a name here, or `<import>.<name>`."""
        namespace, _, target = href.rpartition("#")
        if not namespace or namespace == self.root.get("namespace"):
            return self.by_id.get(target)
        for alias, model in self.imports.items():
            if model.namespace == namespace and target in model.names_by_id:
                return f"{alias}.{model.names_by_id[target]}"
        return None

    def in_scope(self, requires: Iterable[str]) -> list[str]:
        """The names that requirements bring into scope: what is imported comes under its import's name."""
        own = set(self.by_id.values())
        return [name if name in own else name.partition(".")[0] for name in requires]

    def knowledge(self, element: Element) -> BusinessKnowledge:
        name, requires = element.get("name"), tuple(self.requirements(element))
        logic = element.one("encapsulatedLogic")
        with self.texts.knowing([*self.in_scope(requires), name]):
            function = self.boxes.function(logic) if logic else self.no_logic(element)
        return BusinessKnowledge(name, function, self.variable_type(element), requires, element.line)

    def no_logic(self, element: Element) -> FunctionDefinition:
        what = f"{element.get('name')!r} has no logic."
        self.fault(element.line, what, "Give it an expression.")
        return FunctionDefinition((), LiteralExpression("", Broken((0, 0), what), element.line), element.line)

    def service(self, element: Element) -> DecisionService:
        def named(tag: str) -> tuple[str, ...]:
            return tuple(name for e in element.all(tag) if (name := self.named(e.get("href"))))

        parts = (named("outputDecision"), named("inputDecision"), named("inputData"))
        return DecisionService(element.get("name"), *parts, self.variable_type(element), element.line)
