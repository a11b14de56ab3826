"""Numbers as the texts that they are: a whole one without a point."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, TextField
from django.db.models.sql.compiler import SQLCompiler

__all__ = ["NumberText"]


class NumberText(Func):
    """A number as JSON writes it."""

    output_field = TextField()
    template = "(%(expressions)s)::text"

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        number = "%(expressions)s"
        whole = f"CAST(CAST({number} AS INTEGER) AS TEXT)"
        template = f"CASE WHEN {number} = CAST({number} AS INTEGER) THEN {whole} ELSE CAST({number} AS TEXT) END"
        return self.as_sql(compiler, connection, template=template, **extra)
