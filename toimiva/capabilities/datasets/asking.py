"""SQL over the public tables of a city: a database of its own for each question, cut off, with limits."""

from __future__ import annotations

import re

import duckdb

from toimiva.core.city.api import City
from toimiva.core.errors import Invalid
from toimiva.core.lake.api import Answer, answer
from toimiva.core.publishing.api import open_tables

__all__ = ["MOST_ROWS", "ask", "tables_in"]

MOST_ROWS, SECONDS, LONGEST = 1000, 5.0, 5000
_SETTINGS = (
    "SET memory_limit = '256MB'", "SET threads = 1", "SET max_temp_directory_size = '0KB'",
    "SET enable_external_access = false", "SET lock_configuration = true",
)  # fmt: skip


def tables_in(sql: str) -> list[str]:
    """The open tables that a question may be about: their names are in it."""
    return [name for name in open_tables if re.search(rf"\b{name.replace('-', '[-_]')}\b", sql)]


def ask(city: City, sql: str) -> Answer:
    """The answer to one SELECT over open tables by their names. Raises Invalid, saying what is wrong."""
    if len(sql) > LONGEST:
        raise Invalid(what=f"The question has more than {LONGEST} characters.", mend="Ask something shorter.")
    with duckdb.connect(":memory:") as connection:
        for name in tables_in(sql):
            rows = open_tables[name].rows(city).to_arrow()  # noqa: F841 - DuckDB finds it by its name
            connection.execute(f'CREATE TABLE "{name.replace("-", "_")}" AS SELECT * FROM rows')
        for setting in _SETTINGS:
            connection.execute(setting)
        names = ", ".join(name.replace("-", "_") for name in open_tables)
        return answer(connection, sql, most=MOST_ROWS, seconds=SECONDS, tables=names)
