"""City objects as rows of the lake: one table of objects, one of their faces, built by column."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from toimiva.engines.citymodels.api import OUTSIDE_SOLIDS, CityObject, Frame, Piece, Polygon, objects_of
from toimiva.engines.solids.api import Faces, Floats, Integers, faces_of

__all__ = [
    "BUILDINGS", "FACES", "FINDINGS", "FLOOD", "HEIGHTS", "MESH", "NOISE", "OBJECTS", "PLACES", "ROADS", "SOLAR",
    "VIEWS", "WALKS", "Rows", "rows_of", "rows_of_piece",
]  # fmt: skip

BUILDINGS = "placed AND faces > 0 AND kind IN ('Building', 'BuildingPart')"  # a building, or each of its parts
_RINGS = pa.list_(pa.list_(pa.float64()))
OBJECTS = pa.schema(
    [(name, pa.string()) for name in (
        "id", "source", "branch", "kind", "parent", "root", "name", "lod", "attributes", "findings", "digest",
    )]
    + [(name, pa.float64()) for name in (
        "x", "y", "longitude", "latitude", "west", "south", "east", "north", "ground", "top", "undulation",
        "roof_area", "wall_area", "ground_area", "volume",
    )]
    + [("epsg", pa.int32()), ("faces", pa.int32()), ("line", pa.int64()), ("placed", pa.bool_())]
)  # fmt: skip
FACES = pa.schema(
    [(name, pa.string()) for name in ("object", "source", "branch", "id", "surface", "kind", "lod", "attributes")]
    + [("stated", pa.bool_()), ("shown", pa.bool_())]
    + [("solid", pa.int32()), ("shell", pa.int32()), ("epsg", pa.int32())]
    + [(name, pa.float64()) for name in ("area", "slope", "azimuth", "low", "high", "x", "y")]
    + [("rings", _RINGS)]
)  # fmt: skip

SOLAR = pa.schema(
    [(name, pa.string()) for name in ("object", "source", "branch", "digest", "face", "surface", "kind")]
    + [(name, pa.float64()) for name in (
        "area", "slope", "azimuth", "x", "y", "sun", "unshaded", "shade", "sky", "energy",
        "electricity",
    )]
    + [("epsg", pa.int32())]
)  # fmt: skip
HEIGHTS = pa.schema([
    ("source", pa.string()), ("epsg", pa.int32()), ("x", pa.float64()), ("y", pa.float64()), ("z", pa.float64()),
    ("undulation", pa.float64()),
])  # fmt: skip
PLACES = pa.schema(
    [(name, pa.string()) for name in ("source", "id", "kind", "name")] + [("epsg", pa.int32())]
    + [(name, pa.float64()) for name in ("x", "y", "longitude", "latitude")]
)  # fmt: skip
ROADS = pa.schema(
    [(name, pa.string()) for name in ("source", "id", "kind", "name")]
    + [(name, pa.float64()) for name in ("speed", "lanes", "daily", "heavy")]
    + [("epsg", pa.int32()), ("line", pa.list_(pa.float64()))]
)  # fmt: skip
WALKS = pa.schema(
    [(name, pa.string()) for name in ("object", "source", "branch", "digest", "kind", "place")]
    + [("metres", pa.int32()), ("on_streets", pa.bool_())]
)  # fmt: skip
NOISE = pa.schema(
    [(name, pa.string()) for name in ("object", "source", "branch", "digest", "wall")]
    + [(name, pa.float64()) for name in ("x", "y", "longitude", "latitude", "day", "evening", "night", "den")]
    + [("epsg", pa.int32())]
)  # fmt: skip
FLOOD = pa.schema(
    [(name, pa.string()) for name in ("object", "source", "branch", "digest")]
    + [("level", pa.float64()), ("depth", pa.float64()), ("by_terrain", pa.bool_())]
)  # fmt: skip
VIEWS = pa.schema(
    [(name, pa.string()) for name in ("object", "source", "branch", "digest", "face", "surface")]
    + [(name, pa.float64()) for name in ("area", "x", "y", "sky", "built", "green", "water", "ground", "open")]
    + [("epsg", pa.int32())]
)  # fmt: skip
MESH = pa.schema(
    [("source", pa.string()), ("name", pa.string()), ("part", pa.int32()), ("digest", pa.string())]
    + [("triangles", pa.int64()), ("pixels", pa.int64())]
    + [(name, pa.float64()) for name in ("west", "south", "east", "north", "low", "high")]
    + [("points", pa.list_(pa.float64())), ("uv", pa.list_(pa.float32())), ("corners", pa.list_(pa.int32()))]
    + [("photograph", pa.binary())]
)  # fmt: skip
FINDINGS = pa.schema(
    [(name, pa.string()) for name in ("source", "branch", "object")] + [("code", pa.int32())]
    + [(name, pa.string()) for name in ("part", "message")] + [("line", pa.int64())]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the two tables, of the same objects."""

    objects: pa.Table
    faces: pa.Table
    codes: list[int]


