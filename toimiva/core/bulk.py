"""Many rows written fast: one prepared statement over all of them, or PostgreSQL's COPY, in one transaction.

Django's bulk_create and bulk_update build one large expression per batch; for a whole city's round that costs more
than the database does (benchmarks/bulk.py). Values go through the fields as Django's own saving does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import repeat
from operator import attrgetter
from typing import Any

import numpy as np
from django.db import connection, models, transaction

from toimiva.core.columns import as_texts, binary_rows, moments

__all__ = ["insert_columns", "insert_rows", "new_keys", "update_rows"]

# Fields whose Python value is what the database takes, on both databases.
_PLAIN = frozenset((
    models.CharField, models.TextField, models.IntegerField, models.BigIntegerField, models.SmallIntegerField,
    models.BooleanField, models.FloatField, models.AutoField, models.BigAutoField,
))  # fmt: skip

Reader = Callable[[models.Model], Any]


def insert_rows(rows: Iterable[models.Model], *, ignore_existing: bool = False) -> int:
    """Insert new rows of one model; with `ignore_existing`, those that break a unique constraint are passed over."""
    new = list(rows)
    if not new:
        return 0
    fields = _insertable(type(new[0]))
    readers = [_reader(field, adding=True) for field in fields]
    _insert(type(new[0]), fields, zip(*(map(reader, new) for reader in readers), strict=True), ignore_existing)
    return len(new)


def insert_columns(
    model: type[models.Model], columns: Mapping[str, Any], same: Mapping[str, Any], *,
    ignore_existing: bool = False,
) -> int:  # fmt: skip
    """Insert rows given as columns of equal length, without making objects of them; how many they were.

    A column is a list, or an array of numbers or of instants (`columns.py`). `same` has the values that all rows share;
    a field in neither gets its default. Names are the fields' `attname`; keys may be among them, from `new_keys`.
    """
    count = len(next(iter(columns.values())))
    if not count:
        return 0
    fields = _insertable(model, columns)
    given = {one: columns[one.attname] for one in fields if one.attname in columns}
    varying = {one: values for one, values in given.items() if not _is_empty(values)}
    shared = {one: _shared(one, same) for one in fields if one not in given}
    told = {one: value for one, value in shared.items() if value is not None}  # the database writes NULL by itself
    if connection.vendor == "postgresql" and not ignore_existing and _copied_whole(model, varying | told, count):
        return count
    values = [*(_column(*one) for one in varying.items()), *(repeat(one, count) for one in told.values())]
    _insert(model, [*varying, *told], zip(*values, strict=True), ignore_existing)
    return count


def new_keys(model: type[models.Model], count: int) -> list[int]:
    """Keys for rows that are about to be inserted, ascending. In a transaction, which on SQLite keeps others out."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            held = "(SELECT pg_get_serial_sequence(%s, %s)::regclass)"  # looked up once, not for each row
            sequence = f"SELECT nextval({held}) AS key FROM generate_series(1, %s)"
            cursor.execute(
                f"WITH taken AS ({sequence}) SELECT min(key), max(key), "
                "CASE WHEN max(key) - min(key) + 1 <> count(*) THEN array_agg(key ORDER BY key) END FROM taken",
                [table, model._meta.pk.column, count],
            )
            first, last, others = cursor.fetchone()
            return others or list(range(first, last + 1))  # others took some in between
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
    return list(range(last + 1, last + 1 + count))


def _insertable(model: type[models.Model], given: Collection[str] = ()) -> list[Any]:
    """All fields but a key that the database gives, unless it is given."""
    fields = model._meta.concrete_fields
    return [field for field in fields if not isinstance(field, models.AutoField) or field.attname in given]


def _is_empty(values: Any) -> bool:
    """Whether a column has nothing but None, which the database writes by itself."""
    return isinstance(values, list) and not any(one is not None for one in values)


def _column(field: Any, values: Any) -> Iterable[Any]:
    """A column's values as the database takes them."""
    if isinstance(values, np.ndarray):
        is_time = values.dtype.kind == "M"
        if is_time and connection.vendor == "sqlite":
            return as_texts(values)
        values = moments(values) if is_time else values.tolist()
    return values if type(field) in _PLAIN else map(_converter(field), values)


def _shared(field: Any, same: Mapping[str, Any]) -> Any:
    """What all rows get, as the database takes it."""
    return field.get_db_prep_save(same[field.attname] if field.attname in same else field.get_default(), connection)


def _copied_whole(model: type[models.Model], columns: Mapping[Any, Any], count: int) -> bool:
    """Whether the rows, of numbers and instants only, were written by PostgreSQL's COPY as one block."""
    rows = binary_rows([(field.db_type(connection), values) for field, values in columns.items()], count)
    if rows is None:
        return False
    names = ", ".join(_quoted(field.column) for field in columns)
    sql = f"COPY {_quoted(model._meta.db_table)} ({names}) FROM STDIN (FORMAT binary)"
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(sql) as copy:
        copy.write(rows)
    return True


def _insert(model: type[models.Model], fields: list[Any], values: Iterable[tuple[Any, ...]], ignoring: bool) -> None:
    names = ", ".join(_quoted(field.column) for field in fields)
    if connection.vendor == "postgresql" and not ignoring:
        _copy(f"COPY {_quoted(model._meta.db_table)} ({names}) FROM STDIN", values)
        return
    marks = ", ".join(["%s"] * len(fields))
    ending = " ON CONFLICT DO NOTHING" if ignoring else ""
    _execute(f"INSERT INTO {_quoted(model._meta.db_table)} ({names}) VALUES ({marks}){ending}", values)


def _copy(sql: str, values: Iterable[tuple[Any, ...]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(sql) as copy:
        for row in values:
            copy.write_row(row)


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
    convert = _converter(field)
    return lambda row: convert(field.pre_save(row, adding))


def _converter(field: Any) -> Callable[[Any], Any]:
    if isinstance(field, models.ForeignKey):
        return _converter(field.target_field) if type(field.target_field) not in _PLAIN else lambda value: value
    convert: Callable[[Any], Any] = lambda value: field.get_db_prep_save(value, connection)  # noqa: E731
    if type(field) is models.DateTimeField:
        return _instants(convert)
    return lru_cache(maxsize=4096)(convert) if isinstance(field, models.DateField) else convert


def _instants(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Instants in UTC as Django writes them, without its many looks at time zones; others as they are converted."""
    as_text = connection.vendor == "sqlite"

    def written(value: Any) -> Any:
        if value.__class__ is not datetime or value.tzinfo is not UTC:
            return convert(value)
        return str(value.replace(tzinfo=None)) if as_text else value

    return written


def _execute(sql: str, values: Iterable[tuple[Any, ...]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:  # one commit, not one a row
        cursor.executemany(sql, values)  # type: ignore[arg-type]  # whatever can be gone through will do
