"""The twin as 3D Tiles 1.1: an implicit quadtree over the city, of which only changed tiles are built again."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import polars as pl

from toimiva.capabilities.twin import keeping, workers
from toimiva.capabilities.twin.ground import write_ground
from toimiva.capabilities.twin.meshing import NUMBERS, build_part, build_rows
from toimiva.core.city.api import City
from toimiva.core.errors import Invalid
from toimiva.engines.tiles3d.api import CLASS, LEVELS, Cell, Region, arrange, subtree_files

__all__ = ["Tiled", "build_tiles", "folder_of", "region_of"]

_MOST = 160  # objects in a tile
_PART = 1000  # objects built at a time by one process
_HELD = 200_000  # faces of all parts that wait in memory before they are written
_SMALL = 1500  # objects: fewer are built here, before another process has started
_EDGE = 1e-7  # radians, half a metre: what is rounded stays inside
_LOOK = "4"  # of tiles: another look, another build


@dataclass(frozen=True, slots=True)
class Tiled:
    """What a build did. `built` tiles were made, `kept` stood as they were, `removed` went."""

    folder: str
    objects: int
    tiles: int
    built: int
    kept: int
    removed: int
    bytes: int
    first_view_bytes: int


def folder_of(city: City, branch: str = "") -> Path:
    """Where the tiles of today's city, of a branch or of the reality mesh are."""
    return keeping.home(city) / "tiles" / (branch or keeping.TODAY)


def build_tiles(city: City, branch: str = "") -> Tiled:
    """Build the tiles of today's city, or of a branch, that differ from what is there. Raises NotFound where the twin
    is empty, and Invalid where nothing in it lies on the earth."""
    folder = folder_of(city, branch)
    folder.mkdir(parents=True, exist_ok=True)
    with keeping.opened(city, branch) as asked:
        placed = _placed(asked)
        root = _root(placed)
        placed = _arranged(placed, root)
        wanted = _digests(placed)
        before = _before(folder)
        changed = {cell for cell, digest in wanted.items() if before.get(cell) != digest}
        # a stop from here on leaves no tile that is taken for what it is not
        _remember(folder, {cell: digest for cell, digest in before.items() if cell not in changed})
        write_ground(asked, folder)
        few = _count(placed, changed) <= _SMALL
        if changed and few:
            asked.register("wanted", _parted(placed, changed))
            build_rows(asked.sql(_drawn()).to_arrow_table(), folder)
    if not few:
        _build_parts(city, branch, _parted(placed, changed), folder)
    gone = set(before) - set(wanted)
    for cell in gone:
        _content(folder, cell).unlink(missing_ok=True)
    _write_index(folder, placed, root, set(wanted))
    _remember(folder, wanted)
    sizes = {cell: _content(folder, cell).stat().st_size for cell in wanted}
    return Tiled(
        str(folder), placed.height, len(wanted), len(changed), len(wanted) - len(changed), len(gone),
        sum(sizes.values()), sum(size for cell, size in sizes.items() if cell[0] <= _first_levels(root)),
    )  # fmt: skip


def _first_levels(root: Region) -> int:
    """Levels that a view of the whole city draws: those whose error is more than 16 pixels of 800 from that far."""
    across = _metres(root)
    return next(level for level in range(32) if _error(root) / 2**level * 800 / (1.15 * across) < 16)