def rows_of(found: Sequence[CityObject], source: str, branch: str, frame: Frame) -> Rows:
    """The rows of some objects, parents before their parts. Faces without a name are called by the way they face."""
    owners = np.repeat(np.arange(len(found)), [len(one.polygons) for one in found])
    polygons = [polygon for one in found for polygon in one.polygons]
    faces = faces_of(polygon.rings for polygon in polygons)
    faces = Faces(frame.to_metric(faces.points), faces.rings, faces.faces)
    table = _Table(found, polygons, owners, faces, (source, branch), frame)
    return Rows(table.objects(), table.faces(), [finding.code for one in found for finding in one.findings])


def rows_of_piece(piece: Piece, source: str, branch: str, frame: Frame) -> Rows:
    """The rows of a piece of a file: what another process does."""
    gc.disable()  # as in `objects_of`, whose objects live until their rows are there
    try:
        return rows_of(objects_of(piece), source, branch, frame)
    finally:
        gc.enable()


class _Table:
    def __init__(
        self, found: Sequence[CityObject], polygons: Sequence[Polygon], owners: Integers, faces: Faces,
        origin: tuple[str, str], frame: Frame,
    ) -> None:  # fmt: skip
        self.found, self.polygons, self.owners, self.shape = found, polygons, owners, faces
        self.source, self.branch = origin
        self.frame = frame
        self.kinds = self._kinds()
        self.lods = [_shown_lod(one.polygons) for one in found]
        finest = [self.lods[owner] for owner in owners.tolist()]
        self.shown = np.array([polygon.lod == lod for polygon, lod in zip(polygons, finest, strict=True)], dtype=bool)

    def _kinds(self) -> list[str]:
        slopes = self.shape.slopes.tolist() if self.polygons else []
        owned = [self.found[owner].kind for owner in self.owners.tolist()]
        return [
            polygon.kind or (_facing(slope) if kind.startswith("Building") else kind)
            for polygon, slope, kind in zip(self.polygons, slopes, owned, strict=True)
        ]

    def faces(self) -> pa.Table:
        shape, count = self.shape, len(self.polygons)
        told = _Told()
        starts = shape.rings[shape.faces[:-1]] if count else np.zeros(0, dtype=np.int64)
        heights = shape.points[:, 2]
        columns: dict[str, Any] = {
            "object": [self.found[owner].id for owner in self.owners.tolist()],
            "source": [self.source] * count,
            "branch": [self.branch] * count,
            "id": [polygon.id for polygon in self.polygons],
            "surface": [polygon.surface for polygon in self.polygons],
            "kind": self.kinds,
            "lod": [polygon.lod for polygon in self.polygons],
            "attributes": [told.text(polygon.attributes) for polygon in self.polygons],
            "stated": [bool(polygon.kind) for polygon in self.polygons],
            "shown": self.shown,
            "solid": [polygon.solid for polygon in self.polygons],
            "shell": [polygon.shell for polygon in self.polygons],
            "epsg": np.full(count, self.frame.metric),
            "area": shape.areas if count else [],
            "slope": shape.slopes if count else [],
            "azimuth": pa.array(shape.azimuths, from_pandas=True) if count else [],
            "low": np.minimum.reduceat(heights, starts) if count else [],
            "high": np.maximum.reduceat(heights, starts) if count else [],
            "x": self._middles(starts, 0),
            "y": self._middles(starts, 1),
            "rings": _rings(shape),
        }
        return pa.table([pa.array(columns[field.name], field.type) for field in FACES], schema=FACES)

    def _middles(self, starts: Integers, axis: int) -> Floats:
        if not len(starts):
            return np.zeros(0)
        values = self.shape.points[:, axis]
        first = values[starts]
        counts = np.diff(np.append(starts, len(values)))
        return first + np.add.reduceat(values - first[self.shape.face_of_point], starts) / counts

    def objects(self) -> pa.Table:
        low, high = self._boxes()
        middle = (low + high) / 2
        lon, lat, _ = self.frame.to_degrees(middle[:, 0], middle[:, 1], 0)
        west, south, _ = self.frame.to_degrees(low[:, 0], low[:, 1], 0)
        east, north, _ = self.frame.to_degrees(high[:, 0], high[:, 1], 0)
        placed = self._placed(middle, lon)
        roots = _roots(self.found)
        columns: dict[str, Any] = {
            "id": [one.id for one in self.found],
            "source": [self.source] * len(self.found),
            "branch": [self.branch] * len(self.found),
            "kind": [one.kind for one in self.found],
            "parent": [one.parent for one in self.found],
            "root": roots,
            "name": [one.name for one in self.found],
            "lod": self.lods,
            "attributes": [orjson.dumps(one.attributes, default=str).decode() for one in self.found],
            "findings": [_findings(one, there) for one, there in zip(self.found, placed.tolist(), strict=True)],
            "digest": list(self._digests()),
            "x": middle[:, 0], "y": middle[:, 1], "longitude": lon, "latitude": lat,
            "west": west, "south": south, "east": east, "north": north,
            "ground": low[:, 2], "top": high[:, 2], "undulation": np.full(len(self.found), self.frame.undulation),
            "roof_area": self._sum("RoofSurface"), "wall_area": self._sum("WallSurface"),
            "ground_area": self._sum("GroundSurface"), "volume": self._volumes(),
            "epsg": np.full(len(self.found), self.frame.metric),
            "faces": np.bincount(self.owners, minlength=len(self.found)),
            "line": [one.line for one in self.found],
            "placed": placed,
        }  # fmt: skip
        return pa.table([pa.array(columns[f.name], f.type, from_pandas=True) for f in OBJECTS], schema=OBJECTS)

    def _boxes(self) -> tuple[Floats, Floats]:
        """Lowest and highest corner of each object, NaN for those without faces."""
        low, high = (np.full((len(self.found), 3), np.nan) for _ in range(2))
        if len(self.polygons):
            owner = self.owners[self.shape.face_of_point]
            starts = np.flatnonzero(np.diff(owner, prepend=-1))
            low[owner[starts]] = np.minimum.reduceat(self.shape.points, starts)
            high[owner[starts]] = np.maximum.reduceat(self.shape.points, starts)
        return low, high

    def _placed(self, middle: Floats, lon: Floats) -> Any:
        return self.frame.near(middle) & np.isfinite(lon)

    def _sum(self, kind: str) -> Floats:
        of_kind = self.shown & (np.array(self.kinds) == kind)
        areas = self.shape.areas if len(self.polygons) else np.zeros(0)
        return np.bincount(self.owners[of_kind], areas[of_kind], len(self.found)).astype(float)

    def _volumes(self) -> Floats:
        """m3 by the divergence theorem over the faces of shown solids; NaN for objects without any."""
        solid = self.shown & np.array([polygon.solid != OUTSIDE_SOLIDS for polygon in self.polygons], dtype=bool)
        volumes = np.full(len(self.found), np.nan)
        if not solid.any():
            return volumes
        shape = self.shape
        vectors = np.add.reduceat(shape.ring_vectors, shape.faces[:-1])
        first = shape.points[shape.rings[shape.faces[:-1]]]
        _, start = np.unique(self.owners, return_index=True)
        origin = np.zeros((len(self.found), 3))
        origin[self.owners[start]] = first[start]
        parts = np.einsum("ij,ij->i", first - origin[self.owners], vectors) / 3
        owned = np.unique(self.owners[solid])
        volumes[owned] = np.bincount(self.owners[solid], parts[solid], len(self.found))[owned]
        return volumes

    def _digests(self) -> Iterator[str]:
        """What an object is, in sixteen bytes: another digest, another object to draw."""
        points, rings = self.shape.points, self.shape.rings
        counts = np.array([len(one.polygons) for one in self.found], dtype=np.int64)
        ends = np.concatenate([[0], np.cumsum(counts)])
        at = rings[self.shape.faces[ends]]
        for number, one in enumerate(self.found):
            digest = hashlib.blake2b(points[at[number] : at[number + 1]].tobytes(), digest_size=16)
            digest.update(orjson.dumps([one.kind, one.name, one.attributes], default=str))
            yield digest.hexdigest()


