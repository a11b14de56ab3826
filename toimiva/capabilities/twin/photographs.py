"""The reality mesh's tiles: what another process does for one of them. No Django here.

Beside the tile of a name lies what the tile looks like from further away, from which the tile above is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from toimiva.capabilities.twin.meshing import placed_at
from toimiva.engines.solids.api import Floats
from toimiva.engines.tiles3d.api import Draped, coarser, textured_glb

__all__ = ["Job", "build_tile", "far_file", "tile_file"]


@dataclass(frozen=True, slots=True)
class Job:
    """A tile to build: of `pieces` (digests of rows in the Parquet `files`), or of the tiles `below` it. `middle` is
    longitude, latitude, metres above the ellipsoid."""

    digest: str
    middle: tuple[float, float, float]
    pieces: Sequence[str]
    below: Sequence[str]
    files: Sequence[str]
    folder: Path


def tile_file(folder: Path, digest: str) -> Path:
    """Where a tile is."""
    return folder / "content" / f"{digest}.glb"


def far_file(folder: Path, digest: str) -> Path:
    """Where a tile is as it looks from further away."""
    return folder / "content" / f"{digest}.npz"


def build_tile(job: Job) -> float:
    """Build a tile and what it looks like from further away; by how many metres that errs."""
    placed = placed_at(np.array(job.middle))
    parts = [_around(part, placed) for part in (_pieces(job) if job.pieces else map(_far, _below(job)))]
    far, error = coarser(parts)
    shown = parts if job.pieces else [far]
    np.savez(
        far_file(job.folder, job.digest), points=far.points @ placed[:3, :3].T + placed[:3, 3], uv=far.uv,
        corners=far.corners, photograph=np.frombuffer(far.photograph, dtype=np.uint8),
    )  # fmt: skip
    tile_file(job.folder, job.digest).write_bytes(textured_glb(shown, placed))
    return error


def _around(part: Draped, placed: Floats) -> Draped:
    return Draped((part.points - placed[:3, 3]) @ placed[:3, :3], part.uv, part.corners, part.photograph)


def _pieces(job: Job) -> list[Draped]:
    """Pieces of the lake, each once, in the order of their digests."""
    with duckdb.connect() as asked:
        rows = asked.execute(
            "SELECT any_value(points) AS points, any_value(uv) AS uv, any_value(corners) AS corners, "
            "any_value(photograph) AS photograph FROM read_parquet(?) WHERE list_contains(?, digest) "
            "GROUP BY digest ORDER BY digest", [list(job.files), list(job.pieces)]
        ).fetchnumpy()  # fmt: skip
    return [
        Draped(points.reshape(-1, 3), uv.reshape(-1, 2), corners.reshape(-1, 3), photograph)
        for points, uv, corners, photograph in zip(
            *(rows[name] for name in ("points", "uv", "corners", "photograph")), strict=True
        )
    ]


def _below(job: Job) -> list[Path]:
    return [far_file(job.folder, digest) for digest in job.below]


def _far(file: Path) -> Draped:
    with np.load(file) as kept:
        return Draped(kept["points"], kept["uv"], kept["corners"], kept["photograph"].tobytes())
