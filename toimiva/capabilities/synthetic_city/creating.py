"""Making a synthetic city: drawn from its facts, delivered and landed as any real register would be."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time

import polars as pl
from django.db import transaction

from toimiva.capabilities.synthetic_city.facts import read_facts
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import Conflict
from toimiva.core.lake import api as lake
from toimiva.core.ledger import api as ledger
from toimiva.core.purposes import api as purposes
from toimiva.core.registers import api as registers
from toimiva.engines.synthesis.api import day_of_changes, draw_city

__all__ = ["Created", "advance", "create_city"]

Step = Callable[[str], None]


@dataclass(slots=True)
class Created:
    """What was made: rows by table, and the seed that makes the same again."""

    city: str
    seed: int
    residents: int
    tables: dict[str, int] = field(default_factory=dict)


def create_city(city: City, *, seed: int, residents: int | None = None, on_step: Step = lambda _: None) -> Created:
    """Draw and land a city. Raises Conflict when the home has this city already, or it is not synthetic.

    Interrupted, it goes on when called again. `residents` scales every area down in proportion, for a quick try.
    """
    if not city.synthetic:
        raise Conflict(what=f"{city.id} is not synthetic.", mend="Deliver its real registers instead.")
    if ledger.about(city.id, kind="city.created"):
        raise Conflict(
            what=f"This home has a city {city.id} already.",
            mend="Use another TOIMIVA_HOME, or delete its folder first.",
        )
    at = _morning(city)
    cities.set_to(city.id, at)
    on_step("drawing residents, households, custody and units")
    facts = read_facts(city)
    drawn = draw_city(facts.scaled_to(residents) if residents else facts, seed)
    created = Created(city.id, seed, _count_residents(city, drawn.tables["population.residents"]))
    for table in list(drawn.tables):
        on_step(f"landing {table}")
        delivery = _parquet(drawn.tables.pop(table))  # a whole population twice in memory is once too often
        created.tables[table] = registers.receive(city, table, f"{table}.parquet", delivery, at=at).rows
    registers.begin_own(city, at=at)
    on_step("recording objections")
    _object(city, drawn.objecting, at)
    body = {"seed": seed, "residents": created.residents, "simulated": True}
    ledger.append(ledger.NewEntry(city.id, "city.created", "command", at, city.id, body=body))
    return created


def _morning(city: City) -> datetime:
    return datetime.combine(city.as_of, time(7), city.zone).astimezone(UTC)


def _parquet(rows: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    rows.write_parquet(buffer, compression="lz4")
    return buffer.getvalue()


def _object(city: City, codes: list[str], at: datetime) -> None:
    people = [registers.pseudonym(city, code) for code in codes]
    for name, purpose in purposes.purposes(city).items():
        if purpose.on_objection == "mark" and "units.groups" in purpose.tables:
            purposes.object_many(city, people, name, at=at)


def _count_residents(city: City, residents: pl.DataFrame) -> int:
    return residents.filter(pl.col("municipality") == city.municipality).height


def advance(city: City, *, seed: int, on_step: Step = lambda _: None) -> dict[str, int]:
    """A day's births, deaths and moves are delivered as changes, on the morning that the city's clock has come to.

    The number of changed rows by table.
    """
    at = cities.now(city.id)
    day = at.astimezone(city.zone).date()
    on_step(f"{day}: births, deaths and moves")
    with transaction.atomic():
        changes = day_of_changes(*_registers(city), day, seed)
        return {name: _deliver(city, f"population.{name}", rows, day, at) for name, rows in changes.items()}


def _deliver(city: City, table: str, rows: pl.DataFrame, day: object, at: datetime) -> int:
    name = f"{table}.changes.{day}.parquet"
    return registers.receive(city, table, name, _parquet(rows), at=at, changes=True).rows if len(rows) else 0


def _registers(city: City) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The population register as its keeper has it, codes and all: of a synthetic one the keeper is here."""
    identities = lake.read(city.id, "population.residents.identities")
    identities = identities.with_columns(registers.unseal_all(city, identities["identity_code"]))
    residents = lake.read(city.id, "population.residents").join(identities, on="person", how="left").drop("person")
    custody = lake.read(city.id, "population.guardianships")
    return residents, custody
