"""The ground under the buildings: the city's terrain, or drawn between the buildings' feet where it has given none.

A triangulation (Delaunay) of heights 20 metres apart or more, or of feet 40 metres apart, with a rim around it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import scipy

from toimiva.capabilities.twin.meshing import earth_mesh
from toimiva.engines.solids.api import Floats, Integers
from toimiva.engines.tiles3d.api import Features, glb

__all__ = ["write_ground"]

_APART, _RIM, _LONGEST = 40.0, 120.0, 600.0  # metres
_CELL, _MOST = 10.0, 150_000  # metres between heights in the lake; points that are drawn
_LOOK = 1  # of the ground: another look, another build
_UNDER = 0.15  # metres below the feet, so that floors are not fought with
_COLOUR = (203, 208, 196)


def write_ground(asked: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """`ground.json` and `ground.glb` beside the tiles; the same objects give the same bytes."""
    terrain = _of_terrain(asked)
    rows = pl.concat([terrain, _of_feet(asked).join(terrain, on="epsg", how="anti")]).sort(pl.all())
    digest = hashlib.blake2b(str(_LOOK).encode() + rows.to_numpy().tobytes(), digest_size=16).hexdigest()
    if _before(folder) == digest:
        return
    points, epsg, undulation, corners = [], [], [], []
    count = 0
    for (code,), feet in rows.group_by("epsg", maintain_order=True):
        surface, triangles = _surface(feet.select("x", "y", "z").to_numpy())
        points.append(surface)
        corners.append(triangles + count)
        epsg.append(np.full(len(surface), code))
        undulation.append(np.full(len(surface), feet["undulation"][0]))
        count += len(surface)
    joined = np.concatenate(corners) if corners else np.zeros((0, 3), np.int64)
    if not len(joined):
        return
    mesh = earth_mesh(np.concatenate(points), joined, np.concatenate(epsg), np.concatenate(undulation), _COLOUR)
    (folder / "ground.glb").write_bytes(glb(mesh, Features({"kind": ["Ground"]}, {})))
    document = _tileset(mesh.placed[:3, 3], mesh.points) | {"extras": {"digest": digest}}
    (folder / "ground.json").write_text(json.dumps(document), encoding="utf-8")


def _before(folder: Path) -> str | None:
    """What the ground was drawn from that is there now."""
    try:
        return str(json.loads((folder / "ground.json").read_text(encoding="utf-8"))["extras"]["digest"])
    except (OSError, ValueError, KeyError):
        return None


def _of_terrain(asked: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Terrain as epsg, x, y, z, undulation, thinned so that at most _MOST points are drawn."""
    ((count,),) = asked.sql("SELECT count(*) FROM heights").fetchall()
    apart = max(_APART / 2, _CELL * (count / _MOST) ** 0.5)
    return _averages(asked, "avg(z)", "heights", f"floor(x / {apart}), floor(y / {apart})")


def _of_feet(asked: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The feet of objects, one in 40 metres."""
    feet = "(FROM objects WHERE placed AND faces > 0 AND kind NOT IN ('Bridge', 'Tunnel'))"
    return _averages(asked, "min(ground)", feet, f"round(x / {_APART}), round(y / {_APART})")


def _averages(asked: duckdb.DuckDBPyConnection, height: str, rows: str, cell: str) -> pl.DataFrame:
    """One place for each cell of each system, rounded: the order of adding up does not show."""
    return asked.sql(
        f"SELECT epsg, round(avg(x), 3) AS x, round(avg(y), 3) AS y, round({height}, 3) AS z, "
        f"min(undulation) AS undulation FROM {rows} GROUP BY epsg, {cell}"
    ).pl()


def _surface(feet: Floats) -> tuple[Floats, Integers]:
    turns = np.radians(np.arange(0, 360, 45))
    rim = (feet[:, None, :2] + _RIM * np.stack([np.cos(turns), np.sin(turns)], axis=1)).reshape(-1, 2)
    away, _ = scipy.spatial.KDTree(feet[:, :2]).query(rim)
    rim = rim[away > 0.9 * _RIM]
    _, nearest = scipy.spatial.KDTree(feet[:, :2]).query(rim)
    points = np.concatenate([feet, np.column_stack([rim, feet[nearest, 2]])]) - [0, 0, _UNDER]
    corners = scipy.spatial.Delaunay(points[:, :2] - points[0, :2]).simplices.astype(np.int64)
    ends = points[corners][:, :, :2]
    longest = np.max([np.linalg.norm(ends[:, at] - ends[:, at - 1], axis=1) for at in range(3)], axis=0)
    return points, corners[longest < _LONGEST]


def _tileset(middle: Floats, points: Floats) -> dict[str, object]:
    reach = float(np.linalg.norm(points, axis=1).max())
    sphere = {"sphere": [*map(float, middle), reach]}
    root = {"boundingVolume": sphere, "geometricError": 0, "refine": "ADD", "content": {"uri": "ground.glb"}}
    return {"asset": {"version": "1.1"}, "geometricError": reach, "root": root}
