"""Rows drawn by a stated rule: residents with their household, the same for every engine."""

from __future__ import annotations

from pathlib import Path

import duckdb

__all__ = ["rows"]


def rows(folder: Path, count: int) -> Path:
    """A Parquet file of `count` residents: person, resident and household, as the model takes them. Not timed."""
    file = folder / f"residents-{count}.parquet"
    if not file.exists():
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({_SQL.replace('COUNT', str(count))}) TO '{file}' (ROW_GROUP_SIZE 122880)")
    return file


_DRAW = "CAST(hash({} + i * 31) % {} AS INTEGER)"
_SQL = f"""
SELECT i AS person,
  {{born: DATE '1930-01-01' + {_DRAW.format(1, 35000)}, moved: DATE '2000-01-01' + {_DRAW.format(2, 10500)},
    income: CAST({_DRAW.format(3, 4000)} AS DECIMAL(28,6))}} AS resident,
  list_transform(range({_DRAW.format(4, 5)}), lambda k: {{
    born: DATE '1950-01-01' + CAST(hash(i * 7 + k) % 28000 AS INTEGER),
    income: CAST(hash(i * 11 + k) % 1600 AS DECIMAL(28,6))}}) AS household
FROM range(COUNT) t(i)
"""
