"""Many rows written fast: one prepared statement over all of them, in one transaction.

Django's bulk_create and bulk_update build one large expression per batch; for a whole city's round that costs more
than the database does (benchmarks/bulk.py). Values go through the fields as Django's own saving does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.db import connection, models, transaction

__all__ = ["insert_rows", "update_rows"]

# Fields whose Python value is what the database takes, on both databases.
_PLAIN = frozenset((
    models.CharField, models.TextField, models.IntegerField, models.BigIntegerField, models.SmallIntegerField,
    models.BooleanField,
))  # fmt: skip

Reader = Callable[[models.Model], Any]


def insert_rows(rows: Iterable[models.Model], *, ignore_existing: bool = False) -> int:
    """Insert new rows of one model; with `ignore_existing`, those that break a unique constraint are passed over."""
    new = list(rows)
    if not new:
        return 0
    meta: Any = new[0]._meta
    fields = [field for field in meta.concrete_fields if not isinstance(field, models.AutoField)]
    columns = ", ".join(_quoted(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    ending = " ON CONFLICT DO NOTHING" if ignore_existing else ""
    readers = [_reader(field, adding=True) for field in fields]
    _execute(
        f"INSERT INTO {_quoted(meta.db_table)} ({columns}) VALUES ({marks}){ending}",
        list(zip(*(map(reader, new) for reader in readers), strict=True)),
    )
    return len(new)


def update_rows(rows: Iterable[models.Model], names: Sequence[str]) -> int:
    """Write these fields of rows that exist already."""
    changed = list(rows)
    if not changed:
        return 0
    meta: Any = changed[0]._meta
    fields = [meta.get_field(name) for name in names]
    settings = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    key: Reader = attrgetter("pk")
    readers = [*(_reader(field, adding=False) for field in fields), key]
    _execute(
        f"UPDATE {_quoted(meta.db_table)} SET {settings} WHERE {_quoted(meta.pk.column)} = %s",
        list(zip(*(map(reader, changed) for reader in readers), strict=True)),
    )
    return len(changed)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _reader(field: Any, *, adding: bool) -> Reader:
    """How a field's value is got for the database; moments and days, mostly the same, are converted once each."""
    if type(field) in _PLAIN:
        return attrgetter(field.attname)
    convert: Callable[[Any], Any] = lambda value: field.get_db_prep_save(value, connection)  # noqa: E731
    if isinstance(field, models.DateField) and not (field.auto_now or field.auto_now_add):
        convert = lru_cache(maxsize=4096)(convert)
    return lambda row: convert(field.pre_save(row, adding))


def _execute(sql: str, values: list[tuple[Any, ...]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:  # one commit, not one a row
        cursor.executemany(sql, values)