def _placed(asked: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Objects that have something to draw and lie on the earth, each with its box."""
    found = asked.sql(
        "SELECT id, source, branch, digest, west, south, east, north, ground + undulation AS low, "
        "top + undulation AS high, "
        "greatest(top - ground, 0) AS height FROM objects WHERE placed AND faces > 0 ORDER BY id, source"
    ).pl()
    if found.is_empty():
        raise Invalid(what="The twin has nothing to draw.", mend="See `toimiva twin check` for what is wrong with it.")
    return found


def _root(placed: pl.DataFrame) -> Region:
    """A box around everything, rounded outwards so that small changes at its edge do not move every tile."""
    west, south = (float(placed[name].min()) for name in ("west", "south"))  # type: ignore[arg-type]
    east, north = (float(placed[name].max()) for name in ("east", "north"))  # type: ignore[arg-type]
    low, high = float(placed["low"].min()), float(placed["high"].max())  # type: ignore[arg-type]
    step = 0.005  # degrees
    west, south = (float(np.radians(np.floor(edge / step) * step)) for edge in (west, south))
    east, north = (float(np.radians(np.ceil(edge / step) * step)) for edge in (east, north))
    return Region(west, south, east, north, np.floor(low / 10) * 10, np.ceil(high / 10) * 10)


def _arranged(placed: pl.DataFrame, root: Region) -> pl.DataFrame:
    box = np.radians(placed.select("west", "south", "east", "north").to_numpy())
    middles = (box[:, :2] + box[:, 2:]) / 2
    span = (box[:, 2:] - box[:, :2]) * 6_371_000
    sizes = np.hypot(span[:, 0] * np.cos(middles[:, 1]), span[:, 1]) + placed["height"].to_numpy()
    tiling = arrange(middles, sizes, root, _MOST)
    return placed.with_columns(
        pl.Series("level", tiling.level), pl.Series("x", tiling.x), pl.Series("y", tiling.y), pl.Series("size", sizes)
    )  # fmt: skip


def _digests(placed: pl.DataFrame) -> dict[Cell, str]:
    """What each tile holds, in a digest: its objects by id with what they are."""
    joined = pl.concat_str("id", "source", "digest", separator="|").str.join("\n")  # in the order of ids, as they come
    tiles = placed.group_by("level", "x", "y").agg(joined)
    return {
        (level, x, y): hashlib.blake2b(held.encode(), digest_size=16).hexdigest()
        for level, x, y, held in tiles.iter_rows()
    }


def _before(folder: Path) -> dict[Cell, str]:
    try:
        kept = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if kept.get("look") != _LOOK:
        return {}
    cells = {_cell(name): digest for name, digest in kept["tiles"].items()}
    return {cell: digest for cell, digest in cells.items() if _content(folder, cell).exists()}


def _remember(folder: Path, tiles: Mapping[Cell, str]) -> None:
    state = {"/".join(map(str, cell)): digest for cell, digest in sorted(tiles.items())}
    (folder / "state.json").write_text(json.dumps({"look": _LOOK, "tiles": state}), encoding="utf-8")


def _cell(name: str) -> Cell:
    level, x, y = map(int, name.split("/"))
    return level, x, y


def _content(folder: Path, cell: Cell) -> Path:
    level, x, y = cell
    return folder / "content" / str(level) / str(x) / f"{y}.glb"


def _count(placed: pl.DataFrame, changed: set[Cell]) -> int:
    """How many objects are in these tiles."""
    wanted = _frame(changed)
    return placed.select(wanted.columns).join(wanted, on=wanted.columns, how="semi").height


def _frame(tiles: set[Cell]) -> pl.DataFrame:
    return pl.DataFrame(sorted(tiles), schema=dict.fromkeys(("level", "x", "y"), pl.Int64), orient="row")


def _parted(placed: pl.DataFrame, changed: set[Cell]) -> pl.DataFrame:
    """Objects of the tiles that changed, each with the part that it is built in."""
    wanted = _frame(changed)
    objects = placed.select("id", "source", "branch", *wanted.columns).join(wanted, on=wanted.columns)
    # a tile is never cut in two: it goes with its first object
    first = pl.col("at").min().over(wanted.columns)
    return objects.sort(wanted.columns).with_row_index("at").with_columns((first // _PART).alias("part")).drop("at")


def _build_parts(city: City, branch: str, objects: pl.DataFrame, folder: Path) -> None:
    """The tiles of many objects, by other processes. In a connection of its own: one holds what it once read."""
    with TemporaryDirectory(dir=folder) as within:
        with keeping.opened(city, branch) as asked:
            asked.register("wanted", objects)
            parts = -(-objects.height // _PART)
            asked.execute(f"SET partitioned_write_flush_threshold = {max(_HELD // parts, 100)}")
            asked.execute(
                f"COPY ({_drawn()}) TO '{within}' (FORMAT parquet, PARTITION_BY (part), COMPRESSION uncompressed)"
            )
        files = sorted(Path(within).rglob("*.parquet"))
        with workers.pool() as pool:
            list(pool.map(build_part, files, [folder] * len(files)))


_DRAWN = """
    SELECT w.part, w.level, w.x, w.y, o.id, o.name, o.kind, o.source, o.undulation, {numbers},
      f.kind AS face_kind, f.rings, f.epsg
    FROM all_faces f JOIN wanted w ON f.object = w.id AND f.source = w.source AND f.branch = w.branch
    JOIN objects o ON o.id = w.id AND o.source = w.source AND o.branch = w.branch
    WHERE f.shown AND f.shell = 0 AND f.kind <> 'ClosureSurface'
      AND (f.kind <> 'GroundSurface' OR o.top - o.ground < 0.01)
"""


def _drawn() -> str:
    told = {"height": "greatest(o.top - o.ground, 0)"}
    numbers = ", ".join(f"CAST({told.get(name, f'o.{name}')} AS FLOAT) AS {name}" for name in NUMBERS)
    return _DRAWN.format(numbers=numbers)


def _write_index(folder: Path, placed: pl.DataFrame, root: Region, content: set[Cell]) -> None:
    tiles = _regions(placed)
    subtrees = folder / "subtrees"
    shutil.rmtree(subtrees, ignore_errors=True)
    for (level, x, y), data in subtree_files(tiles, content):
        file = subtrees / str(level) / str(x) / f"{y}.subtree"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    document = _tileset(root, tiles[0, 0, 0], max(level for level, _, _ in tiles) + 1)
    (folder / "tileset.json").write_text(json.dumps(document), encoding="utf-8")


def _regions(placed: pl.DataFrame) -> dict[Cell, Region]:
    """The region of every tile: around what stands in it and in all tiles below it."""
    own = placed.group_by("level", "x", "y").agg(pl.min("west", "south", "low"), pl.max("east", "north", "high"))
    boxes: dict[Cell, Box] = {}
    for level, x, y, *box in own.select("level", "x", "y", *Region.__match_args__).iter_rows():
        for up in range(level + 1):
            cell = level - up, x >> up, y >> up
            boxes[cell] = _around(boxes.get(cell, box), box)
    return {cell: region_of(box) for cell, box in boxes.items()}


Box = list[float]  # west, south, east, north in degrees; low and high in metres


def _around(one: Box, other: Box) -> Box:
    least = zip(one, other, (min, min, max, max, min, max), strict=True)
    return [pick(a, b) for a, b, pick in least]


def region_of(box: Sequence[float]) -> Region:
    """A box in degrees and metres as a region, a little wider: what is rounded stays inside."""
    west, south, east, north = (math.radians(edge) for edge in box[:4])
    return Region(west - _EDGE, south - _EDGE, east + _EDGE, north + _EDGE, box[4] - 0.5, box[5] + 0.5)


def _metres(root: Region) -> float:
    return float(max(root.north - root.south, (root.east - root.west) * np.cos(root.south)) * 6_371_000)


def _error(root: Region) -> float:
    """Metres that are missed while only the tile above is drawn: an object of a sixteenth of the city is a lot."""
    return max(_metres(root) / 16, 32.0)


def _tileset(root: Region, around: Region, levels: int) -> Mapping[str, Any]:
    box = Region(
        min(root.west, around.west), min(root.south, around.south), max(root.east, around.east),
        max(root.north, around.north), min(root.low, around.low), max(root.high, around.high),
    )  # fmt: skip
    return {
        "asset": {"version": "1.1"},
        "schema": {
            "id": "tiles",
            "classes": {
                CLASS: {
                    "properties": {
                        "region": {
                            "type": "SCALAR", "componentType": "FLOAT64", "array": True, "count": 6,
                            "semantic": "TILE_BOUNDING_REGION",
                        }
                    }
                }
            },
        },
        "geometricError": 2 * _error(root),
        "root": {
            "boundingVolume": {"region": box.listed()},
            "refine": "ADD",
            "geometricError": _error(root),
            "content": {"uri": "content/{level}/{x}/{y}.glb"},
            "implicitTiling": {
                "subdivisionScheme": "QUADTREE",
                "subtreeLevels": LEVELS,
                "availableLevels": levels,
                "subtrees": {"uri": "subtrees/{level}/{x}/{y}.subtree"},
            },
        },
    }  # fmt: skip
