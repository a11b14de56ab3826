"""The twin in the lake: `twin.objects` and `twin.faces`, with a branch for each plan beside today's city.

A branch holds only what differs: its objects stand in place of today's of the same id, and one of the kind Removed
takes an object away. Nothing here is personal: buildings, not who lives in them.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
from django.conf import settings

from toimiva.capabilities.twin.rows import (
    FACES,
    FINDINGS,
    FLOOD,
    HEIGHTS,
    NOISE,
    OBJECTS,
    PLACES,
    ROADS,
    SOLAR,
    VIEWS,
    WALKS,
    Rows,
    rows_of,
)
from toimiva.core.city.api import City
from toimiva.core.errors import Invalid, NotFound
from toimiva.core.lake import api as lake
from toimiva.engines.citymodels.api import CityObject, Frame
from toimiva.engines.solids.api import Floats

__all__ = [
    "FINDINGS_TABLE", "FLOOD_TABLE", "MESH", "NOISE_TABLE", "PLACES_TABLE", "REMOVED", "ROADS_TABLE", "SOLAR_TABLE",
    "TODAY", "VIEWS_TABLE", "WALKS_TABLE", "State", "branches", "count_objects", "drop", "home", "is_branch",
    "is_there", "keep", "keep_again", "keep_heights", "opened", "quoted", "replace", "state", "table_files", "version",
    "waiting", "write_spooled",
]  # fmt: skip

_OBJECTS, _FACES, _HEIGHTS = "twin.objects", "twin.faces", "twin.heights"
SOLAR_TABLE, FINDINGS_TABLE = "twin.solar", "twin.findings"
PLACES_TABLE, ROADS_TABLE, WALKS_TABLE = "twin.places", "twin.roads", "twin.walks"
NOISE_TABLE, FLOOD_TABLE, VIEWS_TABLE = "twin.noise", "twin.flood", "twin.views"
_VIEWS = {
    "all_objects": (_OBJECTS, OBJECTS), "all_faces": (_FACES, FACES), "heights": (_HEIGHTS, HEIGHTS),
    "all_solar": (SOLAR_TABLE, SOLAR), "all_findings": (FINDINGS_TABLE, FINDINGS), "places": (PLACES_TABLE, PLACES),
    "roads": (ROADS_TABLE, ROADS), "all_walks": (WALKS_TABLE, WALKS), "all_noise": (NOISE_TABLE, NOISE),
    "all_flood": (FLOOD_TABLE, FLOOD), "all_views": (VIEWS_TABLE, VIEWS),
}  # fmt: skip
State = tuple[Path, tuple[int, ...]]
REMOVED = "Removed"
TODAY, MESH = "today", "mesh"  # names that no plan has: the city as it is, and as it was photographed
_BRANCH = re.compile(r"[a-zåäö0-9][a-zåäö0-9-]{0,39}")


def home(city: City) -> Path:
    """Where the twin's files that are made from the lake are kept."""
    return Path(settings.HOME) / "twin" / city.id


def is_branch(name: str) -> bool:
    """Whether a plan may be called so: its name is a folder's and part of an address."""
    return _BRANCH.fullmatch(name) is not None and name not in (TODAY, MESH)


def _checked(branch: str) -> str:
    if branch and not is_branch(branch):
        mend = "Use up to 40 small letters, digits and hyphens; `today` and `mesh` are the city as it is."
        raise Invalid(what=f"{branch[:40]!r} is no name of a plan.", mend=mend)
    return branch


def is_there(city: City) -> bool:
    """Whether anything has been brought in."""
    return _OBJECTS in lake.tables(city.id)


def version(city: City) -> int:
    """The lake's version of the twin: a number that grows with every change."""
    return lake.version(city.id, _OBJECTS) if is_there(city) else -1


