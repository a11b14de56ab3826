"""What the tiles of 3D Tiles 1.0 hold (OGC 18-053r2): batched and instanced models, and those put together. Clouds of
points have no faces.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from toimiva.engines.citymodels.objects import Unreadable

__all__ = ["FORMATS", "Held", "held_in"]

FORMATS = ("b3dm", "i3dm", "cmpt", "pnts")
_SIZES = {b"b3dm": 28, b"i3dm": 32, b"pnts": 28}  # bytes of their headers
_MOST = 1_000_000  # instances of a tile
_DEEPEST = 16
_ONE = np.eye(4)[None]
_FLAT = 1 / (1 - 0.00669437999014)  # of the ellipsoid of WGS 84: the square of one axis by the other's


@dataclass(frozen=True, slots=True)
class Held:
    """A glTF within a tile, or the address of one; `places` (n, 4, 4) are where it stands, its z axis up."""

    content: bytes
    address: str = ""
    places: NDArray[np.float64] = field(default_factory=lambda: _ONE)


def held_in(content: bytes, name: str, depth: int = 0) -> Iterator[Held]:
    """The models of a tile. Raises Unreadable."""
    kind = content[:4]
    if kind == b"cmpt" and len(content) >= 16 and depth < _DEEPEST:
        for tile in _put_together(content, name):
            yield from held_in(tile, name, depth + 1)
    elif kind in (b"b3dm", b"i3dm") and len(content) >= _SIZES[kind]:
        yield _model(content, kind, name)
    elif kind != b"pnts":
        raise Unreadable(f"{name} is no tile of 3D Tiles.", why=f"It begins with {kind!r}.", mend="Fetch it again.")


def _put_together(content: bytes, name: str) -> Iterator[bytes]:
    (count,) = struct.unpack_from("<I", content, 12)
    at = 16
    for _ in range(count):
        if at + 12 > len(content):
            raise Unreadable(f"{name} is cut off.", why=f"It says that it has {count} tiles.", mend="Fetch it again.")
        (size,) = struct.unpack_from("<I", content, at + 8)
        if size < 12:
            raise Unreadable(
                f"{name} is damaged.", why=f"A tile within it is {size} bytes long.", mend="Fetch it again."
            )
        yield content[at : at + size]
        at += size


def _model(content: bytes, kind: bytes, name: str) -> Held:
    sizes = struct.unpack_from("<4I", content, 12)
    at = _SIZES[kind]
    inside = content[at + sum(sizes) :]
    try:
        told = orjson.loads(content[at : at + sizes[0]] or b"{}") if sizes[0] else {}
        binary = content[at + sizes[0] : at + sizes[0] + sizes[1]]
        places = _instances(told, binary) if kind == b"i3dm" else _ONE
        centre = np.array(_listed(told, binary, "RTC_CENTER", "<f4", 3, 1))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"{type(error).__name__}: {error}"
        raise Unreadable(f"The features of {name} cannot be read.", why=why, mend="Fetch it again.") from error
    if len(centre):
        places = places.copy()
        places[:, :3, 3] += centre[0]
    linked = kind == b"i3dm" and struct.unpack_from("<I", content, 28)[0] == 0
    address = inside.rstrip(b"\0 ").decode("utf-8", "replace") if linked else ""
    return Held(b"" if linked else inside, address, places)


def _instances(told: Mapping[str, Any], binary: bytes) -> NDArray[np.float64]:
    """Where each instance stands (section 10.2): its position, its x, y and z axes (right, up and across both, or
    east, north and up), and its size."""
    count = int(told["INSTANCES_LENGTH"])
    if not 0 <= count <= _MOST:
        raise ValueError(f"{count} instances")
    places = np.tile(np.eye(4), (count, 1, 1))
    places[:, :3, 3] = _positions(told, binary, count)
    up, right = (_directions(told, binary, name, count) for name in ("NORMAL_UP", "NORMAL_RIGHT"))
    if len(up) and len(right):
        places[:, :3, :3] = np.stack([right, up, np.cross(right, up)], axis=2)
    elif told.get("EAST_NORTH_UP"):
        places[:, :3, :3] = _east_north_up(places[:, :3, 3] + np.array(told.get("RTC_CENTER", (0.0, 0.0, 0.0))))
    for name, width in (("SCALE", 1), ("SCALE_NON_UNIFORM", 3)):
        sizes = _listed(told, binary, name, "<f4", width, count)
        if len(sizes):
            places[:, :3, :3] *= sizes[:, None, :]
    return places


def _positions(told: Mapping[str, Any], binary: bytes, count: int) -> NDArray[np.float64]:
    found = _listed(told, binary, "POSITION", "<f4", 3, count)
    if len(found) or not count:
        return found
    steps = _listed(told, binary, "POSITION_QUANTIZED", "<u2", 3, count)
    offset, scale = (np.array(told[f"QUANTIZED_VOLUME_{name}"], dtype=float) for name in ("OFFSET", "SCALE"))
    return steps / 65535 * scale + offset


def _directions(told: Mapping[str, Any], binary: bytes, name: str, count: int) -> NDArray[np.float64]:
    """Unit vectors, as they are or folded into a square (oct32p); none where the tile has none."""
    found = _listed(told, binary, name, "<f4", 3, count)
    if len(found):
        return found
    square = _listed(told, binary, f"{name}_OCT32P", "<u2", 2, count) / 65535 * 2 - 1
    if not len(square):
        return square
    height = 1 - np.abs(square).sum(axis=1)
    folded = (1 - np.abs(square[:, ::-1])) * np.where(square >= 0, 1, -1)
    flat = np.where(height[:, None] < 0, folded, square)
    return _unit(np.column_stack([flat, height]))


def _east_north_up(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3, 3): east, north and up at points of the earth (EPSG:4978), as columns."""
    up = _unit(points * [1.0, 1.0, _FLAT])
    east = _unit(np.column_stack([-points[:, 1], points[:, 0], np.zeros(len(points))]))
    return np.stack([east, np.cross(up, east), up], axis=2)


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    told: NDArray[np.float64] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return told


def _listed(
    told: Mapping[str, Any], binary: bytes, name: str, kind: str, width: int, count: int
) -> NDArray[np.float64]:
    """(count, width) numbers of the feature table, in its JSON or its binary part; none where it has none."""
    entry = told.get(name)
    if entry is None:
        return np.empty((0, width))
    if isinstance(entry, Mapping):
        offset = int(entry["byteOffset"])
        return np.frombuffer(binary, kind, width * count, offset).reshape(count, width).astype(float)
    return np.asarray(entry, dtype=float).reshape(-1, width)
