"""Noise of road traffic before every wall: levels of day, evening and night, and Lden, over a year.

Method: engines/noise (CNOSSOS-EU). Error: where flows are counted, about 2 to 3 dB before a wall that sees the road;
sound that two walls throw back, or that bends round corners, is left out, so that courts are up to 3 dB too quiet.
Without terrain the ground is drawn between buildings' feet; bridges lie on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import polars as pl
from shapely.geometry import Polygon

from toimiva.capabilities.twin import keeping, workers
from toimiva.capabilities.twin.elevation import Box, elevations
from toimiva.capabilities.twin.hearing import REACH, Job, before_walls
from toimiva.capabilities.twin.rows import NOISE
from toimiva.capabilities.twin.traffic import NoiseSettings, noise_settings
from toimiva.core.city.api import City
from toimiva.core.errors import NotFound
from toimiva.engines.citymodels.api import Frame
from toimiva.engines.noise.api import RECEIVER_HEIGHT, Air, Sources, Traffic, Walls, Winter, along_lines, line_power
from toimiva.engines.solids.api import Floats

__all__ = ["METHOD", "Heard", "noise_before_walls"]

METHOD = "CNOSSOS-EU (Directive (EU) 2021/1226): road traffic, over terrain and roofs, one reflection; 3"
_CELL, _APART = 500.0, 10.0  # metres: walls computed together; between points along a road
_OFF = 2.0  # metres before a wall: clear of its own cell of heights
_WIDEST = 2.0  # metres: narrower walls are left out
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Heard:
    """What was computed; `loud` counts buildings with a wall of 65 dB and more, `guessed` roads without counts."""

    walls: int
    buildings: int
    loud: int
    roads: int
    guessed: int
    source: str


def noise_before_walls(city: City, branch: str, *, progress: Progress) -> Heard:
    """Before every wall of today's city or of a branch, 4 metres above the ground, into the lake as `twin.noise`.

    Raises NotFound where the twin has no roads, or the city has no `noise.toml`.
    """
    settings = noise_settings(city)
    with keeping.opened(city, branch) as asked:
        roads = asked.sql("SELECT kind, speed, daily, heavy, epsg, line FROM roads ORDER BY source, id").pl()
        if roads.is_empty():
            raise NotFound(
                what="The twin has no roads.",
                mend="Import an OpenStreetMap extract (.osm.pbf), or GeoJSON lines with `kind` or `daily`.",
            )
        cells = _cells(asked)
        tables = []
        by_system = {epsg: _in_system(roads, epsg) for epsg in {cell[0] for cell in cells}}
        jobs = (_job(asked, cell, by_system[cell[0]], settings) for cell in cells)
        for table in workers.in_order(before_walls, jobs):
            tables.append(table.with_columns(branch=pl.lit(branch)))
            progress("walls", sum(one.height for one in tables))
    return _kept(city, branch, roads, settings, tables)


def _kept(
    city: City, branch: str, roads: pl.DataFrame, settings: NoiseSettings, tables: Sequence[pl.DataFrame]
) -> Heard:
    empty = pl.DataFrame(NOISE.empty_table())
    whole = pl.concat([empty, *(table.select(empty.columns) for table in tables)], how="vertical_relaxed")
    rows = whole.to_arrow().cast(NOISE)
    keeping.replace(city, keeping.NOISE_TABLE, rows, "branch", branch)
    loudest = whole.group_by("object", "source").agg(pl.max("den"))
    loud = loudest.filter(pl.col("den") >= 65).height
    return Heard(whole.height, loudest.height, loud, roads.height, int(roads["daily"].is_null().sum()), settings.source)


def _cells(asked: duckdb.DuckDBPyConnection) -> list[tuple[int, float, float]]:
    found = asked.execute(
        f"SELECT DISTINCT f.epsg, floor(f.x / {_CELL}) * {_CELL}, floor(f.y / {_CELL}) * {_CELL} FROM faces f "
        "WHERE f.shown AND f.kind = 'WallSurface' ORDER BY ALL"
    ).fetchall()
    return [(int(epsg), float(x), float(y)) for epsg, x, y in found]


def _in_system(roads: pl.DataFrame, epsg: int) -> pl.DataFrame:
    """Roads with their lines in metres of a system: those of maps that were kept in another are moved."""
    moved = [
        _moved(line, own, epsg) if own != epsg else line
        for line, own in zip(roads["line"].to_list(), roads["epsg"].to_list(), strict=True)
    ]
    return roads.with_columns(line=pl.Series(moved, dtype=pl.List(pl.Float64)))


def _moved(line: Sequence[float], own: int, epsg: int) -> list[float]:
    points = np.array(line).reshape(-1, 2)
    lon, lat, _ = Frame.kept(own, (0.0, 0.0), 0.0).to_degrees(points[:, 0], points[:, 1], 0)
    told = Frame(4326, epsg, (0.0, 0.0)).to_metric(np.column_stack([lon, lat, np.zeros(len(lon))]))
    return [float(value) for value in told[:, :2].reshape(-1)]


def _job(
    asked: duckdb.DuckDBPyConnection, cell: tuple[int, float, float], roads: pl.DataFrame, settings: NoiseSettings
) -> Job:
    epsg, x, y = cell
    walls = asked.sql(
        "SELECT f.object, f.source, o.digest, f.id AS wall, f.epsg, f.x + $off * sin(radians(f.azimuth)) AS x, "
        "f.y + $off * cos(radians(f.azimuth)) AS y FROM faces f JOIN objects o "
        "ON o.id = f.object AND o.source = f.source AND o.branch = f.branch WHERE o.placed AND f.shown AND f.shell = 0 "
        "AND f.kind = 'WallSurface' AND f.epsg = $epsg AND f.x >= $x AND f.x < $x + $cell AND f.y >= $y "
        "AND f.y < $y + $cell AND f.azimuth IS NOT NULL AND f.low < o.ground + $high AND f.high > o.ground + $high "
        "AND f.area / greatest(f.high - f.low, 0.1) >= $widest ORDER BY f.object, f.source, f.id",
        params={"off": _OFF, "epsg": epsg, "x": x, "y": y, "cell": _CELL, "high": RECEIVER_HEIGHT, "widest": _WIDEST},
    ).to_arrow_table()  # fmt: skip
    box = (x - REACH, y - REACH, x + _CELL + REACH, y + _CELL + REACH)
    air = Air(settings.air.degrees, settings.air.humidity, settings.air.favourable)
    before = pl.DataFrame(walls)
    lon, lat, _ = Frame.kept(epsg, (x, y), 0.0).to_degrees(before["x"].to_numpy(), before["y"].to_numpy(), 0)
    return Job(
        before.with_columns(longitude=pl.Series(lon), latitude=pl.Series(lat)),
        _sources(roads, box, settings), _roofs(asked, epsg, box), elevations(asked, epsg, box), box, air,
        settings.hours, settings.ground, _thrown_by(asked, epsg, box),
    )  # fmt: skip


def _thrown_by(asked: duckdb.DuckDBPyConnection, epsg: int, box: Box) -> Walls:
    """Walls that are higher than a receiver, seen from above."""
    rows = asked.execute(
        "SELECT f.x, f.y, radians(f.azimuth), f.rings[1] FROM faces f JOIN objects o "
        "ON o.id = f.object AND o.source = f.source AND o.branch = f.branch WHERE o.placed AND f.shown AND f.shell = 0 "
        "AND f.kind = 'WallSurface' AND f.azimuth IS NOT NULL AND f.slope BETWEEN 80 AND 100 AND f.epsg = ? "
        "AND f.x BETWEEN ? AND ? AND f.y BETWEEN ? AND ? AND f.high > o.ground + ? ORDER BY f.object, f.source, f.id",
        [epsg, box[0], box[2], box[1], box[3], RECEIVER_HEIGHT],
    ).fetchall()
    turn = np.array([row[2] for row in rows], dtype=float)
    along = np.stack([np.cos(turn), -np.sin(turn)], axis=1)
    ends = [
        (points.min(), points.max())
        for row, way in zip(rows, along, strict=True)
        for points in [np.array(row[3]).reshape(-1, 3)[:, :2] @ way]
    ]
    least, most = np.array(ends, dtype=float).reshape(-1, 2).T
    middles = np.array([row[:2] for row in rows], dtype=float).reshape(-1, 2)
    begins = middles + along * (least - (middles * along).sum(axis=1))[:, None]
    lengths, wide = most - least, most - least >= _WIDEST
    faces = np.stack([np.sin(turn), np.cos(turn)], axis=1)
    return Walls(begins[wide], along[wide], lengths[wide], faces[wide])


def _roofs(asked: duckdb.DuckDBPyConnection, epsg: int, box: Box) -> list[tuple[Polygon, float]]:
    """Outlines of roofs with their height above the ground, the lowest first."""
    rows = asked.execute(
        "SELECT f.rings, f.high - o.ground AS height FROM faces f JOIN objects o ON o.id = f.object "
        "AND o.source = f.source AND o.branch = f.branch WHERE o.placed AND f.shown AND f.shell = 0 "
        "AND f.kind = 'RoofSurface' AND f.epsg = ? AND f.x BETWEEN ? AND ? AND f.y BETWEEN ? AND ? "
        "ORDER BY height, f.id",
        [epsg, box[0], box[2], box[1], box[3]],
    ).fetchall()  # fmt: skip
    outlines = (([_flat(ring) for ring in rings], height) for rings, height in rows)
    return [(Polygon(rings[0], rings[1:]), height) for rings, height in outlines if len(rings[0]) > 2]


def _flat(ring: Sequence[float]) -> list[tuple[float, float]]:
    return list(zip(ring[::3], ring[1::3], strict=True))


def _sources(roads: pl.DataFrame, box: Box, settings: NoiseSettings) -> Sources:
    """Points along the roads in a box, with the sound power of their piece by part of the day."""
    lines, flows, speeds = [], [], []
    for road in roads.iter_rows(named=True):
        line = np.array(road["line"]).reshape(-1, 2)
        if (line.max(axis=0) > box[:2]).all() and (line.min(axis=0) < box[2:]).all():
            lines.append(line)
            flow, speed = _driven(road, settings)
            flows.append(flow)
            speeds.append(speed)
    points, metres, owner = along_lines(lines, _APART)
    winter = Winter(settings.winter.studded, settings.winter.months, settings.air.degrees)
    driven, speed_of = np.array(flows, dtype=float).reshape(-1, 3, 3), np.array(speeds, dtype=float)
    power = np.stack([line_power(Traffic(driven[:, part], speed_of), winter) for part in range(3)], axis=1)
    by_piece = power[owner] + 10 * np.log10(np.maximum(metres, 1e-3))[:, None, None]
    inside = ((points >= box[:2]) & (points <= box[2:])).all(axis=1)
    return Sources(points[inside], by_piece[inside])


def _driven(road: dict[str, Any], settings: NoiseSettings) -> tuple[Floats, float]:
    """Vehicles an hour by part of the day (3) and category (3), and km/h: as told, else by class of road."""
    usual = settings.of(road["kind"])
    told = {name: road[name] for name in ("daily", "heavy", "speed")}
    daily, heavy, speed = (
        value if value is not None else (getattr(usual, name) if usual else 0.0) for name, value in told.items()
    )
    medium = settings.heavy_of_two_sizes
    split = np.array([1 - heavy, heavy * medium, heavy * (1 - medium)])
    in_hour = daily * np.array(settings.shares) / np.array(settings.hours)
    return in_hour[:, None] * split, float(speed or 30.0)
