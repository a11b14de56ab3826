"""Places of services and roads in the lake: `twin.places` and `twin.roads`, of today's city only."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.rows import PLACES, ROADS
from toimiva.core.city.api import City
from toimiva.core.lake import api as lake
from toimiva.engines.citymodels.api import Frame, Surroundings

__all__ = ["keep_surroundings"]


def keep_surroundings(city: City, source: str, found: Surroundings, frame: Frame) -> None:
    """Put a source's places and roads in place of what it gave before."""
    for table, rows in (
        (keeping.PLACES_TABLE, _places(source, found, frame)),
        (keeping.ROADS_TABLE, _roads(source, found, frame)),
    ):
        if rows.num_rows or table in lake.tables(city.id):
            keeping.replace(city, table, rows, "source", source)


def _places(source: str, found: Surroundings, frame: Frame) -> pa.Table:
    x, y, lon, lat = _placed([(one.x, one.y) for one in found.places], frame)
    columns = {
        "source": [source] * len(found.places),
        "id": [one.id for one in found.places], "kind": [one.kind for one in found.places],
        "name": [one.name for one in found.places], "epsg": [frame.metric] * len(found.places),
        "x": x, "y": y, "longitude": lon, "latitude": lat,
    }  # fmt: skip
    return pa.table(columns, schema=PLACES)


def _roads(source: str, found: Surroundings, frame: Frame) -> pa.Table:
    x, y, _, _ = _placed([point for one in found.roads for point in one.line], frame)
    ends = np.cumsum([0, *(len(one.line) for one in found.roads)])
    lines = pa.ListArray.from_arrays(pa.array(ends * 2, pa.int32()), pa.array(np.stack([x, y], axis=1).reshape(-1)))
    told = ("id", "kind", "name", "speed", "lanes", "daily", "heavy")
    columns = {name: [getattr(one, name) for one in found.roads] for name in told}
    count = len(found.roads)
    return pa.table(
        {"source": [source] * count, **columns, "epsg": [frame.metric] * count, "line": lines}, schema=ROADS
    )


def _placed(points: list[tuple[float, float]], frame: Frame) -> tuple[np.ndarray, ...]:
    """Easting and northing, longitude and latitude."""
    flat = np.array(points, dtype=float).reshape(-1, 2)
    told = frame.to_metric(np.column_stack([flat, np.zeros(len(flat))]))
    lon, lat, _ = frame.to_degrees(told[:, 0], told[:, 1], 0)
    return told[:, 0], told[:, 1], lon, lat
