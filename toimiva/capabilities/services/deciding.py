"""Deciding for a cohort in one query, and for one person with the reasons; the interpreter serves what SQL cannot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from toimiva.capabilities.services.folder import Service
from toimiva.capabilities.services.inputs import inputs_query
from toimiva.capabilities.services.parameters import feel_values
from toimiva.core.purposes.api import Gate
from toimiva.engines.columnar.api import Compiled, compile_model, quote
from toimiva.engines.dmn.api import Decider, Trace

__all__ = ["decide_cohort", "feel_inputs", "read_inputs", "trace_row"]

PLACE = ("person", "sub_area", "postal_code", "x", "y", "household", "language")


def decide_cohort(service: Service, gate: Gate, day: dt.date, *, persons: list[str] | None = None) -> pl.DataFrame:
    """One row per person of the cohort, or of those `persons` who are in it, ordered by person.

    Columns: outcome, because, group, present_unit, sibling_units and the model's inputs.

    The model runs as one DuckDB query; where one of the service's decisions does not compile, the interpreter decides
    every row instead.
    """
    parameters = feel_values(service.parameters, day)
    source = inputs_query(service, parameters, persons)
    compiled = compile_model(service.model, parameters)
    if any(name in compiled.refused for name in service.definition.decisions.named().values()):
        return _interpreted(service, gate.query(f"FROM ({source}) ORDER BY person"), parameters)
    return gate.query(_query(service, compiled, source), dict(compiled.parameters) or None)


def _query(service: Service, compiled: Compiled, source: str) -> str:
    names, outcome = service.definition.decisions, quote(service.definition.decisions.outcome)
    inputs = ", ".join(quote(name) for name in service.definition.inputs)
    present = quote(names.present_unit) if names.present_unit else "CAST(NULL AS VARCHAR)"
    siblings = quote(names.sibling_units) if names.sibling_units else "CAST([] AS VARCHAR[])"
    return (
        f"SELECT {', '.join(PLACE)}, {outcome}.outcome AS outcome, {outcome}.because AS because, "
        f'{quote(names.group)} AS "group", {present} AS present_unit, {siblings} AS sibling_units, {inputs} '
        f"FROM ({compiled.over(f'({source})')}) ORDER BY person"
    )


def _interpreted(service: Service, rows: pl.DataFrame, parameters: Mapping[str, Any]) -> pl.DataFrame:
    decider, names = Decider(service.model), service.definition.decisions
    decided = []
    for row in rows.iter_rows(named=True):
        values = decider.decide(feel_inputs(service, row, parameters))
        outcome = values[names.outcome] or {"outcome": "staff", "because": None}
        decided.append({
            **{name: row[name] for name in PLACE}, **outcome, "group": values[names.group],
            "present_unit": values[names.present_unit] if names.present_unit else None,
            "sibling_units": (values[names.sibling_units] if names.sibling_units else None) or [],
            **{name: row[name] for name in service.definition.inputs},
        })  # fmt: skip
    return pl.DataFrame(decided, infer_schema_length=None)


def read_inputs(service: Service, gate: Gate, day: dt.date, persons: list[str] | None = None) -> list[dict[str, Any]]:
    """The model's inputs for the cohort, or for some of its people, as the registers gave them."""
    source = inputs_query(service, feel_values(service.parameters, day))
    some = "" if persons is None else "WHERE person IN (SELECT unnest($persons))"
    rows = gate.query(f"FROM ({source}) {some} ORDER BY person", None if persons is None else {"persons": persons})
    return rows.to_dicts()


def feel_inputs(service: Service, row: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """A row of inputs as FEEL values, with the parameters in force."""
    inputs = {name: _feel(row[name]) for name in service.definition.inputs}
    return {**inputs, "parameters": dict(parameters)}


def trace_row(service: Service, row: Mapping[str, Any], day: dt.date) -> Trace:
    """How one row is decided: every decision with what hit and what did not."""
    return Decider(service.model).trace(feel_inputs(service, row, feel_values(service.parameters, day)))


def _feel(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _feel(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_feel(item) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return value
