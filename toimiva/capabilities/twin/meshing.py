"""Faces of the lake as the mesh of a tile: what another process does for a part of the city. No Django here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import Transformer

from toimiva.engines.citymodels.api import earth
from toimiva.engines.solids.api import Faces, Floats, Integers
from toimiva.engines.tiles3d.api import Features, Mesh, glb

__all__ = [
    "COLOURS",
    "NUMBERS",
    "TEXTS",
    "build_part",
    "build_rows",
    "colour_of",
    "earth_mesh",
    "faces_of_rings",
    "mesh_of",
    "placed_at",
]

TEXTS = ("id", "name", "kind", "source")
NUMBERS = ("height", "ground", "volume", "roof_area")
COLOURS = {
    "RoofSurface": (165, 96, 78), "WallSurface": (232, 226, 214), "GroundSurface": (150, 150, 150),
    "Window": (120, 160, 190), "Door": (120, 90, 70), "LandUse": (196, 206, 178), "PlantCover": (122, 160, 98),
    "WaterBody": (120, 170, 205), "WaterSurface": (120, 170, 205), "Road": (170, 170, 172), "Bridge": (190, 186, 178),
    "SolarPanel": (28, 46, 92),
}  # fmt: skip
_OTHER = (214, 208, 196)


def colour_of(kind: str) -> tuple[int, int, int]:
    """The colour (red, green, blue) of a kind of face or object."""
    return COLOURS.get(kind, _OTHER)


def build_part(part: Path, folder: Path) -> None:
    """Every tile of a Parquet file into `folder`: see `build_rows`."""
    build_rows(pq.read_table(part), folder)


def build_rows(rows: pa.Table, folder: Path) -> None:
    """Every tile of these rows (faces with their object's columns and tile) into `folder`."""
    order = [(name, "ascending") for name in ("level", "x", "y", "id")]
    table = rows.sort_by(order).combine_chunks()
    cells = np.stack([table[name].to_numpy() for name in ("level", "x", "y")], axis=1)
    starts = np.flatnonzero(np.any(np.diff(cells, axis=0, prepend=-1) != 0, axis=1))
    for start, end in zip(starts, [*starts[1:], len(cells)], strict=True):
        level, x, y = cells[start].tolist()
        file = folder / "content" / str(level) / str(x) / f"{y}.glb"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_tile(table.slice(start, end - start)))


def _tile(rows: pa.Table) -> bytes:
    ids = rows["id"].to_numpy(zero_copy_only=False)
    begins = np.append([True], ids[1:] != ids[:-1])
    one_each = rows.take(pa.array(np.flatnonzero(begins)))
    faces = faces_of_rings(rows["rings"])
    on_earth = rows["epsg"].to_numpy(), rows["undulation"].to_numpy()
    mesh = mesh_of(faces, rows["face_kind"].to_pylist(), np.cumsum(begins) - 1, *on_earth)
    features = Features(
        {name: one_each[name].to_pylist() for name in TEXTS},
        {name: np.nan_to_num(one_each[name].to_numpy()).tolist() for name in NUMBERS},
    )
    return glb(mesh, features)


def faces_of_rings(rings: pa.ChunkedArray | pa.Array) -> Faces:
    """Faces out of a column of rings, without a loop."""
    column = rings.combine_chunks() if isinstance(rings, pa.ChunkedArray) else rings
    inner = column.flatten()
    face_sizes = column.value_lengths().to_numpy(zero_copy_only=False)
    ring_sizes = inner.value_lengths().to_numpy(zero_copy_only=False) // 3
    points = inner.flatten().to_numpy(zero_copy_only=False).reshape(-1, 3)
    return Faces.sized(points, ring_sizes, face_sizes)


def mesh_of(faces: Faces, kinds: Sequence[str], feature: Integers, epsg: Integers, undulation: Floats) -> Mesh:
    """The triangles of faces, coloured by kind, around their own middle on the earth. Each face is in metres of its
    `epsg`, with heights that lie its `undulation` above the ellipsoid."""
    corners, _ = faces.triangles
    owner = faces.face_of_point
    local, placed = _on_earth(faces.points, epsg[owner], undulation[owner])
    across = np.zeros((len(faces), 3))
    np.add.at(across, owner[corners[:, 0]], _across(local, corners))
    colours = np.array(list(map(colour_of, kinds)), dtype=np.uint8)
    return Mesh(local, _unit(across)[owner], colours[owner], feature[owner].astype(np.uint32), corners, placed)


def earth_mesh(
    points: Floats, corners: Integers, epsg: Integers, undulation: Floats, colour: tuple[int, int, int]
) -> Mesh:
    """A surface of one colour and one feature, its points shared by triangles."""
    local, placed = _on_earth(points, epsg, undulation)
    across = np.zeros_like(local)
    for at in range(3):
        np.add.at(across, corners[:, at], _across(local, corners))
    colours = np.tile(np.array(colour, dtype=np.uint8), (len(local), 1))
    return Mesh(local, _unit(across), colours, np.zeros(len(local), np.uint32), corners, placed)


def _on_earth(points: Floats, epsg: Integers, undulation: Floats) -> tuple[Floats, Floats]:
    """Points as east, north, up of their middle, and where that is."""
    lon, lat = _degrees(points, epsg)
    height = points[:, 2] + undulation
    placed = placed_at(np.array([(a.min() + a.max()) / 2 for a in (lon, lat, height)]))
    return (earth(lon, lat, height) - placed[:3, 3]) @ placed[:3, :3], placed


def _across(points: Floats, corners: Integers) -> Floats:
    a, b, c = (points[corners[:, at]] for at in range(3))
    return np.cross(b - a, c - a)


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(length > 0, vectors / np.where(length > 0, length, 1), [0.0, 0.0, 1.0])


def _degrees(points: Floats, epsg: Integers) -> tuple[Floats, Floats]:
    lon, lat = np.empty(len(points)), np.empty(len(points))
    for code in np.unique(epsg).tolist():
        of_it = epsg == code
        lon[of_it], lat[of_it] = _to_degrees(code).transform(points[of_it, 0], points[of_it, 1])
    return lon, lat


@lru_cache(maxsize=16)
def _to_degrees(epsg: int) -> Transformer:
    return Transformer.from_crs(epsg, 4326, always_xy=True)


def placed_at(middle: Floats) -> Floats:
    """East, north and up at a place (longitude, latitude, metres above the ellipsoid), and the place itself, as a
    matrix into earth-centred metres."""
    lon, lat = np.radians(middle[:2])
    east = [-np.sin(lon), np.cos(lon), 0]
    north = [-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)]
    up = [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    placed = np.eye(4)
    placed[:3, :3] = np.stack([east, north, up], axis=1)
    placed[:3, 3] = earth(*middle)
    return placed
