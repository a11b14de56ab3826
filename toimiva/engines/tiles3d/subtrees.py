"""Subtrees of an implicit quadtree, with the bounding region of every tile as metadata (OGC 22-025r4, 7.8 and 11).

A quadtree's cells say where tiles are; what stands in them reaches over their edges, so each tile tells its own region.
"""

from __future__ import annotations

import json
import struct
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np

from toimiva.engines.tiles3d.quadtree import Region

__all__ = ["CLASS", "LEVELS", "Cell", "subtree_files"]

LEVELS = 4
CLASS = "tile"
Cell = tuple[int, int, int]
_FIRST = [(4**depth - 1) // 3 for depth in range(LEVELS + 1)]  # a level's first place in a subtree


def subtree_files(tiles: Mapping[Cell, Region], content: set[Cell]) -> Iterator[tuple[Cell, bytes]]:
    """(root cell, bytes) of each subtree. `tiles` holds every tile that is there, parents of tiles included."""
    within: dict[Cell, dict[int, Cell]] = defaultdict(dict)
    below: dict[Cell, set[int]] = defaultdict(set)
    for cell in tiles:
        depth = cell[0] % LEVELS
        root, place = _above(cell, depth)
        within[root][_FIRST[depth] + place] = cell
        if depth == 0 and cell[0]:
            root, place = _above(cell, LEVELS)
            below[root].add(place)
    for root in sorted(within):
        yield root, _subtree(dict(sorted(within[root].items())), below[root], tiles, content)


def _above(cell: Cell, depth: int) -> tuple[Cell, int]:
    """The cell that many levels up, and this one's place among those below it in Morton order: x has the even bits."""
    level, x, y = cell
    last = 2**depth - 1
    return (level - depth, x >> depth, y >> depth), _spread(x & last) | _spread(y & last) << 1


@cache
def _spread(number: int) -> int:
    return sum((number >> bit & 1) << (2 * bit) for bit in range(LEVELS))


def _subtree(there: Mapping[int, Cell], below: set[int], tiles: Mapping[Cell, Region], content: set[Cell]) -> bytes:
    parts = _Buffers()
    document: dict[str, Any] = {
        "tileAvailability": parts.bits(there, _FIRST[LEVELS]),
        "contentAvailability": [
            parts.bits([place for place, cell in there.items() if cell in content], _FIRST[LEVELS])
        ],
        "childSubtreeAvailability": parts.bits(below, 4**LEVELS),
        "propertyTables": [
            {
                "class": CLASS,
                "count": len(there),
                "properties": {"region": {"values": parts.add(_regions([tiles[cell] for cell in there.values()]))}},
            }
        ],
        "tileMetadata": 0,
    }
    return parts.joined(document)


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

    def bits(self, places: Collection[int], length: int) -> dict[str, int]:
        """Ones at these places out of so many."""
        if len(places) in (0, length):
            return {"constant": int(len(places) > 0), "availableCount": len(places)}
        bits = np.zeros(length, dtype=np.uint8)
        bits[list(places)] = 1
        return {"bitstream": self.add(np.packbits(bits, bitorder="little").tobytes()), "availableCount": len(places)}

    def joined(self, document: dict[str, Any]) -> bytes:
        head = {"buffers": [{"byteLength": len(self.data)}], "bufferViews": self.views, **document}
        text = json.dumps(head, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        return struct.pack("<4sIQQ", b"subt", 1, len(text), len(self.data)) + text + self.data
