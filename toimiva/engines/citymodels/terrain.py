"""Terrain: elevation rasters (GeoTIFF, ASC) and point clouds (LAS, LAZ) as a grid of mean heights, in bounded memory.

Rasters are read a block at a time by rasterio, clouds a chunk at a time by laspy. Of a cloud that says what its points
are, those of the ground are taken (class 2 of the ASPRS LAS specification); otherwise the lowest in each cell.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from toimiva.engines.citymodels.objects import Unreadable

__all__ = ["STEP", "Heights", "read_terrain"]

Floats = NDArray[np.float64]
STEP = 10.0  # units of the file's system, metres for all but a few
_GROUND = 2
_CHUNK = 1_000_000
_MOST_CELLS = 20_000_000


@dataclass(frozen=True, slots=True)
class Heights:
    """Middles of cells with their heights, (n, 3) as the file has its axes, and the reference system as written."""

    points: Floats
    srs: str


def read_terrain(path: Path, kind: str, name: str) -> Heights:
    """The heights of a raster (`terrain`) or a cloud (`points`). Raises Unreadable."""
    try:
        return _cloud(path, name) if kind == "points" else _raster(path, name)
    except Unreadable:
        raise
    except Exception as error:  # the libraries raise whatever their formats make them
        why = f"{type(error).__name__}: {error}"
        raise Unreadable(f"{name} cannot be read as terrain.", why=why, mend="Fetch the file again.") from error


def _raster(path: Path, name: str) -> Heights:
    import rasterio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)  # told below
        opened = rasterio.open(path)
    with opened as raster:
        if raster.transform.is_identity:
            mend = "Put its world file (.tfw) beside it, or give one that has its place within."
            raise Unreadable(f"{name} does not say where it lies.", mend=mend)
        grid = _Grid(raster.bounds.left, raster.bounds.bottom, raster.bounds.right, raster.bounds.top, name)
        for _, window in raster.block_windows(1):
            band = raster.read(1, window=window, masked=True).astype(np.float64)
            rows, columns = np.nonzero(~np.ma.getmaskarray(band) & np.isfinite(band.filled(np.nan)))
            across, down = columns + window.col_off + 0.5, rows + window.row_off + 0.5
            x, y = raster.transform * (across, down)
            grid.add(np.asarray(x), np.asarray(y), band.data[rows, columns], lowest=False)
        srs = _named(CRS.from_wkt(raster.crs.to_wkt(version="WKT2_2019"))) if raster.crs else ""
    return Heights(grid.points(), srs)


def _cloud(path: Path, name: str) -> Heights:
    import laspy

    with laspy.open(path) as cloud:
        low, high = cloud.header.mins, cloud.header.maxs
        grid = _Grid(low[0], low[1], high[0], high[1], name)
        grounds = 0
        for x, y, z, classes in _chunks(cloud):
            ground = classes == _GROUND
            if ground.any() and not grounds:
                grid = _Grid(low[0], low[1], high[0], high[1], name)  # what was taken before knew no ground
            grounds += int(ground.sum())
            taken = ground if grounds else np.ones(len(x), dtype=bool)
            grid.add(x[taken], y[taken], z[taken], lowest=not grounds)
        crs = cloud.header.parse_crs()
    return Heights(grid.points(), _named(crs) if crs is not None else "")


def _named(crs: CRS) -> str:
    """A system by its code; one together with heights that has none, by that of its places."""
    import rasterio  # knows systems without their authority's ids, as GeoTIFF has them

    for part in (crs, *crs.sub_crs_list[:1]):
        code = part.to_epsg() or rasterio.crs.CRS.from_wkt(part.to_wkt()).to_epsg()
        if code:
            return f"EPSG:{code}"
    return ""


def _chunks(cloud: Any) -> Iterator[tuple[Floats, Floats, Floats, NDArray[np.uint8]]]:
    for chunk in cloud.chunk_iterator(_CHUNK):
        yield np.asarray(chunk.x), np.asarray(chunk.y), np.asarray(chunk.z), np.asarray(chunk.classification)


class _Grid:
    """Cells of STEP by STEP; each keeps the mean of its heights, or the lowest."""

    def __init__(self, west: float, south: float, east: float, north: float, name: str) -> None:
        if not all(np.isfinite([west, south, east, north])):
            raise Unreadable(f"{name} has no finite extent.", why=f"{west}, {south}, {east}, {north}.")
        size = max(east - west, north - south)
        self.step = STEP if size > 10 else size / 1000 or 1.0  # a raster in degrees has no ten metres
        self.west, self.south = west, south
        self.wide, self.high = (int(span // self.step) + 1 for span in (east - west, north - south))
        if self.wide * self.high > _MOST_CELLS:
            mend = "Cut it into smaller files."
            raise Unreadable(
                f"{name} reaches over {self.wide} by {self.high} cells.", why=f"At most {_MOST_CELLS:,}.", mend=mend
            )
        self.total, self.count = np.zeros(self.wide * self.high), np.zeros(self.wide * self.high)

    def add(self, x: Floats, y: Floats, z: Floats, *, lowest: bool) -> None:
        """Heights at places."""
        fits = np.isfinite(x) & np.isfinite(y) & np.isfinite(z)
        across = np.clip((x[fits] - self.west) // self.step, 0, self.wide - 1).astype(np.int64)
        cell = np.clip((y[fits] - self.south) // self.step, 0, self.high - 1).astype(np.int64) * self.wide + across
        if not lowest:
            self.total += np.bincount(cell, z[fits], len(self.total))
            self.count += np.bincount(cell, minlength=len(self.count))
            return
        least = np.where(self.count > 0, self.total, np.inf)
        np.minimum.at(least, cell, z[fits])
        self.count = np.isfinite(least).astype(float)
        self.total = np.where(self.count > 0, least, 0.0)

    def points(self) -> Floats:
        """Middles of the cells that have heights."""
        cells = np.flatnonzero(self.count)
        x = self.west + (cells % self.wide + 0.5) * self.step
        y = self.south + (cells // self.wide + 0.5) * self.step
        return np.stack([x, y, self.total[cells] / self.count[cells]], axis=1)
