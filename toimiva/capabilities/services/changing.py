"""Who must be decided again: those whose rows changed, those near them where the rules look, those whom time moved.

Nobody else's decision can differ: a decision is a function of the inputs that `service.toml` names and of the day.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from toimiva.capabilities.services.definition import Input
from toimiva.capabilities.services.folder import Service
from toimiva.capabilities.services.inputs import inputs_query, who
from toimiva.capabilities.services.parameters import feel_values
from toimiva.core.purposes.api import Change, Gate
from toimiva.engines.columnar.api import NotCompilable, compile_model, crossing, quote

__all__ = ["Cause", "causes"]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a person is decided again: a row of a register (`new`, `gone`, `changed`), a say (`said`), `time`, that the
    service looks for the `first` time, or other `rules`.

    `input` is the model's input through which the row counts for the person; `columns` those that differ.
    """

    change: str
    table: str = ""
    input: str = ""
    columns: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As it stands in a basis."""
        return asdict(self) | {"columns": list(self.columns)}


def causes(
    service: Service, before: Gate, after: Gate, found: Sequence[Change], days: tuple[dt.date, dt.date]
) -> dict[str, Cause]:
    """By person, what makes another decision possible between two days; the person's own row goes before others'.

    `before` and `after` are gates over the snapshots between which the changes were found.
    """
    by_table: dict[str, list[Change]] = defaultdict(list)
    subject = service.definition.inputs[service.definition.cohort.subject]
    for change in found:
        by_table[change.table or subject.table].append(change)
    known: dict[str, Cause] = {}
    for name, source in _subject_first(service):
        for person, change in _reached(service, source, (before, after), by_table):
            known.setdefault(person, Cause(change.change, change.table, name, change.columns))
    for person in _crossing(service, after, days):
        known.setdefault(person, Cause("time"))
    return known


def _subject_first(service: Service) -> list[tuple[str, Input]]:
    subject = service.definition.cohort.subject
    return sorted(service.definition.inputs.items(), key=lambda item: item[0] != subject)


def _reached(
    service: Service, source: Input, gates: Sequence[Gate], changes: Mapping[str, Sequence[Change]]
) -> Iterator[tuple[str, Change]]:
    """(person, change) for everyone to whom a changed row comes through an input."""
    residents = service.definition.inputs[service.definition.cohort.subject].table
    own = {change.key[source.by]: change for change in changes[source.table] if source.by in change.key}
    if source.through:
        people = own | {change.key["person"]: change for change in changes[residents]}
        yield from _through(gates, _SHARING.format(table=residents, column=quote(source.through)), people)
        return
    if source.of:
        yield from _through(gates, _OF.format(table=residents, column=quote(source.of)), own)
        return
    yield from own.items()
    if source.joined:
        query = _JOINED.format(table=source.table, by=quote(source.by), column=quote(source.joined.column))
        yield from _through(gates, query, {c.key["person"]: c for c in changes[source.joined.table]})


_SHARING = """SELECT me.person AS subject, other.person AS other FROM "{table}" AS me JOIN "{table}" AS other
  ON other.{column} = me.{column} AND other.person <> me.person WHERE other.person IN (SELECT unnest($people))"""
_OF = 'SELECT person AS subject, {column} AS other FROM "{table}" WHERE {column} IN (SELECT unnest($people))'
_JOINED = 'SELECT {by} AS subject, {column} AS other FROM "{table}" WHERE {column} IN (SELECT unnest($people))'


def _through(gates: Sequence[Gate], query: str, people: Mapping[str, Change]) -> Iterator[tuple[str, Change]]:
    """Whom changed people, or the rows of their area, concern now or did before the change."""
    if not people:
        return
    for gate in gates:
        rows = gate.query(f"SELECT DISTINCT subject, other FROM ({query}) ORDER BY ALL", {"people": sorted(people)})
        yield from ((subject, people[other]) for subject, other in rows.iter_rows())


def _crossing(service: Service, gate: Gate, days: tuple[dt.date, dt.date]) -> Collection[str]:
    """People of the cohort whom the days between have moved over a boundary that the rules name, or into the cohort."""
    before, after = (feel_values(service.parameters, day) for day in days)
    names = service.definition.decisions.named().values()
    source = f"({inputs_query(service, after)})"
    compiled = compile_model(service.model, after, wanted=set(names))
    try:
        condition = crossing(service.model, set(names), before, after, compiled.types)
    except NotCompilable:
        condition = "true"
    query = f"SELECT person FROM ({compiled.over(source)}) WHERE {condition}"
    crossed = gate.query(query, dict(compiled.parameters) or None)["person"].to_list() if condition != "false" else []
    return [*crossed, *_entering(service, gate, before, after)]


def _entering(service: Service, gate: Gate, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    was, now = who(service, before), who(service, after)
    if was == now:
        return []
    table = service.definition.inputs[service.definition.cohort.subject].table
    rows = gate.query(f'SELECT person FROM "{table}" WHERE ({now}) AND NOT coalesce({was}, false) ORDER BY person')
    return rows["person"].to_list()
