"""Questions to the twin: SQL over its tables, or a question the city has named. Only the twin's files are open.

Tables: `objects`, `faces`, `solar`, `views`, `noise`, `walks`, `flood` and `findings` of today or of a branch;
`places`, `roads`, `heights`; `all_objects`, `all_faces` over all branches. Areas are in m2, heights in metres, angles
in degrees; `metres(lon, lat, lon, lat)` is the distance on a sphere. `objects` has the `district` (sub-area) that it
stands in, where the city's boundaries are loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from toimiva.capabilities.twin import keeping
from toimiva.core.city import api as cities
from toimiva.core.city.api import City, Strict, Texts
from toimiva.core.errors import NotFound
from toimiva.core.geography import api as geography
from toimiva.core.lake.api import Answer, answer

__all__ = ["MOST_ROWS", "Question", "ask", "question", "questions"]

MOST_ROWS, SECONDS = 10_000, 60.0
_TABLES = (
    "objects, faces, solar (after `twin solar`), views (after `twin views`), noise (after `twin noise`), walks (after "
    "`twin walks`), flood (after `twin flood`), findings (after `twin check`), places, roads, heights, all_objects, "
    "all_faces"
)
_METRES = """
    CREATE MACRO metres(lon1, lat1, lon2, lat2) AS 2 * 6371008.8 * asin(sqrt(
      pow(sin(radians(lat2 - lat1) / 2), 2)
      + cos(radians(lat1)) * cos(radians(lat2)) * pow(sin(radians(lon2 - lon1) / 2), 2)))
"""


class Question(Strict):
    """A question with a name: its title by language, SQL with $parameters, and what they are unless told."""

    name: str
    title: Texts
    sql: str
    parameters: Mapping[str, str | int | float] = {}


def questions(city: City) -> dict[str, Question]:
    """Questions of the city by name. Raises Invalid for a folder that cannot be read."""
    return {file.stem: _question(file) for file in city.all("twin/questions/*.toml")}


def _question(file: Path) -> Question:
    return cities.read_model(file, Question, f"The question {file.stem} cannot be asked.", name=file.stem)


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
        _prepared(asked, city)
        return answer(asked, sql, parameters, most=MOST_ROWS, seconds=SECONDS, tables=_TABLES)


def _prepared(asked: duckdb.DuckDBPyConnection, city: City) -> None:
    """Districts beside the objects; then everything but the twin's files is shut."""
    asked.register("districts", _districts(city))
    asked.execute("ALTER VIEW objects RENAME TO plain_objects")
    asked.execute(
        "CREATE VIEW objects AS SELECT o.*, d.district FROM plain_objects o LEFT JOIN districts d "
        "ON d.id = o.id AND d.source = o.source AND d.branch = o.branch"
    )
    asked.execute(_METRES)
    asked.execute(f"SET allowed_paths = {list(keeping.table_files(city))!r}")
    for setting in ("SET enable_external_access = false", "SET lock_configuration = true"):
        asked.execute(setting)


def _districts(city: City) -> pl.DataFrame:
    return _located(city.id, keeping.version(city), len(geography.areas(city)))


@lru_cache(maxsize=4)
def _located(city_id: str, _version: int, areas: int) -> pl.DataFrame:
    city = cities.load(city_id)
    with keeping.opened(city) as asked:
        rows = asked.sql("SELECT id, source, branch, longitude, latitude FROM all_objects WHERE placed").pl()
    if not areas or rows.is_empty():
        return rows.select("id", "source", "branch", pl.lit(None, pl.String).alias("district"))
    x, y = geography.to_grid(rows["longitude"].to_numpy(), rows["latitude"].to_numpy())
    codes = geography.locate(city, list(zip(x.tolist(), y.tolist(), strict=True)))
    names = [geography.area_name(city, code, "fi") if code else None for code in codes]
    return rows.select("id", "source", "branch", pl.Series("district", names, pl.String))
