"""What stands around a place, as faces and as a scene for rays: a cell of the city at a time."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from toimiva.capabilities.twin.meshing import faces_of_rings
from toimiva.engines.solids.api import Faces
from toimiva.engines.sun.api import Horizon, Scene

__all__ = ["CELL", "Cell", "around", "cells", "scene_of", "within"]

CELL, _AROUND = 800.0, 300.0  # metres: faces computed together, and how far around them others count
_LEAST = 2.0  # m2
Cell = tuple[int, int, int]  # a system of coordinates, and the number of 800 m eastwards and northwards


def cells(asked: duckdb.DuckDBPyConnection, kinds: list[str]) -> list[Cell]:
    """Where there are faces of these kinds."""
    return asked.execute(
        f"SELECT DISTINCT f.epsg, CAST(floor(f.x / {CELL}) AS INT), CAST(floor(f.y / {CELL}) AS INT) FROM faces f "
        "JOIN objects o ON o.id = f.object AND o.source = f.source AND o.branch = f.branch WHERE o.placed AND f.shown "
        "AND f.shell = 0 AND list_contains(?, f.kind) AND f.area >= ? ORDER BY ALL", [kinds, _LEAST]
    ).fetchall()  # fmt: skip


def around(asked: duckdb.DuckDBPyConnection, epsg: int, box: tuple[float, float, float, float]) -> pa.Table:
    """Faces within a box, with the digest, the kind (`of`) and the ground of their object."""
    return asked.sql(
        "SELECT f.*, o.digest, o.kind AS of, o.ground FROM faces f JOIN objects o ON o.id = f.object "
        "AND o.source = f.source AND o.branch = f.branch "
        "WHERE o.placed AND f.shown AND f.shell = 0 AND f.kind <> 'ClosureSurface' AND f.epsg = ? "
        "AND f.x BETWEEN ? AND ? AND f.y BETWEEN ? AND ? ORDER BY f.source, f.object, f.id",
        params=[epsg, box[0], box[2], box[1], box[3]],
    ).to_arrow_table()  # fmt: skip


def within(asked: duckdb.DuckDBPyConnection, at: Cell, kinds: list[str]) -> tuple[pa.Table, NDArray[np.bool_]]:
    """Faces of a cell and 300 metres around it, and which of them are of these kinds, in it, and 2 m2 or more."""
    epsg, x, y = at[0], at[1] * CELL, at[2] * CELL
    rows = around(asked, epsg, (x - _AROUND, y - _AROUND, x + CELL + _AROUND, y + CELL + _AROUND))
    middle_x, middle_y = rows["x"].to_numpy(), rows["y"].to_numpy()
    inside = (middle_x >= x) & (middle_x < x + CELL) & (middle_y >= y) & (middle_y < y + CELL)
    of_kind = np.isin(rows["kind"].to_numpy(zero_copy_only=False), kinds)
    return rows, inside & of_kind & (rows["area"].to_numpy() >= _LEAST)


def scene_of(
    rows: pa.Table, more: Faces | None = None, beside: Scene | None = None, horizon: Horizon | None = None
) -> tuple[Scene, Faces]:
    """What casts shadows (`more` with it, hills on the `horizon`), and the rows' faces themselves, in grid metres;
    `beside` is the scene that it is compared with, and has its horizon."""
    nothing = Faces(np.zeros((0, 3)), np.zeros(1, np.int64), np.zeros(1, np.int64))
    faces = faces_of_rings(rows["rings"]) if rows.num_rows else nothing
    casting = [one.points[one.triangles[0]] for one in (faces, more) if one is not None and len(one)]
    origin = beside.origin if beside is not None and not beside.empty else None
    hills = beside.horizon if beside is not None else horizon
    return Scene(np.concatenate([np.zeros((0, 3, 3)), *casting]), origin, hills), faces
