"""From registers to a model's inputs: one SQL query over what the gate has opened, one row per person of the cohort."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from toimiva.capabilities.services.definition import Input
from toimiva.capabilities.services.folder import Service
from toimiva.core.errors import Fault, Invalid
from toimiva.core.purposes import api as purposes
from toimiva.engines.columnar.api import (
    ContextType,
    ListType,
    NotCompilable,
    Type,
    compile_condition,
    quote,
    sql_type,
    type_named,
)
from toimiva.engines.feel.api import FeelError, parse

__all__ = ["check_inputs", "inputs_query", "subject_columns", "who"]

_PLACE = ("sub_area", "postal_code", "x", "y", "household", "language")


def inputs_query(service: Service, parameters: Mapping[str, Any], persons: Sequence[str] | None = None) -> str:
    """SQL that gives person, where they live, and a column per input of the model; for some persons only, if given.

    `persons` are pseudonyms; anything else is refused, as they become part of the query.
    """
    definition = service.definition
    subject = definition.inputs[definition.cohort.subject]
    parts = [f'cohort AS (SELECT * FROM "{subject.table}" WHERE {who(service, parameters)}{_only(persons)})']
    columns, joins = [], []
    for index, (name, source) in enumerate(definition.inputs.items()):
        kind = _kind(service, name)
        if name == definition.cohort.subject:
            columns.append(f"{_struct(kind, {'c': subject_columns(service)})} AS {quote(name)}")
            continue
        parts.append(f"input{index} AS ({_one_input(service, source, kind)})")
        joins.append(f"LEFT JOIN input{index} ON input{index}.subject = c.person")
        columns.append(f"{_value(f'input{index}.value', kind)} AS {quote(name)}")
    place = ", ".join(f"c.{column}" for column in _PLACE)
    return f"WITH {', '.join(parts)} SELECT c.person, {place}, {', '.join(columns)} FROM cohort AS c {' '.join(joins)}"


def _only(persons: Sequence[str] | None) -> str:
    if persons is None:
        return ""
    if not all(person.isalnum() for person in persons):
        raise ValueError("A pseudonym is letters and digits.")
    listed = ", ".join(f"'{person}'" for person in persons)
    return f" AND person IN ({listed or 'NULL'})"


def subject_columns(service: Service) -> tuple[str, ...]:
    """Columns of the subject's own row that the purpose opens, with the gate's mark for objections."""
    definition = service.definition
    return _columns(service, definition.inputs[definition.cohort.subject].table)


def _columns(service: Service, table: str) -> tuple[str, ...]:
    allowed = purposes.purpose(service.city, service.definition.purpose)
    marked = ("objects",) if allowed.on_objection == "mark" and "person" in allowed.tables.get(table, ()) else ()
    return (*allowed.tables.get(table, ()), *marked)


def _kind(service: Service, name: str) -> Type:
    data = service.model.inputs[name]
    kind = type_named(data.type_ref, service.model.types)
    assert kind is not None  # noqa: S101 - check_inputs has shown it
    return kind


def who(service: Service, parameters: Mapping[str, Any]) -> str:
    """SQL that holds for the rows of the subject's table that are of the cohort."""
    cohort = service.definition.cohort
    kind = _kind(service, cohort.subject)
    assert isinstance(kind, ContextType)  # noqa: S101
    columns = {f"{cohort.subject}.{name}": (name, field) for name, field in kind.fields}
    node = parse(cohort.who, service.model.inputs)
    known = {f"parameters.{name}": value for name, value in parameters.items()}
    known["city.municipality"] = service.city.municipality
    return compile_condition(node, columns, known, cohort.who)


def _struct(kind: Type, sources: Mapping[str, tuple[str, ...]]) -> str:
    """A struct of a context type's fields, each from the first alias that has the column."""
    assert isinstance(kind, ContextType)  # noqa: S101
    fields = []
    for name, field in kind.fields:
        alias = next(alias for alias, columns in sources.items() if name in columns)
        fields.append(f"{quote(name)} := CAST({alias}.{quote(name)} AS {sql_type(field)})")
    return f"struct_pack({', '.join(fields)})"


