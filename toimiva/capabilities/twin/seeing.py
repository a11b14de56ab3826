"""What is seen from every wall: sky, buildings, green, water and ground, and how far.

Method: view factors by rays from 16 to 96 points of a wall over the half-sphere before it (Malley), to what stands
within 300 m, to level ground at the building's foot and to hills from 100 m to 10 km away. Error: 0.02 of a share at
most; what the city's models lack (trees, water) is not seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.elevation import horizon_of
from toimiva.capabilities.twin.rows import VIEWS
from toimiva.capabilities.twin.scenes import Cell, cells, scene_of, within
from toimiva.core.city.api import City
from toimiva.engines.solids.api import Faces
from toimiva.engines.sun.api import FURTHEST, Horizon, Scene, Views, views_from

__all__ = ["METHOD", "Viewed", "seen_at", "view_of", "views_from_walls"]

METHOD = "View factors by 32 rays from each of 16 to 96 points of a wall (Malley), level ground, hills; 2"
_SEEN = ("built", "green", "water", "covers")  # what triangles are: covers are roads, yards and other land
_GREEN = {"PlantCover", "SolitaryVegetationObject"}
_WATER = {"WaterBody", "WaterSurface", "WaterGroundSurface"}
_COVERS = {"Road", "Square", "Track", "Railway", "LandUse", "TrafficArea", "AuxiliaryTrafficArea", "TINRelief"}
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Viewed:
    """Walls that were looked from; shares of what they see and metres, means over them by their area."""

    walls: int
    sky: float
    green: float
    water: float
    open: float


def views_from_walls(city: City, branch: str, *, progress: Progress) -> Viewed:
    """From every wall of 2 m2 and more of today's city or of a branch, into the lake as `twin.views`."""
    tables = []
    with keeping.opened(city, branch) as asked:
        found = cells(asked, ["WallSurface"])
        hills = {epsg: horizon_of(asked, epsg) for epsg in {cell[0] for cell in found}}
        for cell in found:
            tables.append(_cell(asked, cell, branch, hills[cell[0]]))
            progress(f"EPSG:{cell[0]}", sum(one.num_rows for one in tables))
    whole = pa.concat_tables([VIEWS.empty_table(), *tables])
    keeping.replace(city, keeping.VIEWS_TABLE, whole, "branch", branch)
    areas = np.asarray(whole["area"])
    means = {
        name: round(float(np.average(np.asarray(whole[name]), weights=areas)) if len(areas) else 0.0, 3)
        for name in ("sky", "green", "water", "open")
    }
    return Viewed(whole.num_rows, **means)


def _cell(asked: duckdb.DuckDBPyConnection, cell: Cell, branch: str, hills: Horizon | None) -> pa.Table:
    rows, wanted = within(asked, cell, ["WallSurface"])
    scene, faces = scene_of(rows, horizon=hills)
    chosen = np.flatnonzero(wanted)
    table = rows.take(pa.array(chosen))
    seen = view_of(rows, faces, chosen, scene)
    built, green, water, covers, ground, sky = seen.shares.T
    columns = {
        **{name: table[name] for name in ("object", "source", "digest", "surface", "area", "x", "y", "epsg")},
        "branch": pa.array([branch] * len(table), pa.string()), "face": table["id"], "sky": sky, "built": built,
        "green": green, "water": water, "ground": covers + ground, "open": seen.open,
    }  # fmt: skip
    return pa.table({name: columns[name] for name in VIEWS.names}).cast(VIEWS)


def view_of(rows: pa.Table, faces: Faces, chosen: NDArray[np.int64], scene: Scene) -> Views:
    """What the chosen faces of these rows see; the scene's first triangles are the rows' own, others are built."""
    _, owner = faces.triangles
    kinds = np.array([_kind(*pair) for pair in zip(*(rows[name].to_pylist() for name in ("kind", "of")), strict=True)])
    of_triangles = np.zeros(scene.count, dtype=np.int64)
    of_triangles[: len(owner)] = kinds[owner]
    return views_from(faces.only(chosen), scene, of_triangles, len(_SEEN), rows["ground"].to_numpy()[chosen])


def _kind(face: str, of: str) -> int:
    """What a face is to the eye, by its own kind and by that of its object."""
    kinds = {face, of}
    return 1 if kinds & _GREEN else 2 if kinds & _WATER else 3 if kinds & _COVERS else 0


def seen_at(asked: duckdb.DuckDBPyConnection, key: str, source: str) -> dict[str, int] | None:
    """What an object's walls see, percent by their area, and metres from the wall that sees furthest, `furthest` for
    as far or more; None where it was not computed."""
    names = ("sky", "built", "green", "water", "ground")
    means = ", ".join(f"sum({name} * area) / sum(area)" for name in names)
    sql = f"SELECT max(open), {means} FROM views WHERE object = ? AND source = ?"
    metres, *shares = asked.execute(sql, [key, source]).fetchall()[0]
    if metres is None:
        return None
    return {"open": round(metres), "furthest": round(FURTHEST)} | {
        name: round(100 * share) for name, share in zip(names, shares, strict=True)
    }
