"""Questions to the twin: SQL over its tables, or a question the city has named. Only the twin's files are open.

Tables: `objects` and `faces` of today or of a branch, `solar`, and `all_objects`, `all_faces` over all branches. Areas
are in m2, heights in metres, angles in degrees; `metres(lon, lat, lon, lat)` is the distance on a sphere. `objects` has
the `district` (sub-area) that it stands in, where the city's boundaries are loaded.
"""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from toimiva.capabilities.twin import keeping
from toimiva.core.city.api import City
from toimiva.core.errors import Fault, Invalid, NotFound
from toimiva.core.geography import api as geography

__all__ = ["MOST_ROWS", "Answer", "Question", "ask", "question", "questions"]

MOST_ROWS, SECONDS = 10_000, 60.0
_METRES = """
    CREATE MACRO metres(lon1, lat1, lon2, lat2) AS 2 * 6371008.8 * asin(sqrt(
      pow(sin(radians(lat2 - lat1) / 2), 2)
      + cos(radians(lat1)) * cos(radians(lat2)) * pow(sin(radians(lon2 - lon1) / 2), 2)))
"""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with a name: its title by language, SQL with $parameters, and what they are unless told."""

    name: str
    title: Mapping[str, str]
    sql: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """Names of the columns, rows, and whether there were more."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    more: bool


def questions(city: City) -> dict[str, Question]:
    """Questions of the city by name. Raises Invalid for a folder that cannot be read."""
    return {file.stem: _question(file) for file in sorted((city.folder / "twin" / "questions").glob("*.toml"))}


def _question(file: Path) -> Question:
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
        return Question(file.stem, told["title"], told["sql"], told.get("parameters", {}))
    except (tomllib.TOMLDecodeError, KeyError) as error:
        fault = Fault(str(file), 0, f"{type(error).__name__}: {error}", "It needs `title` and `sql`.")
        raise Invalid(what=f"The question {file.stem} cannot be read.", faults=[fault]) from error


def question(city: City, name: str) -> Question:
    """A question by its name. Raises NotFound with those that there are."""
    found = questions(city).get(name)
    if found is None:
        names = ", ".join(questions(city))
        raise NotFound(
            what=f"There is no question {name!r}.", mend=f"There are {names}; or write SQL, with a space in it."
        )
    return found


def ask(city: City, sql: str, parameters: Mapping[str, Any], branch: str = "") -> Answer:
    """The answer to one SELECT. Raises Invalid, saying what is wrong, and NotFound where the twin is empty."""
    with keeping.opened(city, branch) as asked:
        _prepared(asked, city, branch)
        return _limited(asked, sql, dict(parameters))


def _prepared(asked: duckdb.DuckDBPyConnection, city: City, branch: str) -> None:
    """Districts and the sun beside the objects; then everything but the twin's files is shut."""
    asked.register("districts", _districts(city))
    asked.execute("ALTER VIEW objects RENAME TO plain_objects")
    asked.execute(
        "CREATE VIEW objects AS SELECT o.*, d.district FROM plain_objects o LEFT JOIN districts d "
        "ON d.id = o.id AND d.source = o.source AND d.branch = o.branch"
    )
    files = list(keeping.table_files(city))
    asked.execute(_METRES)
    asked.execute(f"SET allowed_paths = {files!r}")
    for setting in ("SET enable_external_access = false", "SET lock_configuration = true"):
        asked.execute(setting)


def _districts(city: City) -> pl.DataFrame:
    return _located(city.id, keeping.version(city), len(geography.areas(city)))


@lru_cache(maxsize=4)
def _located(city_id: str, _version: int, areas: int) -> pl.DataFrame:
    from toimiva.core.city import api as cities

    city = cities.load(city_id)
    with keeping.opened(city) as asked:
        rows = asked.sql("SELECT id, source, branch, longitude, latitude FROM all_objects WHERE placed").pl()
    if not areas or rows.is_empty():
        return rows.select("id", "source", "branch", pl.lit(None, pl.String).alias("district"))
    x, y = geography.to_grid(rows["longitude"].to_numpy(), rows["latitude"].to_numpy())
    codes = geography.locate(city, list(zip(x.tolist(), y.tolist(), strict=True)))
    names = [geography.area_name(city, code, "fi") if code else None for code in codes]
    return rows.select("id", "source", "branch", pl.Series("district", names, pl.String))


def _limited(asked: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, Any]) -> Answer:
    timer = threading.Timer(SECONDS, asked.interrupt)
    timer.start()
    try:
        statements = asked.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise Invalid(what="Only one SELECT can be asked.", mend="Begin with SELECT or WITH; leave out semicolons.")
        found = asked.execute(statements[0], parameters or None)
        columns = [name for name, *_ in found.description or ()]
        rows = found.fetchmany(MOST_ROWS + 1)
    except duckdb.InterruptException as error:
        raise Invalid(what=f"The question took more than {SECONDS:g} seconds.", mend="Ask for less at once.") from error
    except duckdb.Error as error:
        mend = (
            "There are objects, faces, solar (after `toimiva twin solar`), heights, findings, all_objects, all_faces."
        )
        raise Invalid(what="The question cannot be answered.", why=str(error).splitlines()[0], mend=mend) from error
    finally:
        timer.cancel()
    return Answer(columns, rows[:MOST_ROWS], len(rows) > MOST_ROWS)
