"""The kit's test files: models, inputs and expected results (testCases.xsd)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import parse

from toimiva.engines.feel.api import Value, parse_temporal

__all__ = ["Case", "Expected", "cases_in"]

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


@dataclass(frozen=True, slots=True)
class Expected:
    """One result that a case expects: of which decision, the value, and whether it has to be an error."""

    name: str
    value: Value
    error: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One test case. `invocable` names the decision service or knowledge model that is called, if one is."""

    file: Path
    model: Path
    id: str
    kind: str
    invocable: str | None
    inputs: dict[str, Value]
    expected: tuple[Expected, ...]

    @property
    def level(self) -> str:
        """The compliance level, from the folder's name: "2", "3" or "" for non-compliant ones."""
        names = [part for part in self.file.parts if part.startswith("compliance-level-")]
        return names[-1].removeprefix("compliance-level-") if names else ""


def cases_in(folder: Path) -> Iterator[Case]:
    """Every compliant case below a folder, in the order of the file names."""
    for file in sorted(folder.rglob("*.xml")):
        if "non-compliant" not in file.parts:
            yield from _cases_of(file)


def _cases_of(file: Path) -> Iterator[Case]:
    root = parse(file).getroot()
    if root is None or _tag(root) != "testCases":
        return
    model = file.with_name(_text(root, "modelName"))
    for element in _all(root, "testCase"):
        inputs = {node.get("name", ""): _value(node) for node in _all(element, "inputNode")}
        expected = tuple(_expected(node) for node in _all(element, "resultNode"))
        kind, invocable = element.get("type", "decision"), element.get("invocableName")
        yield Case(file, model, element.get("id", ""), kind, invocable, inputs, expected)


def _expected(node: Element) -> Expected:
    inner = next(_all(node, "expected"), None)
    value = None if inner is None else _value(inner)
    return Expected(node.get("name", ""), value, node.get("errorResult") == "true")


def _value(parent: Element) -> Value:
    """A <value>, a <list> or <component>s, below this element."""
    components = list(_all(parent, "component"))
    if components:
        return {component.get("name", ""): _value(component) for component in components}
    found = next(_all(parent, "list"), None)
    if found is not None:
        return None if found.get(f"{_XSI}nil") == "true" else [_value(item) for item in _all(found, "item")]
    simple = next(_all(parent, "value"), None)
    return None if simple is None else _simple(simple)


def _simple(element: Element) -> Value:
    if element.get(f"{_XSI}nil") == "true":
        return None
    text = (element.text or "").strip()
    match element.get(f"{_XSI}type", "").rpartition(":")[2]:
        case "decimal" | "double" | "integer" | "int" | "float":
            return Decimal(text)
        case "boolean":
            return text == "true"
        case "date" | "time" | "dateTime" | "duration":
            return parse_temporal(text)
        case "string":
            return element.text or ""
    return text


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _all(element: Element, tag: str) -> Iterator[Element]:
    return (child for child in element if _tag(child) == tag)


def _text(element: Element, tag: str) -> str:
    return next((child.text or "" for child in _all(element, tag)), "").strip()