def state(city: City) -> State:
    """Where the twin's tables are, and their versions: what was made from them holds while this is the same."""
    there = set(lake.tables(city.id))
    versions = tuple(lake.version(city.id, table) if table in there else -1 for table, _ in _VIEWS.values())
    return home(city), versions


def replace(city: City, table: str, rows: pa.Table, column: str, value: str) -> None:
    """Put rows in place of those that have this value, a source's or a branch's, in a column."""
    lake.write_part(city.id, table, iter(rows.to_batches()), rows.schema, f"{column} = '{quoted(value)}'")


def keep_heights(city: City, source: str, points: Floats, frame: Frame) -> None:
    """Terrain of a source in place of what it gave before."""
    count = len(points)
    columns = [
        pa.array([source] * count), pa.array(np.full(count, frame.metric), pa.int32()), pa.array(points[:, 0]),
        pa.array(points[:, 1]), pa.array(points[:, 2]), pa.array(np.full(count, frame.undulation)),
    ]  # fmt: skip
    replace(city, _HEIGHTS, pa.Table.from_arrays(columns, schema=HEIGHTS), "source", source)


def count_objects(city: City) -> int:
    """How many objects today's city has."""
    if not is_there(city):
        return 0
    with opened(city) as asked:
        row = asked.execute("SELECT count(*) FROM objects").fetchone()
    return int(row[0]) if row else 0


def sources(city: City) -> set[str]:
    """The files that today's objects came in."""
    if not is_there(city):
        return set()
    with opened(city) as asked:
        return {source for (source,) in asked.sql("SELECT DISTINCT source FROM objects").fetchall()}


def keep(city: City, source: str, branch: str, rows: Iterator[Rows]) -> int:
    """Put a source's objects in place of what it gave before; how many. Taken a batch at a time, in bounded memory.

    All is read onto disk first, so that an error while reading leaves both tables alone. Raises Invalid for a name that
    no plan may have.
    """
    where = f"source = '{quoted(source)}' AND branch = '{_checked(branch)}'"
    with waiting(city) as folder:
        files = {_FACES: folder / "faces.arrow", _OBJECTS: folder / "objects.arrow"}
        count = _spool(rows, files[_OBJECTS], files[_FACES])
        for table, file in files.items():
            write_spooled(city, table, file, where)
    return count


@contextmanager
def waiting(city: City) -> Iterator[Path]:
    """A folder for what has been read whole before it is written, beside the twin's files and gone afterwards."""
    home(city).mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=home(city)) as folder:
        yield Path(folder)
    pa.default_memory_pool().release_unused()


def write_spooled(city: City, table: str, file: Path, where: str, **how: int) -> None:
    """Put an Arrow file's rows in place of those that a predicate names, a batch at a time; `how` is the lake's."""
    with pa.OSFile(str(file)) as kept:  # mapped into memory, it would count as held
        read = pa.ipc.open_file(kept)
        batches = (read.get_batch(number) for number in range(read.num_record_batches))
        lake.write_part(city.id, table, batches, read.schema, where, **how)


def _spool(rows: Iterator[Rows], objects: Path, faces: Path) -> int:
    count = 0
    with (
        pa.ipc.new_file(str(objects), OBJECTS) as to_objects,
        pa.ipc.new_file(str(faces), FACES) as to_faces,
    ):
        for batch in rows:
            to_objects.write_table(batch.objects)
            to_faces.write_table(batch.faces)
            count += batch.objects.num_rows
    return count


def keep_again(city: City, source: str, branch: str, mended: list[CityObject]) -> None:
    """Objects that were read from the lake and changed, in place of what they were: metres of the same system."""
    with opened(city) as asked:
        told = asked.execute(
            "SELECT any_value(epsg), any_value(undulation), median(x), median(y) FROM all_objects "
            "WHERE source = ? AND branch = ? AND placed", [source, branch]
        ).fetchone()  # fmt: skip
    if told is None or told[0] is None:
        raise NotFound(what=f"The twin has nothing from {source}.", mend="See `toimiva twin ask sources`.")
    frame = Frame.kept(told[0], (told[2], told[3]), told[1])
    keep(city, source, branch, iter([rows_of(mended, source, branch, frame)]))


