"""Buildings that a level of the sea reaches: how deep it stands at their lowest foot.

Method: the level surface of the sea, over the city's terrain from where it is sea today, eight ways from cell to cell
of ten metres; without terrain, every foot below the level. Error: that of the terrain and of feet (0.1 to 0.3 m in
Helsinki's models); waves, drains, walls and gates narrower than a cell are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import polars as pl
import scipy
from numpy.typing import NDArray

from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.rows import BUILDINGS, FLOOD
from toimiva.core.city.api import City
from toimiva.core.errors import Invalid
from toimiva.engines.citymodels.api import AT_ZERO

__all__ = ["METHOD", "Flooded", "flood_at"]

METHOD = "level surface over terrain of 10 m, connected to today's sea; without terrain, feet below the level; 1"
_CELL = 10.0  # metres between heights in the lake
_SEA = 0.3  # metres: terrain up to here is sea today (mean sea level in Helsinki is 0.2 m in N2000)
_HIGHEST = 100.0


@dataclass(frozen=True, slots=True)
class Flooded:
    """Buildings with water at their foot of those looked at, and how deep at most; `terrain` where it told the water's
    way; `unknown` are blocks whose ground nobody has told."""

    level: float
    buildings: int
    looked_at: int
    unknown: int
    deepest: float
    terrain: bool


def flood_at(city: City, branch: str, level: float) -> Flooded:
    """Buildings below a level (metres of the city's heights) that water reaches, into the lake as `twin.flood`.

    Raises Invalid for a level that no sea has.
    """
    if not 0 < level <= _HIGHEST:
        raise Invalid(
            what=f"{level} m is no level of the sea.",
            mend=f"Give metres above zero, {_HIGHEST:.0f} at most: it is for cities by the sea.",
        )
    with keeping.opened(city, branch) as asked:
        feet = asked.sql(
            "SELECT id AS object, source, digest, root, epsg, x, y, ground, "
            f"coalesce(attributes ->> 'stands_at', '') <> '{AT_ZERO['stands_at']}' AS told FROM objects "
            f"WHERE {BUILDINGS} ORDER BY ALL"
        ).pl()
        looked = [_looked_at(asked, epsg, part, level) for (epsg,), part in feet.group_by("epsg", maintain_order=True)]
    all_feet = pl.concat(looked) if looked else feet.with_columns(by_terrain=pl.lit(False), wet=pl.lit(False))
    known = all_feet.filter(pl.col("told") | pl.col("by_terrain"))
    wet = known.filter(pl.col("wet") & (pl.col("ground") < level)).with_columns(
        branch=pl.lit(branch), level=pl.lit(level), depth=(level - pl.col("ground")).round(2)
    )  # fmt: skip
    rows = wet.select(FLOOD.names).to_arrow().cast(FLOOD)
    keeping.replace(city, keeping.FLOOD_TABLE, rows, "branch", branch)
    buildings = [one.n_unique(["source", "root"]) for one in (wet, known, feet)]
    deepest = float(wet["depth"].max() or 0.0)  # type: ignore[arg-type]
    terrain = bool(known["by_terrain"].any())
    return Flooded(level, buildings[0], buildings[1], buildings[2] - buildings[1], deepest, terrain)


def _looked_at(asked: duckdb.DuckDBPyConnection, epsg: int, feet: pl.DataFrame, level: float) -> pl.DataFrame:
    """Whether terrain is known at each foot, and whether water would come there; a block whose ground nobody has told
    stands on the terrain."""
    heights = asked.sql("SELECT x, y, z FROM heights WHERE epsg = ?", params=[epsg]).pl().to_numpy()
    if not len(heights):
        return feet.with_columns(by_terrain=pl.lit(False), wet=pl.lit(True))
    corner = heights[:, :2].min(axis=0)
    known = _raster(heights, corner)
    around = scipy.ndimage.binary_dilation(_from_sea(known, level), np.ones((5, 5)))
    cells = np.floor((feet.select("x", "y").to_numpy() - corner) / _CELL).astype(np.int64)
    inside = ((cells >= 0) & (cells < known.shape)).all(axis=1)
    at = tuple(np.where(inside[:, None], cells, 0).T)
    there = inside & np.isfinite(known[at])
    return feet.with_columns(
        by_terrain=pl.Series(there), wet=pl.Series(~there | around[at]),
        ground=pl.when(pl.col("told")).then("ground").otherwise(pl.Series(known[at])),
    )  # fmt: skip


def _raster(heights: NDArray[np.float64], corner: NDArray[np.float64]) -> NDArray[np.float64]:
    """Heights by cell (columns, rows), NaN where none is known."""
    cells = np.floor((heights[:, :2] - corner) / _CELL).astype(np.int64)
    known = np.full(cells.max(axis=0) + 1, np.nan)
    known[tuple(cells.T)] = heights[:, 2]
    return known


def _from_sea(known: NDArray[np.float64], level: float) -> NDArray[np.bool_]:
    """Cells below the level that hang together with what is sea today."""
    parts, count = scipy.ndimage.label(known < level, np.ones((3, 3)))
    sea = np.unique(parts[(known <= _SEA) & (parts > 0)])
    return np.isin(parts, sea) & (parts > 0) if count else np.zeros_like(known, dtype=bool)
