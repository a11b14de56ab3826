"""Faces, solids and terrain in metres: measured, triangulated, checked."""

from __future__ import annotations

from toimiva.engines.solids.checking import check_object, check_parts
from toimiva.engines.solids.faces import Faces, Floats, Integers, faces_of
from toimiva.engines.solids.mending import mend_object
from toimiva.engines.solids.planes import MESSAGES
from toimiva.engines.solids.terrain import LEVEL, Terrain, terrain_through

__all__ = [
    "LEVEL", "MESSAGES", "Faces", "Floats", "Integers", "Terrain", "check_object", "check_parts", "faces_of",
    "mend_object", "terrain_through",
]  # fmt: skip
