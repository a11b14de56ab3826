"""SQL over the public tables of a city: a database of its own for each question, cut off, with limits."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from toimiva.core.city.api import City
from toimiva.core.errors import Invalid
from toimiva.core.publishing.api import open_tables

__all__ = ["MOST_ROWS", "Answer", "ask"]

MOST_ROWS, SECONDS, LONGEST = 1000, 5.0, 5000
_SETTINGS = (
    "SET memory_limit = '256MB'", "SET threads = 1", "SET max_temp_directory_size = '0KB'",
    "SET enable_external_access = false", "SET lock_configuration = true",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """Names of the columns, rows, and whether there were more."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    more: bool


def ask(city: City, sql: str) -> Answer:
    """The answer to one SELECT over open tables by their names. Raises Invalid, saying what is wrong."""
    if len(sql) > LONGEST:
        raise Invalid(what=f"The question has more than {LONGEST} characters.", mend="Ask something shorter.")
    with duckdb.connect(":memory:") as connection:
        for name in open_tables:
            if re.search(rf"\b{name.replace('-', '[-_]')}\b", sql):
                rows = open_tables[name].rows(city).to_arrow()  # noqa: F841 - DuckDB finds it by its name
                connection.execute(f'CREATE TABLE "{name.replace("-", "_")}" AS SELECT * FROM rows')
        for setting in _SETTINGS:
            connection.execute(setting)
        return _limited(connection, sql)


def _limited(connection: duckdb.DuckDBPyConnection, sql: str) -> Answer:
    """Run it for some seconds at most."""
    timer = threading.Timer(SECONDS, connection.interrupt)
    timer.start()
    try:
        statements = connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise Invalid(what="Only one SELECT can be asked.", mend="Begin with SELECT or WITH; leave out semicolons.")
        found = connection.execute(statements[0])
        columns = [name for name, *_ in found.description or ()]
        rows = found.fetchmany(MOST_ROWS + 1)
    except duckdb.InterruptException as error:
        raise Invalid(what=f"The question took more than {SECONDS:g} seconds.", mend="Ask for less at once.") from error
    except duckdb.Error as error:
        names = ", ".join(name.replace("-", "_") for name in open_tables)
        raise Invalid(
            what="The question cannot be answered.", why=str(error).splitlines()[0], mend=f"There are {names}."
        ) from error
    finally:
        timer.cancel()
    return Answer(columns, rows[:MOST_ROWS], len(rows) > MOST_ROWS)
