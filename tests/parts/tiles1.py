"""Tiles of 3D Tiles 1.0 and glTF with instances, as others write them; a box of 2 by 3 by 4 metres stands in each."""

from __future__ import annotations

import base64
import io
import json
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import trimesh

__all__ = ["BOX", "b3dm", "box_glb", "cmpt", "i3dm", "instanced_gltf", "oct32p", "pnts", "tileset"]

BOX = np.array([2.0, 3.0, 4.0])  # east, north and up, from the origin


def box_glb() -> bytes:
    """The box in the axes of glTF: x is east, y up, z south."""
    box = trimesh.creation.box(extents=[BOX[0], BOX[2], BOX[1]])
    box.apply_translation([BOX[0] / 2, BOX[2] / 2, -BOX[1] / 2])
    return trimesh.Scene(box).export(file_type="glb")


def _table(told: dict[str, Any], columns: dict[str, Any]) -> tuple[bytes, bytes]:
    """A feature table: what is told in JSON, with arrays in its binary part."""
    binary = b""
    for name, array in columns.items():
        told = told | {name: {"byteOffset": len(binary)}}
        binary += array.tobytes()
        binary += b"\0" * (-len(binary) % 8)
    text = json.dumps(told).encode() if told else b""
    return text + b" " * (-len(text) % 8), binary


def b3dm(glb: bytes, **told: Any) -> bytes:
    text, binary = _table({"BATCH_LENGTH": 0} | told, {})
    size = 28 + len(text) + len(binary) + len(glb)
    return struct.pack("<4s6I", b"b3dm", 1, size, len(text), len(binary), 0, 0) + text + binary + glb


def i3dm(glb: bytes, count: int, columns: dict[str, Any], *, linked: str = "", **told: Any) -> bytes:
    text, binary = _table({"INSTANCES_LENGTH": count} | told, columns)
    inside = linked.encode() if linked else glb
    size = 32 + len(text) + len(binary) + len(inside)
    head = struct.pack("<4s7I", b"i3dm", 1, size, len(text), len(binary), 0, 0, 0 if linked else 1)
    return head + text + binary + inside


def pnts() -> bytes:
    text, binary = _table({"POINTS_LENGTH": 1}, {"POSITION": np.zeros((1, 3), "<f4")})
    return struct.pack("<4s6I", b"pnts", 1, 28 + len(text) + len(binary), len(text), len(binary), 0, 0) + text + binary


def cmpt(*tiles: bytes) -> bytes:
    size = 16 + sum(map(len, tiles))
    return struct.pack("<4s3I", b"cmpt", 1, size, len(tiles)) + b"".join(tiles)


def oct32p(vectors: np.ndarray) -> np.ndarray:
    """Unit vectors folded into a square (Cigolle et al. 2014), two numbers of 16 bits each."""
    flat = vectors / np.abs(vectors).sum(axis=1, keepdims=True)
    folded = (1 - np.abs(flat[:, 1::-1])) * np.where(flat[:, :2] >= 0, 1, -1)
    square = np.where(flat[:, 2:] < 0, folded, flat[:, :2])
    return np.round((square / 2 + 0.5) * 65535).astype("<u2")


def instanced_gltf(
    translations: Sequence[Sequence[float]], scales: Sequence[Sequence[float]], *, binary: bool
) -> bytes:
    """The box again and again by EXT_mesh_gpu_instancing; its buffers within the file."""
    glb = box_glb()
    (length,) = struct.unpack_from("<I", glb, 12)
    document, chunk = json.loads(glb[20 : 20 + length]), bytearray(glb[28 + length :])
    attributes = {}
    for name, rows in (("TRANSLATION", translations), ("SCALE", scales)):
        document["bufferViews"].append({"buffer": 0, "byteOffset": len(chunk), "byteLength": 12 * len(rows)})
        view = len(document["bufferViews"]) - 1
        document["accessors"].append({"bufferView": view, "componentType": 5126, "count": len(rows), "type": "VEC3"})
        attributes[name] = len(document["accessors"]) - 1
        chunk += np.array(rows, "<f4").tobytes()
    node = next(one for one in document["nodes"] if "mesh" in one)
    node["extensions"] = {"EXT_mesh_gpu_instancing": {"attributes": attributes}}
    document |= {"extensionsUsed": ["EXT_mesh_gpu_instancing"], "extensionsRequired": ["EXT_mesh_gpu_instancing"]}
    document["buffers"][0] = {"byteLength": len(chunk)}
    if not binary:
        document["buffers"][0]["uri"] = f"data:application/octet-stream;base64,{base64.b64encode(chunk).decode()}"
        return json.dumps(document).encode()
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    out = io.BytesIO()
    out.write(struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(chunk)))
    out.write(struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(chunk), b"BIN\0") + chunk)
    return out.getvalue()


def tileset(*addresses: str, transform: Sequence[float] | None = None) -> str:
    """A tileset of one tile that has these contents."""
    root: dict[str, Any] = {
        "boundingVolume": {"sphere": [0, 0, 0, 100]}, "geometricError": 1, "refine": "ADD",
        "contents": [{"uri": one} for one in addresses],
    }  # fmt: skip
    root |= {"transform": list(transform)} if transform else {}
    return json.dumps({"asset": {"version": "1.1"}, "geometricError": 10, "root": root})
