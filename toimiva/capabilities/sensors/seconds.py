"""A length of time in seconds, in SQL: SQLite keeps microseconds, PostgreSQL intervals."""

from __future__ import annotations

from typing import Any

from django.db.models import FloatField, Func

__all__ = ["Seconds"]


class Seconds(Func):
    """Of a duration."""

    output_field = FloatField()

    template = "EXTRACT(EPOCH FROM %(expressions)s)"

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        return super().as_sql(compiler, connection, template="(%(expressions)s / 1000000.0)")
