"""What is heard before the walls of a part of the city: what another process does. No Django here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from shapely.geometry import Polygon

from toimiva.capabilities.twin.elevation import Box
from toimiva.engines.noise.api import RECEIVER_HEIGHT, Air, Obstacles, Sources, Walls, levels
from toimiva.engines.solids.api import Floats, terrain_through

__all__ = ["REACH", "Job", "before_walls"]

REACH = 400.0  # metres: how far around roads are heard
_RASTER, _TERRAIN = 2.0, 10.0  # metres: cells of heights above the ground, and between heights of it


@dataclass(frozen=True, slots=True)
class Job:
    """Walls (with the place before each as x and y), the roads that are heard there, the roofs that hide them, the
    lowest first, the ground's known points (n, 3), and the walls that throw sound back; `box` is all that counts."""

    walls: pl.DataFrame
    sources: Sources
    roofs: list[tuple[Polygon, float]]
    ground_points: Floats
    box: Box
    air: Air
    hours: tuple[float, float, float]
    ground: float
    thrown_by: Walls


def before_walls(job: Job) -> pl.DataFrame:
    """The walls with their levels, dB(A). Those that stand inside another building are left out."""
    obstacles = _obstacles(job)
    x, y = job.walls["x"].to_numpy(), job.walls["y"].to_numpy()
    free = obstacles.at(x, y) < RECEIVER_HEIGHT
    places = np.column_stack([x[free], y[free]])
    heard = levels(places, job.sources, obstacles, job.air, job.ground, REACH, job.hours, job.thrown_by)
    told = {name: np.round(getattr(heard, name), 1) for name in ("day", "evening", "night", "den")}
    return job.walls.filter(pl.Series(free)).with_columns(**{name: pl.Series(each) for name, each in told.items()})


def _obstacles(job: Job) -> Obstacles:
    west, south, east, north = job.box
    heights = np.zeros((int((north - south) / _RASTER), int((east - west) / _RASTER)), dtype=np.float32)
    if job.roofs:
        from rasterio.features import rasterize
        from rasterio.transform import from_origin

        rasterize(job.roofs, out=heights, transform=from_origin(west, north, _RASTER, _RASTER))
    return Obstacles(heights[::-1], west, south, _RASTER, terrain_through(job.ground_points, job.box, _TERRAIN))