def drop(city: City, branch: str) -> int:
    """Take a plan away, with its tiles; how many objects it had. Raises NotFound for a plan that is not there."""
    with opened(city, branch) as asked:
        row = asked.execute("SELECT count(*) FROM all_objects WHERE branch = ?", [branch]).fetchone()
    of_branches = {table: schema for table, schema in _VIEWS.values() if "branch" in schema.names}
    for table, schema in of_branches.items():
        if table in lake.tables(city.id):
            replace(city, table, schema.empty_table(), "branch", branch)
    shutil.rmtree(home(city) / "tiles" / branch, ignore_errors=True)
    return int(row[0]) if row else 0


def branches(city: City) -> list[str]:
    """Names of the branches that differ from today."""
    with opened(city) as asked:
        rows = asked.sql("SELECT DISTINCT branch FROM all_objects WHERE branch <> '' ORDER BY branch").fetchall()
    return [name for (name,) in rows]


@contextmanager
def opened(city: City, branch: str = "") -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with the views `objects`, `faces`, `solar` and `findings` of a branch, those of all branches
    (`all_objects`, ...) and `heights`. What was computed of an object that has changed since is left out.

    Raises NotFound where the twin is empty, or has no such plan.
    """
    if not is_there(city):
        raise NotFound(
            what=f"The twin of {city.id} is empty.", why="No model has been brought in.",
            mend="Run `toimiva twin import FOLDER`.",
        )  # fmt: skip
    name = quoted(branch)
    with duckdb.connect() as asked:
        for view, (table, schema) in _VIEWS.items():
            _show(asked, city, view, table, schema)
        if branch and not asked.execute("FROM all_objects WHERE branch = ? LIMIT 1", [branch]).fetchone():
            raise NotFound(what=f"There is no plan {branch[:40]!r}.", mend="See `toimiva twin ask sources`.")
        todays = f"branch = '' AND NOT EXISTS (FROM all_objects b WHERE b.branch = '{name}' AND b.id = o.id)"
        of_it = f"(branch = '{name}' OR {todays})" if branch else "branch = ''"
        asked.execute(f"CREATE VIEW objects AS SELECT * FROM all_objects o WHERE kind <> '{REMOVED}' AND {of_it}")
        asked.execute(
            "CREATE VIEW faces AS SELECT f.* FROM all_faces f SEMI JOIN objects o "
            "ON f.object = o.id AND f.branch = o.branch AND f.source = o.source"
        )
        asked.execute(f"CREATE VIEW findings AS SELECT * FROM all_findings WHERE branch = '{name}'")
        for view in ("solar", "noise", "walks", "flood", "views"):
            asked.execute(
                f"CREATE VIEW {view} AS SELECT s.* FROM all_{view} s SEMI JOIN objects o ON o.id = s.object "
                f"AND o.source = s.source AND o.digest = s.digest WHERE s.branch = '{name}'"
            )
        yield asked


def _show(asked: duckdb.DuckDBPyConnection, city: City, view: str, table: str, schema: pa.Schema) -> None:
    """A view of a table, without rows where nothing has been kept in it yet."""
    files = lake.files(city.id, table) if table in lake.tables(city.id) else []
    if files:
        asked.execute(f"CREATE VIEW {view} AS SELECT * FROM read_parquet({files!r})")
    else:
        asked.register(view, pl.from_arrow(schema.empty_table()))


def table_files(city: City) -> Iterator[str]:
    """The files that the twin's tables are in."""
    for table in sorted({table for table, _ in _VIEWS.values()} & set(lake.tables(city.id))):
        yield from lake.files(city.id, table)


def quoted(text: str) -> str:
    """Text as it stands between the quotes of SQL."""
    return text.replace("'", "''")
