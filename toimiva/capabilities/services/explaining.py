"""Why a rule decided as it did, in the words of the registers: the facts it looked at and the rule that hit."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from toimiva.capabilities.services.deciding import trace_row
from toimiva.capabilities.services.folder import Service
from toimiva.capabilities.services.parameters import feel_values
from toimiva.core.city.api import text_in
from toimiva.core.registers import api as registers
from toimiva.engines.dmn.api import DecisionTable, LiteralExpression
from toimiva.engines.feel import ast
from toimiva.engines.feel.api import Node, to_text

__all__ = ["Explained", "Fact", "cause_in_words", "explain_rule"]

_WORDS = {
    "fi": {True: "kyllä", False: "ei", None: "ei tietoa"}, "sv": {True: "ja", False: "nej", None: "ingen uppgift"},
    "en": {True: "yes", False: "no", None: "not known"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that was looked at, with its name and register in words."""

    name: str
    value: str
    register: str


@dataclass(frozen=True, slots=True)
class Other:
    """A rule that did not hold: the first of its conditions that failed, what it asks for and what there was."""

    rule: int
    column: str
    asks: str
    value: str


@dataclass(frozen=True, slots=True)
class Explained:
    """Facts, the rule that hit (number, of how many, its law), and why each other rule before it did not."""

    facts: tuple[Fact, ...]
    rule: int
    rules: int
    law: str
    others: tuple[Other, ...]


_CAUSES = {
    "fi": {
        "new": "Uusi tieto rekisterissä ({register})", "gone": "Tieto on poistunut rekisteristä ({register})",
        "changed": "Tieto on muuttunut ({columns}; {register})", "said": "Suostumus tai vastustus on muuttunut",
        "time": "Päivä tai ikä ylitti säännön rajan", "first": "Palvelu alkoi", "rules": "Säännöt muuttuivat",
    },
    "sv": {
        "new": "En ny uppgift i registret ({register})", "gone": "Uppgiften har tagits bort ur registret ({register})",
        "changed": "En uppgift har ändrats ({columns}; {register})", "said": "Samtycke eller invändning har ändrats",
        "time": "Dagen eller åldern passerade en gräns i reglerna", "first": "Tjänsten började",
        "rules": "Reglerna ändrades",
    },
    "en": {
        "new": "A new entry in the register ({register})", "gone": "An entry has left the register ({register})",
        "changed": "An entry has changed ({columns}; {register})", "said": "A consent or objection has changed",
        "time": "The day or an age passed a limit of the rules", "first": "The service began",
        "rules": "The rules changed",
    },
}  # fmt: skip


def cause_in_words(service: Service, cause: Mapping[str, Any], language: str) -> str:
    """What set a decision off, for a service that follows the registers' changes."""
    said = _CAUSES[language][cause["change"]]
    if not cause["table"]:
        return said
    fields = {rule.becomes or name: rule for name, rule in registers.table(service.city, cause["table"]).fields.items()}
    titles = (text_in(fields[name].title, language) for name in cause["columns"] if name in fields)
    register = registers.contract(service.city, cause["table"].partition(".")[0])
    return said.format(columns=", ".join(titles), register=text_in(register.names, language))


def explain_rule(service: Service, inputs: Mapping[str, Any], day: dt.date, language: str) -> Explained:
    """Explain the outcome for one person's inputs (as the basis has them)."""
    name = service.definition.decisions.outcome
    table = service.model.decisions[name].expression
    assert isinstance(table, DecisionTable)  # noqa: S101 - a service's outcome is a table
    step = trace_row(service, _dated(inputs), day).steps[name]
    hit = step.hits[0]
    facts = tuple(_facts(service, inputs, language))
    dated, called = feel_values(service.parameters, day), service.texts[language].get("columns", {})
    others = tuple(
        Other(
            miss.rule,
            called.get(miss.column, miss.column),
            _asked(miss.test, dated, language),
            _text(miss.value, language),
        )
        for miss in step.misses
    )
    return Explained(facts, hit.rule, len(table.rules), hit.annotations.get("law", ""), others)


def _asked(test: str, dated: Mapping[str, Any], language: str) -> str:
    """A test with the dated parameters' values in force in place of their names, and yes or no in words."""
    if test in ("true", "false"):
        return _WORDS[language][test == "true"]
    for name, value in dated.items():
        test = re.sub(rf"\bparameters\.{re.escape(name)}\b", str(to_text(value)), test)
    return test


def _dated(value: Any) -> Any:
    """JSON values back to dates where they are."""
    if isinstance(value, dict):
        return {key: _dated(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_dated(item) for item in value]
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return value
    return value


def _facts(service: Service, inputs: Mapping[str, Any], language: str) -> Iterator[Fact]:
    """The subject's own facts that some rule looks at, where the register has a value."""
    for name, source in service.definition.inputs.items():
        row = inputs.get(name)
        if not isinstance(row, Mapping):
            continue
        register = registers.contract(service.city, source.table.partition(".")[0])
        fields = registers.table(service.city, source.table).fields
        for field in sorted(_looked_at(service, name) & fields.keys()):
            if row.get(field) not in (None, False):
                title = text_in(fields[field].title, language)
                words = fields[field].words.get(row[field]) if isinstance(row[field], str) else None
                value = text_in(words, language) if words else _text(row[field], language)
                yield Fact(title, value, text_in(register.names, language))


def _text(value: Any, language: str) -> str:
    if isinstance(value, bool) or value is None:
        return _WORDS[language][value]
    day = _dated(value)
    if isinstance(day, dt.date):
        return f"{day:%-d %B %Y}" if language == "en" else f"{day.day}.{day.month}.{day.year}"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _looked_at(service: Service, name: str) -> set[str]:
    """Entries of an input that any decision's text reads."""
    return {
        part.name
        for node in _nodes(service)
        for part in ast.walk(node)
        if isinstance(part, ast.Path) and isinstance(part.source, ast.Name) and part.source.name == name
    }


def _nodes(service: Service) -> Iterator[Node]:
    for decision in service.model.decisions.values():
        match decision.expression:
            case LiteralExpression():
                yield decision.expression.node
            case DecisionTable():
                yield from (clause.node for clause in decision.expression.inputs)
