"""Instants from the database, read by Python's own parser of ISO 8601.

Django reads each of PostgreSQL's with a regular expression in Python (`psycopg_any.BaseTzLoader`), and makes each of
SQLite's aware of its zone afterwards: 6 and 2 microseconds an instant against half a microsecond, which is most of the
time of a page of observations.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

__all__ = ["read_faster"]


def read_faster(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Let a new connection read instants in UTC so; what the parser does not know is Django's."""
    if connection.timezone is UTC:
        {"postgresql": _on_postgresql, "sqlite": _on_sqlite}[connection.vendor](connection)


def _on_postgresql(connection: BaseDatabaseWrapper) -> None:
    from django.db.backends.postgresql.psycopg_any import BaseTzLoader

    class UtcLoader(BaseTzLoader):
        timezone = UTC  # by which Django knows that it need not register one of its own

        def load(self, data: Any) -> datetime:
            try:
                return datetime.fromisoformat(bytes(data).decode())
            except ValueError:  # as infinity, or a year before Christ
                found: datetime = super().load(data)
                return found

    connection.connection.adapters.register_loader("timestamptz", UtcLoader)


def _on_sqlite(connection: BaseDatabaseWrapper) -> None:
    ops: Any = connection.ops
    usual = type(ops).convert_datetimefield_value.__get__(ops)

    def convert(value: Any, expression: Any, asked: Any) -> Any:
        if value is None:
            return None
        try:
            found = datetime.fromisoformat(f"{value}+00:00")
        except ValueError:  # with a zone of its own
            return usual(value, expression, asked)
        return found if found.tzinfo is UTC else usual(value, expression, asked)  # a day alone is read without a zone

    ops.convert_datetimefield_value = convert


connection_created.connect(read_faster, dispatch_uid="core.instants")