def _value(column: str, kind: Type) -> str:
    return f"coalesce({column}, CAST([] AS {sql_type(kind)}))" if isinstance(kind, ListType) else column


def _one_input(service: Service, source: Input, kind: Type) -> str:
    item = kind.item if isinstance(kind, ListType) else kind
    own = _columns(service, source.table)
    if source.through:
        residents = service.definition.inputs[service.definition.cohort.subject].table
        value = _struct(item, {"t": own, "other": _columns(service, residents)})
        return (
            f"SELECT me.person AS subject, list({value} ORDER BY other.person) AS value FROM cohort AS me "
            f'JOIN "{residents}" AS other ON other.{quote(source.through)} = me.{quote(source.through)} '
            f"AND other.person <> me.person "
            f'JOIN "{source.table}" AS t ON t.{quote(source.by)} = other.person GROUP BY me.person'
        )
    if source.of:
        value = _struct(item, {"t": own})
        gathered = f"list({value} ORDER BY {value})" if source.many else f"min({value})"
        return (
            f"SELECT me.person AS subject, {gathered} AS value FROM cohort AS me "
            f'JOIN "{source.table}" AS t ON t.{quote(source.by)} = me.{quote(source.of)} GROUP BY me.person'
        )
    joined, sources = "", {"t": own}
    if source.joined:
        joined = f'LEFT JOIN "{source.joined.table}" AS other ON other.person = t.{quote(source.joined.column)}'
        sources["other"] = _columns(service, source.joined.table)
    value = _struct(item, sources)
    subject = f"t.{quote(source.by)}"
    order = quote(source.joined.column) if source.joined else quote(source.by)
    gathered = f"list({value} ORDER BY t.{order})" if source.many else f"first({value})"
    of_cohort = f"WHERE {subject} IN (SELECT person FROM cohort)"
    rows = f'FROM "{source.table}" AS t {joined} {of_cohort} GROUP BY {subject}'
    return f"SELECT {subject} AS subject, {gathered} AS value {rows}"


# --- checks, so that the query above cannot fail


def check_inputs(service: Service, parameters: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults between service.toml, the model and the purpose: types, columns and the cohort's condition."""
    file = str(service.folder / "service.toml")
    for name in service.model.inputs:
        if name not in service.definition.inputs and name != "parameters":
            yield Fault(file, 1, f"The model's input {name!r} has no source.", "Add it under [inputs].")
    for name, source in service.definition.inputs.items():
        yield from _check_input(service, file, name, source)
    try:
        inputs_query(service, parameters)
    except (FeelError, NotCompilable) as error:
        yield Fault(file, 1, f"cohort.who: {error}", "Use the subject's own fields and parameters.")
    except (AssertionError, KeyError, StopIteration, Invalid):
        return  # already among the faults above


def _check_input(service: Service, file: str, name: str, source: Input) -> Iterator[Fault]:
    data = service.model.inputs.get(name)
    if data is None:
        yield Fault(file, 1, f"The model has no input {name!r}.", f"It has {', '.join(service.model.inputs)}.")
        return
    kind = type_named(data.type_ref, service.model.types)
    item = kind.item if isinstance(kind, ListType) else kind
    if not isinstance(item, ContextType):
        yield Fault(file, 1, f"The input {name!r} needs a context type.", "Give it an item definition in the model.")
        return
    if source.of and source.of not in subject_columns(service):
        mend = f"Use one of {', '.join(sorted(subject_columns(service)))}."
        yield Fault(file, 1, f"{name}: the subject has no column {source.of!r}.", mend)
    known = {*_columns(service, source.table), *(_columns(service, source.joined.table) if source.joined else ())}
    if source.through:
        known |= set(subject_columns(service))
    for field, _ in item.fields:
        if field not in known:
            yield Fault(
                file, 1, f"{name}.{field} is not among the columns that {service.definition.purpose} opens.",
                f"Add it to the purpose, or use one of {', '.join(sorted(known))}.",
            )  # fmt: skip
