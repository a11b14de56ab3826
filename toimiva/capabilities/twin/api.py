"""The twin: models brought in, checked, tiled, computed and asked. Metres, degrees, kWh; EPSG codes as integers."""

from __future__ import annotations

from toimiva.capabilities.twin.asking import ask
from toimiva.capabilities.twin.checking import Report, check_files, check_twin
from toimiva.capabilities.twin.importing import Brought, bring_in
from toimiva.capabilities.twin.keeping import count_objects, is_there, version
from toimiva.capabilities.twin.sun import hours_lost, sun_on_roofs
from toimiva.capabilities.twin.tiling import Tiled, build_tiles

__all__ = [
    "Brought", "Report", "Tiled", "ask", "bring_in", "build_tiles", "check_files", "check_twin",
    "count_objects", "hours_lost", "is_there", "sun_on_roofs", "version",
]  # fmt: skip
