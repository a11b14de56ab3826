"""One tile as binary glTF 2.0: a Draco mesh whose vertices say which feature they belong to, and a table of features.

KHR_draco_mesh_compression, EXT_mesh_features and EXT_structural_metadata. Vertices are east, north, up in metres around
the tile's middle; a node's matrix puts them on the earth (glTF's y axis is up, 3D Tiles turns it back).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import DracoPy
import numpy as np
from numpy.typing import NDArray

__all__ = ["Binary", "Features", "Mesh", "accessor", "container", "glb", "y_up"]

_SPEED = 7
_BITS = 16  # of position: under a centimetre over a tile of 600 metres
_NORMAL_BITS = 8


@dataclass(frozen=True, slots=True)
class Mesh:
    """Triangles of a tile: `points` (n, 3) east, north, up in metres; `normals` (n, 3); `colours` (n, 3) of 0 to 255;
    `features` (n,) indices into the table; `corners` (t, 3) indices of points. `placed` (4, 4) leads to earth-centred
    metres (EPSG:4978)."""

    points: NDArray[np.float64]
    normals: NDArray[np.float64]
    colours: NDArray[np.uint8]
    features: NDArray[np.uint32]
    corners: NDArray[np.int64]
    placed: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Features:
    """The table of features by column: texts and 32-bit numbers."""

    texts: Mapping[str, Sequence[str]]
    numbers: Mapping[str, Sequence[float]]


def glb(mesh: Mesh, features: Features) -> bytes:
    """The tile's bytes; the same mesh and features give the same bytes."""
    binary = Binary()
    view = binary.add(_draco(mesh))
    document = {
        "asset": {"version": "2.0", "generator": "Toimiva"},
        "extensionsUsed": ["EXT_mesh_features", "EXT_structural_metadata", "KHR_draco_mesh_compression"],
        "extensionsRequired": ["KHR_draco_mesh_compression"],
        "extensions": {"EXT_structural_metadata": _metadata(features, binary)},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "matrix": y_up(mesh.placed)}],
        "meshes": [{"primitives": [_primitive(view, _count(features))]}],
        "materials": [_MATERIAL],
        "accessors": _accessors(mesh, _count(features)),
        "bufferViews": binary.views,
        "buffers": [{"byteLength": len(binary.data)}],
    }
    return container(document, bytes(binary.data))


_MATERIAL = {"pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.9}, "doubleSided": True}


def _primitive(view: int, features: int) -> dict[str, Any]:
    """The mesh in its view, its accessors in the order that `_accessors` gives."""
    ids = _draco_ids()
    packed = {"POSITION": ids[0], "NORMAL": ids[1], "COLOR_0": ids[2], "_FEATURE_ID_0": ids[4]}
    told = {"featureCount": features, "attribute": 0, "propertyTable": 0}
    return {
        "attributes": {"POSITION": 1, "NORMAL": 2, "COLOR_0": 3, "_FEATURE_ID_0": 4},
        "indices": 0,
        "material": 0,
        "extensions": {
            "KHR_draco_mesh_compression": {"bufferView": view, "attributes": packed},
            "EXT_mesh_features": {"featureIds": [told]},
        },
    }


def _accessors(mesh: Mesh, features: int) -> list[dict[str, Any]]:
    """Indices, positions, normals, colours, features: what the decoder gives."""
    low, high = mesh.points.min(axis=0), mesh.points.max(axis=0)
    slack = float((high - low).max()) / 2**_BITS  # what quantisation may move a point by
    count = len(mesh.points)
    return [
        accessor(5125, "SCALAR", mesh.corners.size),
        accessor(5126, "VEC3", count) | {"min": (low - slack).tolist(), "max": (high + slack).tolist()},
        accessor(5126, "VEC3", count),
        accessor(5121, "VEC3", count) | {"normalized": True},
        accessor(5123 if features <= 65_536 else 5126, "SCALAR", count),
    ]


def accessor(component: int, kind: str, count: int) -> dict[str, Any]:
    """An accessor without a view: its values are in what a decoder gives."""
    return {"componentType": component, "type": kind, "count": count}


def _count(features: Features) -> int:
    return len(next(iter(features.texts.values())))


def _draco(mesh: Mesh) -> bytes:
    kind = np.uint16 if mesh.features.max(initial=0) < 65_536 else np.float32
    return bytes(
        DracoPy.encode(
            mesh.points.astype(np.float32), mesh.corners.astype(np.uint32), quantization_bits=_BITS,
            compression_level=_SPEED, preserve_order=True, normals=mesh.normals, normal_quantization_bits=_NORMAL_BITS,
            colors=mesh.colours, generic_attributes={0: mesh.features.astype(kind)[:, None]},
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def _draco_ids() -> dict[int, int]:
    """The unique id of each attribute by its kind (0 position, 1 normal, 2 colour, 4 generic), as the encoder gives."""
    points = np.eye(3)
    tiny = Mesh(points, points, np.zeros((3, 3), np.uint8), np.zeros(3, np.uint32), np.array([[0, 1, 2]]), np.eye(4))
    return {int(one["attribute_type"]): int(one["unique_id"]) for one in DracoPy.decode(_draco(tiny)).attributes}


def y_up(placed: NDArray[np.float64]) -> list[float]:
    """The matrix in glTF's axes, by column."""
    turn = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]], dtype=np.float64)
    return [float(value) for value in (turn @ placed).T.reshape(-1)]


def _metadata(features: Features, binary: Binary) -> dict[str, Any]:
    told = {name: texts for name, texts in features.texts.items() if any(texts)}  # glTF has no empty views
    schema: dict[str, Any] = {name: {"type": "STRING"} for name in told}
    schema |= {name: {"type": "SCALAR", "componentType": "FLOAT32"} for name in features.numbers}
    values: dict[str, Any] = {}
    for name, texts in told.items():
        encoded = [text.encode() for text in texts]
        offsets = np.concatenate([[0], np.cumsum([len(one) for one in encoded])]).astype("<u4")
        values[name] = {"values": binary.add(b"".join(encoded)), "stringOffsets": binary.add(offsets.tobytes())}
    for name, numbers in features.numbers.items():
        values[name] = {"values": binary.add(np.array(numbers, dtype="<f4").tobytes())}
    return {
        "schema": {"id": "city", "classes": {"object": {"properties": schema}}},
        "propertyTables": [{"class": "object", "count": _count(features), "properties": values}],
    }


class Binary:
    """The binary chunk with its views, each on a boundary of eight bytes."""

    def __init__(self) -> None:
        self.data, self.views = bytearray(), list[dict[str, int]]()

    def add(self, part: bytes) -> int:
        """The number of the view of this part."""
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(part)})
        self.data += part + b"\0" * (-len(part) % 8)
        return len(self.views) - 1


def container(document: dict[str, Any], binary: bytes) -> bytes:
    """The bytes of a binary glTF."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    head = struct.calcsize("<3I") + struct.calcsize("<2I")
    text += b" " * (-(head + len(text)) % 8)
    total = head + len(text) + struct.calcsize("<2I") + len(binary)
    return (
        struct.pack("<4s2I", b"glTF", 2, total)
        + struct.pack("<I4s", len(text), b"JSON") + text
        + struct.pack("<I4s", len(binary), b"BIN\0") + binary
    )  # fmt: skip
