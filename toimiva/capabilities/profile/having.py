"""What the city has about a person, by register, in the registers' own words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from toimiva.capabilities.profile.family import OWN
from toimiva.core.city.api import City, text_in
from toimiva.core.geography import api as geography
from toimiva.core.purposes import api as purposes
from toimiva.core.registers import api as registers

__all__ = ["Entry", "own_data", "value_in"]

_WORDS = {"fi": ("kyllä", "ei"), "sv": ("ja", "nej"), "en": ("yes", "no")}
_AREA = "sub_area"
_OF_PERSON = ("person", "child")


@dataclass(frozen=True, slots=True)
class Entry:
    """A register's entry about a person: the register, who keeps it and by which law, and (title, value) pairs.

    `names` are (table, field) of the pairs, in their order.
    """

    register: str
    owner: str
    law: str
    fields: tuple[tuple[str, str], ...]
    names: tuple[tuple[str, str], ...]

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """(name, title, value) of each field; the name is `<table>:<field>`."""
        return [(":".join(name), title, value) for name, (title, value) in zip(self.names, self.fields, strict=True)]


def own_data(city: City, person: str, *, reader: str, language: str) -> list[Entry]:
    """What the registers have about a person, for the person or their guardian `reader`; empty fields left out."""
    allowed = purposes.purpose(city, OWN)
    tables = [name for name, columns in allowed.tables.items() if {*_OF_PERSON} & {*columns}]
    with purposes.open_gate(city, OWN, actor=reader, reason="own data", tables=tables, persons=[person]) as gate:
        rows = {table: gate.query(f'FROM "{table}"').to_dicts() for table in tables}
    names = {table: whole[0] for table in tables if (whole := rows.pop(f"{table}.identities", []))}
    return [_entry(city, table, names.get(table, {}) | row, language) for table, found in rows.items() for row in found]


def value_in(entries: Sequence[Entry], table: str, field: str) -> str:
    """What the entries tell of a field, or nothing."""
    values = {name: value for entry in entries for name, _title, value in entry.told}
    return values.get(f"{table}:{field}", "")


def _entry(city: City, table: str, row: Mapping[str, Any], language: str) -> Entry:
    contract = registers.contract(city, table.partition(".")[0])
    told = list(_fields(city, table, row, language))
    named = ((f"{table}.identities" if identifying else table, name) for name, identifying, _title, _value in told)
    fields = tuple((title, value) for _name, _identifying, title, value in told)
    register, owner, law = (text_in(one, language) for one in (contract.names, contract.owner, contract.legal_basis))
    return Entry(register, owner, law, fields, tuple(named))


def _fields(city: City, table: str, row: Mapping[str, Any], language: str) -> Iterator[tuple[str, bool, str, str]]:
    """(name, whether it identifies, title, value); others are pseudonyms in a row, which tells nobody anything."""
    for name, rule in registers.table(city, table).fields.items():
        if row.get(name) is not None and rule.becomes != name:
            value = row[name]
            value = registers.unseal(city, value) if rule.type == "identity_code" else value
            said = text_in(rule.words[value], language) if value in rule.words else _text(value, language)
            said = geography.area_name(city, said, language) if name == _AREA else said
            yield name, rule.identifying, text_in(rule.title, language), said


def _text(value: Any, language: str) -> str:
    if isinstance(value, bool):
        return _WORDS[language][not value]
    if isinstance(value, dt.date):
        return f"{value:%-d %B %Y}" if language == "en" else f"{value.day}.{value.month}.{value.year}"
    return str(value)
