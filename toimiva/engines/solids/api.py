"""Faces and solids in metres: measured, triangulated, checked."""

from __future__ import annotations

from toimiva.engines.solids.checking import check_object, check_parts
from toimiva.engines.solids.faces import Faces, Floats, Integers, faces_of
from toimiva.engines.solids.mending import mend_object
from toimiva.engines.solids.planes import MESSAGES

__all__ = ["MESSAGES", "Faces", "Floats", "Integers", "check_object", "check_parts", "faces_of", "mend_object"]
