"""The gate: the one way to personal rows. A query names its purpose and sees only what that purpose lets through.

Inside an open gate there is a database with just the purpose's tables, columns and rows, and no way out of it: files,
extensions and settings are locked before the caller gets to ask. The access is in the ledger before any row is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import duckdb
import polars as pl
from django.db.models import Q, QuerySet

from toimiva.core.city import api as city_api
from toimiva.core.city.api import City
from toimiva.core.errors import NotAllowed
from toimiva.core.lake import api as lake
from toimiva.core.ledger import api as ledger
from toimiva.core.purposes.catalogue import LOCATION_COLUMNS, Purpose, purpose
from toimiva.core.purposes.lapsing import lapse_outdated
from toimiva.core.purposes.models import Consent, Objection
from toimiva.core.registers import api as registers

__all__ = ["Gate", "open_gate"]

_LOCK = ("SET enable_external_access = false", "SET lock_configuration = true")
PERSON_COLUMNS = ("person", "child", "guardian")


class Gate:
    """An open gate: ask in SQL over `"<register>.<table>"` names."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, allowed: Purpose) -> None:
        self._connection = connection
        self.purpose = allowed

    def query(self, sql: str, parameters: Mapping[str, Any] | Sequence[Any] | None = None) -> pl.DataFrame:
        """Rows of a query. Raises NotAllowed for a table or column that the purpose does not cover."""
        try:
            return self._connection.sql(sql, params=parameters).pl()
        except (duckdb.CatalogException, duckdb.BinderException, duckdb.PermissionException) as error:
            raise NotAllowed(
                what=f"The purpose {self.purpose.id} does not let this query through.",
                why=str(error).splitlines()[0],
                mend=f"Ask only for {self._covered()}, or have the purpose widened by its owner.",
            ) from error

    def _covered(self) -> str:
        return "; ".join(f"{table} ({', '.join(columns)})" for table, columns in self.purpose.tables.items())


@contextmanager
def open_gate(
    city: City,
    purpose_id: str,
    *,
    actor: str,
    reason: str,
    snapshot: registers.Pinned | None = None,
    tables: Sequence[str] | None = None,
    persons: Sequence[str] | None = None,
    at: datetime | None = None,
    said_by: datetime | None = None,
) -> Iterator[Gate]:
    """Open the gate for a purpose over a snapshot (the newest data when None). Names and contacts are always the
    newest: no rule reads them, and an erased person's must not be found in the past.

    `tables` narrows it to some of the purpose's tables and `persons` to rows about some people (a guardianship is about
    the child and the guardian): less is copied, and the ledger tells whose data was read. Objections and consents are
    those in force now; a replay asks for those that were `said_by` an instant of the past.
    """
    allowed = purpose(city, purpose_id)
    if allowed.basis == "consent":
        lapse_outdated(city, allowed, at=at or city_api.now(city.id))
    wanted = list(tables or allowed.tables)
    uncovered = [table for table in wanted if table not in allowed.tables]
    if uncovered:
        raise NotAllowed(
            what=f"The purpose {purpose_id} does not cover {', '.join(uncovered)}.",
            mend=f"It covers {', '.join(allowed.tables)}.",
        )
    _note_access(city, allowed, wanted, actor, reason, snapshot, persons, at or city_api.now(city.id))
    with duckdb.connect() as connection:
        _bring_in(connection, city, allowed, wanted, snapshot, persons, said_by)
        for statement in _LOCK:
            connection.execute(statement)
        yield Gate(connection, allowed)


def _note_access(
    city: City,
    allowed: Purpose,
    tables: list[str],
    actor: str,
    reason: str,
    snapshot: registers.Pinned | None,
    persons: Sequence[str] | None,
    at: datetime,
) -> None:
    body = {
        "reason": reason,
        "snapshot": snapshot.id if snapshot else "newest",
        "tables": {table: list(allowed.tables[table]) for table in tables},
        "persons": "everyone" if persons is None else sorted(persons)[:50],
        "count": None if persons is None else len(persons),
    }
    subject = persons[0] if persons and len(persons) == 1 else ""
    ledger.append(ledger.NewEntry(city.id, "data.read", actor, at, subject, allowed.id, body))


def _bring_in(
    connection: duckdb.DuckDBPyConnection,
    city: City,
    allowed: Purpose,
    tables: list[str],
    snapshot: registers.Pinned | None,
    persons: Sequence[str] | None,
    said_by: datetime | None,
) -> None:
    objecting = _in_force(Objection.objects.all(), "since", city, allowed, said_by)
    consenting = _in_force(Consent.objects.all(), "given", city, allowed, said_by)
    cuts = []
    for table in tables:
        version = None if snapshot is None or table.endswith(".identities") else snapshot.tables[table]["version"]
        columns = allowed.tables[table]
        cut = lake.scan(city.id, table, version)
        for condition in _row_conditions(allowed, _person_columns(columns), persons, objecting, consenting):
            cut = cut.filter(condition)
        cuts.append(cut.select(_columns(allowed, table, columns, objecting)))
    for table, rows in zip(tables, pl.collect_all(cuts), strict=True):
        connection.register(table, rows.to_arrow(compat_level=pl.CompatLevel.newest()))


def _in_force(
    said: QuerySet[Objection] | QuerySet[Consent], began: str, city: City, allowed: Purpose, by: datetime | None
) -> list[str]:
    """Who had said so by an instant (now, when None) and had not taken it back."""
    rows = said.filter(city=city.id, purpose=allowed.id)
    if by is None:
        rows = rows.filter(withdrawn=None)
    else:
        rows = rows.filter(Q(withdrawn=None) | Q(withdrawn__gt=by), **{f"{began}__lte": by})
    return list(rows.order_by("person").values_list("person", flat=True))


def _person_columns(columns: Sequence[str]) -> list[str]:
    """Columns with pseudonyms; the first is whose row it is."""
    return [name for name in PERSON_COLUMNS if name in columns]


def _columns(allowed: Purpose, table: str, columns: Sequence[str], objecting: list[str]) -> Iterator[pl.Expr]:
    hidden = () if allowed.sees_non_disclosed or "non_disclosure" not in columns else LOCATION_COLUMNS
    for name in columns:
        column = pl.col(name)
        yield pl.when(~pl.col("non_disclosure")).then(column).alias(name) if name in hidden else column
    if allowed.on_objection == "mark" and "person" in columns and not table.endswith(".identities"):
        yield pl.col("person").is_in(objecting).alias("objects")


def _row_conditions(
    allowed: Purpose, columns: list[str], persons: Sequence[str] | None, objecting: list[str], consenting: list[str]
) -> Iterator[pl.Expr]:
    if not columns:
        return
    if persons is not None:
        yield pl.any_horizontal(pl.col(name).is_in(list(persons)) for name in columns)
    if allowed.basis == "consent":
        yield pl.col(columns[0]).is_in(consenting)
    if allowed.on_objection == "leave_out":
        yield ~pl.col(columns[0]).is_in(objecting)
