"""Where households live: a building in a populated cell of their postal area, with a street address.

Streets are invented (every name ends in "mallikatu" or the like), so that a letter reaches nobody.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from pyproj import Transformer

from toimiva.engines.synthesis.facts import Facts

__all__ = ["homes", "with_wgs84"]

_CELL_M = 250
_HOUSEHOLDS_PER_BUILDING = 22
_TO_WGS84 = Transformer.from_crs("EPSG:3879", "EPSG:4326", always_xy=True)


def homes(people: pl.DataFrame, facts: Facts, rng: np.random.Generator) -> pl.DataFrame:
    """One row per household: sub_area, x, y, lon, lat, street_address, building."""
    households = people.group_by("household", maintain_order=True).agg(pl.col("postal_code").first())
    placed = pl.concat(
        [_placed(part, facts.cells, rng) for part in households.partition_by("postal_code", maintain_order=True)]
    )
    placed = placed.with_columns(
        door=1 + pl.int_range(pl.len()).over("building"), number=1 + pl.col("building").hash(7) % 48
    )
    return with_wgs84(placed.with_columns(street_address=_address(facts))).select(
        "household", "sub_area", "x", "y", "lon", "lat", "street_address", "building"
    )


def _placed(households: pl.DataFrame, cells: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    code = households["postal_code"][0]
    own = cells.filter(pl.col("postal_code") == code)
    weights = own["residents"].to_numpy().astype(float)
    cell = rng.choice(len(own), size=len(households), p=weights / weights.sum())
    buildings = np.maximum(1, np.bincount(cell, minlength=len(own)) // _HOUSEHOLDS_PER_BUILDING)
    building = np.floor(rng.random(len(households)) * buildings[cell]).astype(np.int64)
    offset = _building_offsets(len(own), int(buildings.max()), rng)[cell, building]
    return households.with_columns(
        sub_area=own["sub_area"][cell],
        x=pl.Series(own["x"].to_numpy()[cell] + offset[:, 0]).cast(pl.Int64),
        y=pl.Series(own["y"].to_numpy()[cell] + offset[:, 1]).cast(pl.Int64),
        building=pl.format("{}-{}-{}", pl.lit(code), pl.Series(cell), pl.Series(building)),
    )


def _building_offsets(cells: int, buildings: int, rng: np.random.Generator) -> np.ndarray:
    return np.round((rng.random((cells, buildings, 2)) - 0.5) * (_CELL_M - 20))


def _address(facts: Facts) -> pl.Expr:
    streets = pl.Series(list(facts.street_names)).implode()
    street = pl.lit(streets).list.get((pl.col("building").hash(3) % len(facts.street_names)).cast(pl.Int64))
    return pl.format("{} {} A {}", street, "number", "door")


def with_wgs84(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds lon and lat (WGS 84, degrees, 6 decimals) to rows with x and y in EPSG:3879."""
    lon, lat = _TO_WGS84.transform(rows["x"].to_numpy(), rows["y"].to_numpy())
    return rows.with_columns(lon=pl.Series(np.round(lon, 6)), lat=pl.Series(np.round(lat, 6)))
