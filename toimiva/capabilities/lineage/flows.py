"""Flows of a city's data, column by column, from what the contracts, purposes, services and open tables say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from toimiva.capabilities.services import api as services
from toimiva.core.city.api import City, Texts
from toimiva.core.publishing.api import open_tables
from toimiva.core.purposes import api as purposes
from toimiva.core.registers import api as registers

__all__ = ["Flow", "Quality", "flows_of"]


@dataclass(frozen=True, slots=True)
class Quality:
    """The newest delivery: when, how many rows, how many of them bad, and whether it landed."""

    received: datetime
    rows: int
    bad_rows: int
    landed: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """A table: whose and on what basis, its columns with the purposes that read them, services, open tables."""

    table: str
    owner: Texts
    legal_basis: Texts
    refresh: str
    quality: Quality | None
    columns: Mapping[str, Sequence[str]]
    services: Sequence[str]
    published: Sequence[str]


def flows_of(city: City) -> list[Flow]:
    """Every table under contract, by name."""
    newest, known = registers.newest_deliveries(city), purposes.purposes(city)
    used = _services_by_purpose(city)
    found = []
    for name, contract in sorted(registers.contracts(city).items()):
        for short, table in contract.tables.items():
            full = f"{name}.{short}"
            reading = {key: set(one.tables.get(full, ())) for key, one in known.items() if full in one.tables}
            columns = {
                column: sorted(key for key, some in reading.items() if column in some)
                for column in {**dict.fromkeys(_landed(table)), **dict.fromkeys(sorted(set().union(*reading.values())))}
            }
            after = sorted({service for key in reading for service in used.get(key, ())})
            published = sorted(key for key in open_tables if full in open_tables[key].sources)
            row = newest.get(full)
            quality = Quality(row.received, row.rows, row.bad_rows, row.state == "landed") if row else None
            found.append(Flow(
                full, contract.owner, contract.legal_basis, contract.refresh, quality, columns, after, published
            ))  # fmt: skip
    return found


def _landed(table: registers.Table) -> list[str]:
    return [rule.becomes or name for name, rule in table.fields.items()]


def _services_by_purpose(city: City) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name in services.names_of(city):
        definition = services.get_service(city, name).definition
        for purpose in (definition.purpose, definition.message_purpose):
            found.setdefault(purpose, set()).add(name)
    return found
