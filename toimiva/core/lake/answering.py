"""One SELECT answered by a database that is shut to everything else, within seconds."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from toimiva.core.errors import Invalid

__all__ = ["Answer", "answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """Names of the columns, rows, and whether there were more."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    more: bool


def answer(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, Any] | None = None, *, most: int,
    seconds: float, tables: str,
) -> Answer:  # fmt: skip
    """At most so many rows, in so many seconds; who calls has shut the connection. Raises Invalid, saying what is
    wrong, with the names of the `tables` that there are."""
    timer = threading.Timer(seconds, connection.interrupt)
    timer.start()
    try:
        statements = connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise Invalid(what="Only one SELECT can be asked.", mend="Begin with SELECT or WITH; leave out semicolons.")
        found = connection.execute(statements[0], dict(parameters) if parameters else None)
        columns = [name for name, *_ in found.description or ()]
        rows = found.fetchmany(most + 1)
    except duckdb.InterruptException as error:
        raise Invalid(what=f"The question took more than {seconds:g} seconds.", mend="Ask for less at once.") from error
    except duckdb.Error as error:
        why, mend = _why(error), f"There are {tables}. SELECT * FROM one of them LIMIT 1 shows its columns."
        raise Invalid(what="The question cannot be answered.", why=why, mend=mend) from error
    finally:
        timer.cancel()
    return Answer(columns, rows[:most], len(rows) > most)


def _why(error: duckdb.Error) -> str:
    """What DuckDB says is wrong, and which names like it there are."""
    first, *rest = str(error).splitlines()
    return " ".join([first, *(line for line in rest if line.startswith(("Candidate bindings", "Did you mean")))])
