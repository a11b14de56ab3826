"""A place in a JSON column as a number, a truth or a text: what is of another type there is nothing, never an error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, FloatField, Func, TextField
from django.db.models.fields.json import compile_json_path  # type: ignore[attr-defined]
from django.db.models.sql.compiler import SQLCompiler

__all__ = ["JsonNumber", "JsonText", "JsonTruth"]


class _Place(Func):
    """`keys` lead to the place, a list's by their numbers from 0; none for the whole column."""

    on_sqlite = on_postgresql = ""

    def __init__(self, column: str, keys: Sequence[str] = ()) -> None:
        super().__init__(F(column))
        self.column, self.keys = column, list(keys)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> Any:
        return self._filled(compiler, self.on_sqlite, compile_json_path(self.keys))

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> Any:
        return self._filled(compiler, self.on_postgresql, self.keys)

    def _filled(self, compiler: SQLCompiler, template: str, place: object) -> Any:
        column, parameters = compiler.compile(self.source_expressions[0])
        times = template.count("{column}")
        return template.replace("{column}", column), [*parameters, place] * times


class JsonNumber(_Place):
    """The number there."""

    output_field = FloatField()
    on_sqlite = "CASE WHEN JSON_TYPE({column}, %s) IN ('integer', 'real') THEN JSON_EXTRACT({column}, %s) END"
    on_postgresql = "CASE jsonb_typeof({column} #> %s) WHEN 'number' THEN ({column} #>> %s)::float8 END"


class JsonTruth(_Place):
    """true or false there."""

    output_field = BooleanField()
    on_sqlite = "CASE JSON_TYPE({column}, %s) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"
    on_postgresql = "CASE ({column} #> %s)::text WHEN 'true' THEN true WHEN 'false' THEN false END"


class JsonText(_Place):
    """What stands there, a text without its quotes."""

    output_field = TextField()
    on_sqlite = (
        "CASE WHEN JSON_TYPE({column}, %s) IN ('true', 'false') THEN JSON_TYPE({column}, %s)"
        " ELSE CAST(JSON_EXTRACT({column}, %s) AS TEXT) END"
    )
    on_postgresql = "({column} #>> %s)"