class _Told:
    """Attributes as JSON text; faces of one surface share theirs, so each is written out once."""

    def __init__(self) -> None:
        self.known: dict[int, str] = {}

    def text(self, attributes: dict[str, Any]) -> str:
        key = id(attributes)
        if key not in self.known:
            self.known[key] = orjson.dumps(attributes, default=str).decode() if attributes else "{}"
        return self.known[key]


def _facing(slope: float) -> str:
    if slope < 70:
        return "RoofSurface"
    return "GroundSurface" if slope > 110 else "WallSurface"


def _shown_lod(polygons: Sequence[Polygon]) -> str:
    """The finest level of detail up to 3 that has faces: 4 has rooms inside, 0 only an outline."""
    lods = {polygon.lod for polygon in polygons}
    return max((lod for lod in lods if lod < "4"), default=max(lods, default=""))


def _roots(found: Sequence[CityObject]) -> list[str]:
    root_of: dict[str, str] = {}
    for one in found:
        root_of[one.id] = root_of.get(one.parent, one.parent or one.id)
    return [root_of[one.id] for one in found]


def _findings(one: CityObject, placed: bool) -> str:
    told = [[found.code, found.part, found.message, found.line] for found in one.findings if found.code != 1009]
    if one.polygons and not placed:
        told.append([1009, one.id, "The object lies far from the others of its file, or nowhere.", one.line])
    return orjson.dumps(told).decode()


def _rings(shape: Faces) -> pa.Array:
    inner = pa.ListArray.from_arrays(pa.array(shape.rings * 3, pa.int32()), pa.array(shape.points.reshape(-1)))
    return pa.ListArray.from_arrays(pa.array(shape.faces, pa.int32()), inner)
