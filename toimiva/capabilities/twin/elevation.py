"""The ground of the city: its terrain, buildings' feet where it has given none, and the hills on its horizon."""

from __future__ import annotations

import duckdb
import numpy as np

from toimiva.capabilities.twin.rows import BUILDINGS
from toimiva.engines.citymodels.api import AT_ZERO
from toimiva.engines.solids.api import Floats, Terrain
from toimiva.engines.sun.api import Horizon

__all__ = ["Box", "elevations", "horizon_of"]

_APART = 40.0  # metres: feet that are one
_COARSE, _NOTHING = 100.0, -10_000.0  # metres: between heights of hills far away, and where there are none
Box = tuple[float, float, float, float]  # west, south, east, north


def elevations(asked: duckdb.DuckDBPyConnection, epsg: int, box: Box) -> Floats:
    """Points of the ground in a box (n, 3), none where nobody has told a height."""
    of_terrain = "SELECT x, y, z FROM heights WHERE epsg = ? AND x BETWEEN ? AND ? AND y BETWEEN ? AND ? ORDER BY ALL"
    of_feet = (
        "SELECT avg(x), avg(y), median(ground) FROM objects WHERE epsg = ? AND x BETWEEN ? AND ? AND y BETWEEN ? AND ? "
        f"AND {BUILDINGS} "
        f"AND coalesce(attributes ->> 'stands_at', '') <> '{AT_ZERO['stands_at']}' "
        f"GROUP BY floor(x / {_APART}), floor(y / {_APART}) ORDER BY ALL"
    )
    bounds = [epsg, box[0], box[2], box[1], box[3]]
    terrain = _points(asked, of_terrain, bounds)
    return terrain if len(terrain) else _points(asked, of_feet, bounds)


def horizon_of(asked: duckdb.DuckDBPyConnection, epsg: int) -> Horizon | None:
    """The hills of a system, None where the city has given no terrain."""
    sql = (
        f"SELECT floor(x / {_COARSE}), floor(y / {_COARSE}), round(avg(z), 2) FROM heights WHERE epsg = ? "
        "GROUP BY ALL ORDER BY ALL"
    )
    points = _points(asked, sql, [epsg])
    if not len(points):
        return None
    west, south = points[:, :2].min(axis=0) - 1  # a rim around it: beyond what is known there is nothing
    columns, rows = (points[:, :2] - [west, south]).astype(np.int64).T
    heights = np.full((rows.max() + 2, columns.max() + 2), _NOTHING)
    heights[rows, columns] = points[:, 2]
    return Horizon(Terrain(heights, (west + 0.5) * _COARSE, (south + 0.5) * _COARSE, _COARSE))


def _points(asked: duckdb.DuckDBPyConnection, sql: str, bounds: list[float]) -> Floats:
    told: Floats = asked.sql(sql, params=bounds).pl().to_numpy().astype(float)
    return told
