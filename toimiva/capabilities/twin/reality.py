"""The reality mesh: the city as it was photographed, beside its models, as 3D Tiles of its own.

A quadtree of tiles of which each is what the four below it look like from further away (refinement REPLACE). A tile is
called by the digest of what it holds, so that only what changed is built again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from toimiva.capabilities.twin import keeping, workers
from toimiva.capabilities.twin.photographs import Job, build_tile, far_file, tile_file
from toimiva.capabilities.twin.rows import MESH
from toimiva.capabilities.twin.tiling import folder_of, region_of
from toimiva.core.city.api import City
from toimiva.core.errors import Invalid
from toimiva.core.lake import api as lake
from toimiva.engines.citymodels.api import Frame, Textured, earth
from toimiva.engines.tiles3d.api import NotInstalled

__all__ = [
    "Photographed", "build_mesh", "drop_mesh", "has_mesh", "keep_mesh", "mesh_sources", "mesh_version", "nearby",
]  # fmt: skip

_TABLE = "twin.mesh"
_TRIANGLES, _PIXELS = 60_000, 4096**2  # of a tile, unless a piece has more
_DEEPEST = 16
_FEW = 4  # tiles that are built here, before another process has started
_GROUP = 8  # pieces that are written together: each has a photograph
_LOOK = "3"  # of tiles: another look, another build


@dataclass(frozen=True, slots=True)
class Photographed:
    """What a build of the reality mesh did."""

    folder: str
    pieces: int
    triangles: int
    tiles: int
    built: int
    removed: int
    bytes: int


@dataclass(frozen=True)
class _Piece:
    digest: str
    triangles: int
    pixels: int
    box: tuple[float, ...]  # west, south, east, north in degrees; low, high in metres

    @property
    def middle(self) -> tuple[float, float]:
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


@dataclass(frozen=True)
class _Node:
    """A tile: of pieces, or of the tiles below it."""

    pieces: tuple[_Piece, ...]
    below: tuple[_Node, ...]

    @cached_property
    def digest(self) -> str:
        held = [one.digest for one in self.pieces] + [one.digest for one in self.below]
        return hashlib.blake2b("\n".join([_LOOK, *held]).encode(), digest_size=16).hexdigest()

    @cached_property
    def box(self) -> tuple[float, ...]:
        boxes = np.array([one.box for one in self.pieces] + [one.box for one in self.below])
        return (*boxes[:, :2].min(axis=0), *boxes[:, 2:4].max(axis=0), boxes[:, 4].min(), boxes[:, 5].max())

    @cached_property
    def height(self) -> int:
        return 1 + max((one.height for one in self.below), default=-1)

    def all(self) -> Iterator[_Node]:
        """This tile and those below it."""
        yield self
        for one in self.below:
            yield from one.all()


def has_mesh(city: City) -> bool:
    """Whether a reality mesh has been brought in."""
    return _TABLE in lake.tables(city.id)


def mesh_version(city: City) -> int:
    """The lake's version of the mesh; -1 where there is none."""
    return lake.version(city.id, _TABLE) if has_mesh(city) else -1


def mesh_sources(city: City) -> set[str]:
    """The files that the mesh came in."""
    files = lake.files(city.id, _TABLE) if has_mesh(city) else []
    return set(pl.scan_parquet(files).select("source").unique().collect()["source"]) if files else set()


def keep_mesh(city: City, source: str, frame: Frame, found: Iterator[Textured]) -> None:
    """Put a source's pieces in place of what it gave before. All is read onto disk first, a piece at a time, so that an
    error while reading leaves the table alone."""
    where = f"source = '{keeping.quoted(source)}'"
    with keeping.waiting(city) as folder:
        file = folder / "mesh.arrow"
        with pa.ipc.new_file(str(file), MESH) as spooled:
            for piece in found:
                spooled.write_batch(_row(source, frame, piece))
        keeping.write_spooled(city, _TABLE, file, where, group=_GROUP)


def nearby(found: Iterator[Textured], frame: Frame) -> Iterator[Textured]:
    """Pieces without triangles that reach to where no city is, as one wrong coordinate makes them."""
    for piece in found:
        near = frame.near(frame.to_metric(piece.points))
        if near.all():
            yield piece
        elif (whole := near[piece.corners].all(axis=1)).any():
            used, numbered = np.unique(piece.corners[whole], return_inverse=True)
            corners = numbered.reshape(-1, 3).astype(np.int32)
            yield replace(piece, points=piece.points[used], uv=piece.uv[used], corners=corners)


def drop_mesh(city: City, source: str) -> None:
    """Take away what a source gave."""
    keeping.replace(city, _TABLE, MESH.empty_table(), "source", source)


