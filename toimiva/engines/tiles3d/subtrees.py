"""Subtrees of an implicit quadtree, with the bounding region of every tile as metadata (OGC 22-025r4, 7.8 and 11).

A quadtree's cells say where tiles are; what stands in them reaches over their edges, so each tile tells its own region.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toimiva.engines.tiles3d.quadtree import Region

__all__ = ["CLASS", "LEVELS", "Cell", "subtree_files"]

LEVELS = 4
CLASS = "tile"
Cell = tuple[int, int, int]


def subtree_files(tiles: Mapping[Cell, Region], content: set[Cell]) -> Iterator[tuple[Cell, bytes]]:
    """(root cell, bytes) of each subtree. `tiles` holds every tile that is there, parents of tiles included."""
    for level, x, y in sorted(cell for cell in tiles if cell[0] % LEVELS == 0):
        yield (level, x, y), _subtree((level, x, y), tiles, content)


def _subtree(root: Cell, tiles: Mapping[Cell, Region], content: set[Cell]) -> bytes:
    cells = [cell for depth in range(LEVELS) for cell in _level(root, depth)]
    children = list(_level(root, LEVELS))
    there = [cell for cell in cells if cell in tiles]
    parts = _Buffers()
    document: dict[str, Any] = {
        "tileAvailability": parts.bits([cell in tiles for cell in cells]),
        "contentAvailability": [parts.bits([cell in content for cell in cells])],
        "childSubtreeAvailability": parts.bits([cell in tiles for cell in children]),
        "propertyTables": [
            {
                "class": CLASS,
                "count": len(there),
                "properties": {"region": {"values": parts.add(_regions([tiles[cell] for cell in there]))}},
            }
        ],
        "tileMetadata": 0,
    }
    return parts.joined(document)


def _level(root: Cell, depth: int) -> Iterator[Cell]:
    """The cells below a root in Morton order: x has the even bits."""
    level, x, y = root
    for code in range(4**depth):
        dx = sum((code >> (2 * bit) & 1) << bit for bit in range(depth))
        dy = sum((code >> (2 * bit + 1) & 1) << bit for bit in range(depth))
        yield level + depth, (x << depth) + dx, (y << depth) + dy


def _regions(found: list[Region]) -> bytes:
    return np.array([region.listed() for region in found], dtype="<f8").tobytes()


class _Buffers:
    """One binary chunk with its views, each on a boundary of eight bytes."""

    def __init__(self) -> None:
        self.data, self.views = b"", list[dict[str, int]]()

    def add(self, part: bytes) -> int:
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(part)})
        self.data += part + b"\0" * (-len(part) % 8)
        return len(self.views) - 1

    def bits(self, there: list[bool]) -> dict[str, int]:
        count = sum(there)
        if count in (0, len(there)):
            return {"constant": int(count > 0), "availableCount": count}
        packed: NDArray[np.uint8] = np.packbits(np.array(there), bitorder="little")
        return {"bitstream": self.add(packed.tobytes()), "availableCount": count}

    def joined(self, document: dict[str, Any]) -> bytes:
        head = {"buffers": [{"byteLength": len(self.data)}], "bufferViews": self.views, **document}
        text = json.dumps(head, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        return struct.pack("<4sIQQ", b"subt", 1, len(text), len(self.data)) + text + self.data
