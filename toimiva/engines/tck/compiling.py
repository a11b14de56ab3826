"""The kit's decisions as SQL: which compile, and whether DuckDB gives what the interpreter gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import duckdb

from toimiva.engines.columnar.api import (
    Compiled as Query,
)
from toimiva.engines.columnar.api import (
    NotCompilable,
    compile_model,
    constant,
    emit,
    from_sql,
    quote,
    sql_type,
    type_named,
)
from toimiva.engines.feel.api import coerce, equal, to_text
from toimiva.engines.models.api import Decider
from toimiva.engines.tck.cases import Case, cases_in
from toimiva.engines.tck.models import Models

__all__ = ["Compiled", "Difference", "compile_cases"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A case where SQL and the interpreter do not agree: there should be none."""

    model: str
    case: str
    decision: str
    interpreted: str
    sql: str


@dataclass(slots=True)
class Compiled:
    """Decisions that the kit asks for: how many compile, how many of them are the same for every input, how many agree
    on every case, and why the others were refused."""

    decisions: int = 0
    native: int = 0
    constant: int = 0
    agree: int = 0
    differences: list[Difference] = field(default_factory=list)
    refused: list[tuple[str, str, str]] = field(default_factory=list)

    def as_data(self) -> dict[str, object]:
        """As the command line prints it."""
        return {
            "decisions": self.decisions,
            "native": self.native,
            "agree": self.agree,
            "constant": self.constant,
            "differences": [
                {"model": d.model, "case": d.case, "decision": d.decision, "interpreted": d.interpreted, "sql": d.sql}
                for d in self.differences
            ],
        }


def compile_cases(folder: Path, now: dt.datetime) -> Compiled:
    """Compile every decision that a case asks for, and run each on the inputs of its cases, as columns of one row."""
    models, found = Models(), Compiled()
    asked = [case for case in cases_in(folder) if not case.invocable]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for path, cases in groupby(asked, key=lambda case: case.model):
            decider = models.decider(path)
            if decider is not None:
                _compile_one(decider, list(cases), connection, now, found)
    return found


def _compile_one(
    decider: Decider, cases: list[Case], connection: duckdb.DuckDBPyConnection, now: dt.datetime, found: Compiled
) -> None:
    asked = {expected.name for case in cases for expected in case.expected} & decider.model.decisions.keys()
    for name in sorted(asked):
        found.decisions += 1
        query = compile_model(decider.model, {}, wanted=[name])
        own = [case for case in cases if any(expected.name == name for expected in case.expected)]
        try:
            if name in query.refused:
                raise query.refused[name]
            rows = [_row(decider, name, case) for case in own]
        except NotCompilable as refusal:
            found.refused.append((decider.model.name, name, refusal.reason))
            continue
        found.native += 1
        found.constant += name in query.constants
        differences = [
            difference
            for case, row in zip(own, rows, strict=True)
            for difference in _differences(_Run(name, decider, query, connection, now), case, row)
        ]
        found.agree += not differences
        found.differences += differences


@dataclass(frozen=True, slots=True)
class _Run:
    name: str
    decider: Decider
    query: Query
    connection: duckdb.DuckDBPyConnection
    now: dt.datetime


def _differences(run: _Run, case: Case, row: str) -> Iterator[Difference]:
    interpreted = run.decider.evaluate(run.name, case.inputs, run.now).value
    try:
        sql = f"SELECT {quote(run.name)} FROM ({run.query.over(f'({row})')})"
        found = from_sql(run.connection.execute(sql).fetchall()[0][0], run.query.types[run.name])
    except duckdb.Error as error:
        yield Difference(case.model.name, case.id, run.name, str(to_text(interpreted)), f"error: {error}")
        return
    if not (interpreted is found or equal(interpreted, found) is True):
        yield Difference(case.model.name, case.id, run.name, str(to_text(interpreted)), str(to_text(found)))


def _row(decider: Decider, name: str, case: Case) -> str:
    """The inputs that the decision uses as one row, each in the type that the model gives it."""
    columns = []
    used = {required for decision in decider.model.in_order([name]) for required in decision.requires}
    for data in decider.model.inputs.values():
        kind = type_named(data.type_ref, decider.model.types)
        if data.name in used and kind is not None and data.type is not None:
            value = emit(constant(coerce(case.inputs.get(data.name), data.type)))
            columns.append(f"CAST({value} AS {sql_type(kind)}) AS {quote(data.name)}")
    return f"SELECT {', '.join(columns) or '1 AS nothing'}"