def _row(source: str, frame: Frame, piece: Textured) -> pa.RecordBatch:
    lon, lat, height = frame.to_degrees(*frame.to_metric(piece.points).T)
    points = earth(lon, lat, height)
    shape = [points.tobytes(), piece.uv.tobytes(), piece.corners.tobytes(), piece.photograph]
    edges = [lon.min(), lat.min(), lon.max(), lat.max(), height.min(), height.max()]
    told = [source, piece.name, piece.part, hashlib.blake2b(b"".join(shape), digest_size=16).hexdigest()]
    counts = [len(piece.corners), piece.pixels]
    lists = [points.reshape(-1), piece.uv.reshape(-1), piece.corners.reshape(-1)]
    values = [*told, *counts, *map(float, edges), *lists, piece.photograph]
    columns = [pa.array([value], kind) for value, kind in zip(values, MESH.types, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=MESH)


def build_mesh(city: City) -> Photographed | None:
    """Build the reality mesh's tiles that are not there; None where no such mesh has been brought in. Photographs on
    the faces of models are drawn where there is no mesh, within which they would lie. Raises Invalid where what
    simplifies meshes is not installed."""
    sources = mesh_sources(city)
    meshes = sources - keeping.sources(city) if sources else set()
    folder, pieces = folder_of(city, keeping.MESH), _pieces(city, meshes or sources) if sources else []
    if not pieces:
        shutil.rmtree(folder, ignore_errors=True)
        return None
    root = _tree(pieces, 0)
    (folder / "content").mkdir(parents=True, exist_ok=True)
    tiles = {node.digest: node for node in root.all()}
    before = _before(folder)
    errors = {digest: error for digest, error in before.items() if digest in tiles}
    missing = sorted((node for digest, node in tiles.items() if digest not in errors), key=lambda one: one.height)
    files = lake.files(city.id, _TABLE)
    for height in sorted({node.height for node in missing}):  # from the lowest: each is made of those below it
        level = [node for node in missing if node.height == height]
        built = _build([_job(node, files, folder) for node in level])
        errors |= {node.digest: error for node, error in zip(level, built, strict=True)}
        _remember(folder, errors)
    (folder / "tileset.json").write_text(json.dumps(_tileset(root, errors, of_models=not meshes)), encoding="utf-8")
    gone = _clear(folder, set(tiles))
    size = sum(tile_file(folder, digest).stat().st_size for digest in tiles)
    triangles = sum(piece.triangles for piece in pieces)
    return Photographed(str(folder), len(pieces), triangles, len(tiles), len(missing), gone, size)


def _pieces(city: City, sources: set[str]) -> list[_Piece]:
    rows = (
        pl.scan_parquet(lake.files(city.id, _TABLE))
        .filter(pl.col("source").is_in(sorted(sources)))
        .select("digest", "triangles", "pixels", "west", "south", "east", "north", "low", "high")
        .unique("digest").sort("digest").collect()
    )  # fmt: skip
    return [_Piece(digest, triangles, pixels, tuple(box)) for digest, triangles, pixels, *box in rows.iter_rows()]


def _tree(pieces: Sequence[_Piece], depth: int) -> _Node:
    """Pieces in quarters of quarters, until a tile is small enough."""
    small = sum(one.triangles for one in pieces) <= _TRIANGLES and sum(one.pixels for one in pieces) <= _PIXELS
    if small or len(pieces) == 1 or depth == _DEEPEST:
        return _Node(tuple(pieces), ())
    middles = np.array([one.middle for one in pieces])
    east, north = (middles > (middles.min(axis=0) + middles.max(axis=0)) / 2).T
    quarters = [
        [one for one, here in zip(pieces, (east == is_east) & (north == is_north), strict=True) if here]
        for is_east in (False, True) for is_north in (False, True)
    ]  # fmt: skip
    filled = [quarter for quarter in quarters if quarter]
    if len(filled) == 1:  # all in one place
        return _Node(tuple(pieces), ())
    return _Node((), tuple(_tree(quarter, depth + 1) for quarter in filled))


def _job(node: _Node, files: list[str], folder: Path) -> Job:
    west, south, east, north, low, high = node.box
    middle = (west + east) / 2, (south + north) / 2, (low + high) / 2
    held, below = [one.digest for one in node.pieces], [one.digest for one in node.below]
    return Job(node.digest, middle, held, below, files, folder)


def _build(jobs: Sequence[Job]) -> list[float]:
    try:
        return list(map(build_tile, jobs) if len(jobs) <= _FEW else workers.in_order(build_tile, jobs))
    except NotInstalled as error:
        raise Invalid(
            what="The reality mesh cannot be simplified.", why=str(error), mend="Run `make setup`."
        ) from error


def _before(folder: Path) -> dict[str, float]:
    """Tiles that are there whole, with the error of what they look like from further away."""
    try:
        kept = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    files = tile_file, far_file
    return {digest: error for digest, error in kept.items() if all(of(folder, digest).exists() for of in files)}


def _remember(folder: Path, errors: Mapping[str, float]) -> None:
    (folder / "state.json").write_text(json.dumps(errors), encoding="utf-8")


def _clear(folder: Path, wanted: set[str]) -> int:
    """Take away what is no tile any more; how many there were."""
    gone = [file for file in (folder / "content").iterdir() if file.stem not in wanted]
    for file in gone:
        file.unlink()
    return sum(file.suffix == ".glb" for file in gone)


def _tileset(root: _Node, errors: Mapping[str, float], *, of_models: bool) -> dict[str, Any]:
    """The tileset; what draws it is told whether it is of models, which have no ground between them."""
    tile = _tile(root, errors)
    return {
        "asset": {"version": "1.1"},
        "extras": {"ofModels": of_models},
        "geometricError": 2 * errors[root.digest],
        "root": tile | {"refine": "REPLACE"},
    }


def _tile(node: _Node, errors: Mapping[str, float]) -> dict[str, Any]:
    """A tile and those below it, each of which errs less."""
    below = [_tile(one, errors) for one in node.below]
    least = 1.5 * max((float(one["geometricError"]) for one in below), default=0.0)
    told: dict[str, Any] = {
        "boundingVolume": {"region": region_of(node.box).listed()},
        "geometricError": max(errors[node.digest], least) if below else 0.0,
        "content": {"uri": f"content/{node.digest}.glb"},
    }
    return told | ({"children": below} if below else {})
