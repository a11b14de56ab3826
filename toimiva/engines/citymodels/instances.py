"""Instances of glTF (EXT_mesh_gpu_instancing) written out as nodes, which every reader of glTF knows."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

__all__ = ["as_nodes"]

_EXTENSION = "EXT_mesh_gpu_instancing"
_MOST = 200_000
_TYPES = {5120: ("<i1", 127), 5122: ("<i2", 32767), 5126: ("<f4", 1)}  # how numbers are stored, and what stands for one
_PARTS = {"TRANSLATION": ("translation", 3), "ROTATION": ("rotation", 4), "SCALE": ("scale", 3)}
Document = dict[str, Any]


def as_nodes(content: bytes, folder: Path | None) -> bytes:
    """The same glTF, binary or not, without instances; as it is where it has none. `folder` is where buffers beside it
    are looked for. Raises ValueError, KeyError or OSError for one that cannot be read."""
    if _EXTENSION.encode() not in content:
        return content
    text, binary = _parted(content)
    document = orjson.loads(text)
    nodes = document.get("nodes", [])
    for node in [one for one in nodes if _EXTENSION in one.get("extensions", {})]:
        told = node["extensions"].pop(_EXTENSION)["attributes"]
        copies = list(_copies(document, told, lambda number: _buffer(document, number, binary, folder)))
        if len(nodes) + len(copies) > _MOST:
            raise ValueError(f"more than {_MOST} instances")
        mesh = node.pop("mesh")
        node["children"] = [*node.get("children", []), *range(len(nodes), len(nodes) + len(copies))]
        nodes += [{"mesh": mesh, **copy} for copy in copies]
    for key in ("extensionsUsed", "extensionsRequired"):
        document[key] = [one for one in document.get(key, []) if one != _EXTENSION]
        if not document[key]:
            del document[key]
    return _put_together(document, binary) if content[:4] == b"glTF" else json.dumps(document).encode()


def _copies(
    document: Document, told: Mapping[str, int], buffer: Callable[[int], bytes]
) -> Iterator[dict[str, list[float]]]:  # fmt: skip
    columns = {
        _PARTS[name][0]: _numbers(document, at, _PARTS[name][1], buffer) for name, at in told.items() if name in _PARTS
    }
    for row in range(min((len(column) for column in columns.values()), default=0)):
        yield {name: column[row].tolist() for name, column in columns.items()}


def _numbers(document: Document, accessor: int, width: int, buffer: Callable[[int], bytes]) -> NDArray[np.float64]:
    """(n, width) numbers of an accessor."""
    told = document["accessors"][accessor]
    view = document["bufferViews"][told["bufferView"]]
    kind, one = _TYPES[told["componentType"]]
    start = view.get("byteOffset", 0) + told.get("byteOffset", 0)
    packed = np.dtype(kind).itemsize * width
    step, count = view.get("byteStride", packed), told["count"]
    content = buffer(view["buffer"])[start : start + step * (count - 1) + packed] if count else b""
    rows = [np.frombuffer(content, kind, width, step * row) for row in range(count)]
    return np.array(rows, dtype=float).reshape(count, width) / one


def _buffer(document: Document, number: int, binary: bytes, folder: Path | None) -> bytes:
    address = document["buffers"][number].get("uri")
    if address is None:
        return binary
    if address.startswith("data:"):
        return base64.b64decode(address.partition(",")[2])
    beside = ((folder or Path()) / address).resolve()
    if folder is None or not beside.is_relative_to(folder.resolve()):
        raise ValueError(f"the buffer {address!r} is not beside it")
    return beside.read_bytes()


def _parted(content: bytes) -> tuple[bytes, bytes]:
    """The JSON and the binary chunk of a glTF; all of one that is not binary is JSON."""
    if content[:4] != b"glTF":
        return content, b""
    (length,) = struct.unpack_from("<I", content, 12)
    return content[20 : 20 + length], content[28 + length :]


def _put_together(document: Document, binary: bytes) -> bytes:
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    if binary:
        chunks += struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks
