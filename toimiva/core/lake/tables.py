"""Versioned tables of a city: Delta tables under `$TOIMIVA_HOME/lake/<city>/`, read by DuckDB, Polars and Spark alike.

A table's name is `<register>.<table>`. Versions count from 0 and are never rewritten; `compact` drops only files that
no kept version needs, and `forget` takes a person out of a table of identities for good.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

import duckdb
import polars as pl
import pyarrow as pa
from deltalake import DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import TableNotFoundError
from django.conf import settings

from toimiva.core.errors import NotFound

__all__ = [
    "compact", "differences", "digest", "files", "forget", "history", "merge", "read", "scan", "tables", "version",
    "write", "write_part",
]  # fmt: skip

_GROUP = 20_000  # rows in a group of a file: what one reads together, and what a writer holds


def _path(city: str, table: str) -> Path:
    return Path(settings.HOME) / "lake" / city / table


def _open(city: str, table: str, at: int | None = None) -> DeltaTable:
    try:
        return DeltaTable(_path(city, table), version=at)
    except TableNotFoundError as error:
        raise NotFound(
            what=f"The lake of {city} has no table {table!r}.",
            why="No delivery of that register has landed yet.",
            mend=f"Run `toimiva city create {city}`, or deliver the register.",
        ) from error


def tables(city: str) -> list[str]:
    """Names of all tables of a city."""
    root = Path(settings.HOME) / "lake" / city
    return sorted(path.name for path in root.glob("*") if (path / "_delta_log").exists())


def version(city: str, table: str) -> int:
    """The newest version's number. Raises NotFound when the table has none."""
    return _open(city, table).version()


def files(city: str, table: str, at: int | None = None) -> list[str]:
    """Parquet files of a version (the newest when None), in a fixed order."""
    return sorted(unquote(uri.removeprefix("file://")) for uri in _open(city, table, at).file_uris())


def digest(city: str, table: str, at: int) -> str:
    """SHA-256 over the bytes of a version's files: what a decision pins."""
    total = hashlib.sha256()
    for name in files(city, table, at):
        with open(name, "rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


def scan(city: str, table: str, at: int | None = None) -> pl.LazyFrame:
    """The rows of a version, read only as far as they are asked for."""
    found = files(city, table, at)
    if found:
        return pl.scan_parquet(found, glob=False)
    return pl.DataFrame(pa.schema(_open(city, table, at).schema().to_arrow()).empty_table()).lazy()


def read(city: str, table: str, at: int | None = None) -> pl.DataFrame:
    """The rows of a version. For the registers' own upkeep; whoever wants personal rows asks the gate."""
    return scan(city, table, at).collect()


def write(city: str, table: str, rows: pl.DataFrame, *, key: list[str]) -> int:
    """Replace the table with these rows, sorted by their key; the new version's number."""
    path = _path(city, table)
    path.parent.mkdir(parents=True, exist_ok=True)
    indexed = {"delta.dataSkippingStatsColumns": ",".join(key)}  # the log repeats no other value of anyone's
    write_deltalake(path, rows.sort(key).to_arrow(), mode="overwrite", schema_mode="overwrite", configuration=indexed)
    return version(city, table)


def write_part(
    city: str, table: str, batches: Iterator[pa.RecordBatch], schema: pa.Schema, where: str | None, group: int = _GROUP
) -> int:
    """Replace the rows that a predicate names (all of them when None) by batches that are taken one at a time, so that
    more can be written than memory holds; the new version's number. Nothing is written where the batches raise.
    `group` rows are held and written together."""
    path = _path(city, table)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not (path / "_delta_log").exists()
    rows = pa.RecordBatchReader.from_batches(schema, batches)
    keys = {"delta.dataSkippingStatsColumns": ",".join(schema.names[:2])}
    write_deltalake(
        path, rows, mode="overwrite", predicate=None if new else where, configuration=keys if new else None,
        schema_mode="overwrite" if where is None else None,
        writer_properties=WriterProperties(max_row_group_size=group),
    )  # fmt: skip
    return version(city, table)


def merge(city: str, table: str, rows: pl.DataFrame, *, key: list[str]) -> int:
    """Insert or update these rows by their key; the new version's number."""
    same = " AND ".join(f"kept.{name} = new.{name}" for name in key)
    (
        _open(city, table)
        .merge(rows.to_arrow(), predicate=same, source_alias="new", target_alias="kept")
        .when_matched_update_all()
        .when_not_matched_insert_all()
        .execute()
    )
    return version(city, table)


def forget(city: str, table: str, column: str, value: str) -> None:
    """Take rows with this value out of the table and out of its past: files of older versions are deleted, so that
    only the newest can be read afterwards. Done again, it changes nothing."""
    text = value.replace("'", "''")
    _open(city, table).delete(f"{_quoted(column)} = '{text}'")
    compact(city, table, keep=set())


def history(city: str, table: str) -> list[tuple[int, datetime, str]]:
    """(version, when, how) of every version, newest first."""
    entries = _open(city, table).history()
    return [(e["version"], datetime.fromtimestamp(e["timestamp"] / 1000).astimezone(), e["operation"]) for e in entries]


def differences(
    city: str, table: str, columns: Sequence[str], key: Sequence[str], before: int | None, after: int
) -> pl.DataFrame:
    """Rows that differ in these columns between two versions: the key, `change` (new, gone or changed) and `columns`.

    `columns` lists, for a changed row, which of them differ. Where there was no version `before`, every row is new.
    """
    new = _shown(city, table, columns, after)
    old = f"{new} WHERE false" if before is None else _shown(city, table, columns, before)
    keys = ", ".join(map(_quoted, key))
    differing = ", ".join(f"CASE WHEN a.{c} IS DISTINCT FROM b.{c} THEN '{name}' END" for name, c in _named(columns))
    query = f"""
        WITH old AS ({old}), new AS ({new}), a AS (FROM old EXCEPT FROM new), b AS (FROM new EXCEPT FROM old)
        SELECT {keys}, CASE WHEN a.here IS NULL THEN 'new' WHEN b.here IS NULL THEN 'gone' ELSE 'changed' END AS change,
          CASE WHEN a.here AND b.here THEN list_filter([{differing}], lambda c: c IS NOT NULL) ELSE [] END AS columns
        FROM a FULL JOIN b USING ({keys}) ORDER BY {keys}"""
    with duckdb.connect() as connection:
        return connection.sql(query).pl()


def _shown(city: str, table: str, columns: Sequence[str], at: int) -> str:
    found = files(city, table, at)
    wanted = ", ".join(_quoted(name) if found else f"NULL AS {_quoted(name)}" for name in columns)
    rows = f"FROM read_parquet({found!r})" if found else "WHERE false"
    return f"SELECT {wanted}, true AS here {rows}"


def _named(columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((name, _quoted(name)) for name in columns)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def compact(city: str, table: str, keep: set[int]) -> int:
    """Delete files that neither the newest version nor a kept one needs; how many were deleted."""
    current = _open(city, table)
    needed = set(files(city, table)) | {name for at in keep for name in files(city, table, at)}
    unneeded = [name for at in range(current.version()) for name in _still_there(city, table, at) if name not in needed]
    for name in set(unneeded):
        Path(name).unlink(missing_ok=True)
    return len(set(unneeded))


def _still_there(city: str, table: str, at: int) -> list[str]:
    return [name for name in files(city, table, at) if Path(name).exists()]
