"""Examples as a jurist writes them, run both ways: by the interpreter and as SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import duckdb

from toimiva.capabilities.services.deciding import feel_inputs
from toimiva.capabilities.services.folder import Service
from toimiva.capabilities.services.parameters import feel_values
from toimiva.engines.columnar.api import (
    BOOLEAN,
    ContextType,
    ListType,
    Type,
    compile_model,
    quote,
    sql_type,
    type_named,
)
from toimiva.engines.dmn.api import Decider

__all__ = ["ExampleResult", "run_examples"]


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """An example with what it expects and what came out, interpreted and compiled (None where it does not compile)."""

    name: str
    expected: Mapping[str, Any]
    interpreted: Mapping[str, Any]
    compiled: Mapping[str, Any] | None

    @property
    def holds(self) -> bool:
        """Whether both ways give what is expected."""
        ways = [self.interpreted] if self.compiled is None else [self.interpreted, self.compiled]
        return all(way.get(key) == value for way in ways for key, value in self.expected.items())


@lru_cache(maxsize=16)
def run_examples(service: Service) -> tuple[ExampleResult, ...]:
    """Every example of the folder."""
    return tuple(_run(service, example) for example in service.examples)


def _run(service: Service, example: Mapping[str, Any]) -> ExampleResult:
    day = _day(example["date"])
    parameters = feel_values(service.parameters, day)
    row = {name: _complete(service, name, example["given"].get(name)) for name in service.definition.inputs}
    values = Decider(service.model).decide(feel_inputs(service, row, parameters))
    return ExampleResult(
        example["name"], example["expect"], _answers(service, values), _compiled(service, row, parameters)
    )


def _day(value: Any) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))


def _answers(service: Service, values: Mapping[str, Any]) -> dict[str, Any]:
    names = service.definition.decisions
    answers = dict(values[names.outcome] or {})
    for name, decision in names.named().items():
        if name != "outcome":
            answers[name] = values[decision]
    return answers


def _complete(service: Service, name: str, given: Any) -> Any:
    """What the example gives, with every other field empty (booleans false)."""
    kind = type_named(service.model.inputs[name].type_ref, service.model.types)
    if isinstance(kind, ListType):
        return [_context(kind.item, item or {}) for item in given or []]
    return None if given is None else _context(kind, given)


def _context(kind: Type | None, given: Mapping[str, Any]) -> dict[str, Any]:
    assert isinstance(kind, ContextType)  # noqa: S101 - the folder's check has shown it
    unknown = given.keys() - {name for name, _ in kind.fields}
    if unknown:
        raise KeyError(f"The example gives {', '.join(sorted(unknown))}, which the model does not know.")
    return {name: given.get(name, False if field == BOOLEAN else None) for name, field in kind.fields}


def _compiled(service: Service, row: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any] | None:
    compiled = compile_model(service.model, parameters)
    names = service.definition.decisions.named().values()
    if any(name in compiled.refused for name in names):
        return None
    columns = ", ".join(f"{_literal(row[name], service, name)} AS {quote(name)}" for name in service.definition.inputs)
    query = compiled.over(f"(SELECT {columns})")
    with duckdb.connect() as connection:
        rows = connection.sql(query, params=dict(compiled.parameters) or None).to_arrow_table().to_pylist()
    return _answers(service, rows[0])


def _literal(value: Any, service: Service, name: str) -> str:
    kind = type_named(service.model.inputs[name].type_ref, service.model.types)
    assert kind is not None  # noqa: S101
    return f"CAST({_sql(value)} AS {sql_type(kind)})"


def _sql(value: Any) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).lower()
        case dt.date():
            return f"DATE '{value}'"
        case list():
            return f"[{', '.join(_sql(item) for item in value)}]"
        case dict():
            return "{" + ", ".join(f"{quote(key)}: {_sql(item)}" for key, item in value.items()) + "}"
        case str():
            return "'" + value.replace("'", "''") + "'"
    return str(value)
