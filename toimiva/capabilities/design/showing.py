"""A service as a designer reads it: its tables, parameters, texts and examples as plain rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from toimiva.capabilities.services import api as services
from toimiva.core.channels import api as channels
from toimiva.core.city.api import LANGUAGES, text_in
from toimiva.engines.dmn.api import DecisionTable, LiteralExpression, Rule

__all__ = ["decision_rows", "example_rows", "parameter_rows", "text_rows"]

SAMPLE = {
    "city": "Helsinki", "child": "Elsa", "unit": "Päiväkoti Kalasatama", "distance": "430 m", "starts": "11.8.2027",
    "closes": "25.1.", "link": "https://kaupunki.example/o/abcdefghijklmnop", "phone": "09 310 8600",
}  # fmt: skip


def decision_rows(service: services.Service) -> Iterator[dict[str, Any]]:
    """Each decision with its question, and its table or expression."""
    for decision in service.model.in_order():
        shown: dict[str, Any] = {"name": decision.name, "question": decision.question}
        match decision.expression:
            case DecisionTable() as table:
                shown["table"] = {
                    "policy": table.hit_policy.capitalize(), "inputs": [c.label or c.text for c in table.inputs],
                    "outputs": [c.name for c in table.outputs],
                    "notes": sorted({key for rule in table.rules for key in rule.annotations}),
                    "rules": [_rule(rule) for rule in table.rules],
                }  # fmt: skip
            case LiteralExpression() as literal:
                shown["text"] = literal.text
        yield shown


def _rule(rule: Rule) -> dict[str, Any]:
    return {"tests": rule.texts, "outputs": rule.results, "notes": list(rule.annotations.values())}


def parameter_rows(service: services.Service, on: date, language: str) -> Iterator[dict[str, Any]]:
    """Each parameter with all its values; the one in force on a day is marked."""
    for name, parameter in service.parameters.items():
        since = max((day for day in parameter.values if day <= on), default=None)
        yield {
            "name": name, "label": text_in(parameter.label, language), "unit": parameter.unit,
            "changeable": not any(isinstance(v.value, Mapping) for v in parameter.values.values()),
            "values": [
                {"since": day, "value": _plain(value.value, language), "source": value.source,
                 "confirmed": value.status == "confirmed", "in_force": day == since}
                for day, value in sorted(parameter.values.items())
            ],
        }  # fmt: skip


def _plain(value: Any, language: str) -> Any:
    return text_in(value, language) if isinstance(value, Mapping) else value


def text_rows(service: services.Service) -> Iterator[dict[str, Any]]:
    """Each text with what it says in every language, filled with sample values, and the parts of a text message."""
    for key in service.texts["fi"]:
        said = {language: service.texts[language].get(key) for language in LANGUAGES}
        if not all(isinstance(text, str) for text in said.values()):
            continue
        yield {"key": key, "said": [_said(key, language, str(text)) for language, text in said.items()]}


def _said(key: str, language: str, text: str) -> dict[str, Any]:
    shown = text
    for name, value in SAMPLE.items():
        shown = shown.replace(f"{{{name}}}", value)
    parts = channels.sms_parts(shown) if key.endswith("_sms") else None
    return {"language": language, "text": text, "shown": shown, "parts": parts}


def example_rows(service: services.Service) -> Iterator[dict[str, Any]]:
    """Each example with what is expected and whether both ways of running give it."""
    for result in services.run_examples(service):
        expected = ", ".join(f"{key}: {value}" for key, value in result.expected.items())
        found = ", ".join(f"{key}: {result.interpreted.get(key)}" for key in result.expected)
        yield {"name": result.name, "expected": expected, "found": found, "holds": result.holds}
