"""The twin: models brought in, checked, tiled, computed and asked. Metres, degrees, kWh; EPSG codes as integers."""

from __future__ import annotations

from toimiva.capabilities.twin.asking import ask
from toimiva.capabilities.twin.checking import Report, check_files, check_twin
from toimiva.capabilities.twin.flood import flood_at
from toimiva.capabilities.twin.importing import Brought, bring_in
from toimiva.capabilities.twin.keeping import count_objects, is_there, version
from toimiva.capabilities.twin.noise import noise_before_walls
from toimiva.capabilities.twin.plans import Change, changes, plans
from toimiva.capabilities.twin.seeing import views_from_walls
from toimiva.capabilities.twin.sun import hours_lost, sun_on_roofs
from toimiva.capabilities.twin.tiling import Tiled, build_tiles
from toimiva.capabilities.twin.walking import walk_to_places

__all__ = [
    "Brought", "Change", "Report", "Tiled", "ask", "bring_in", "build_tiles", "changes", "check_files", "check_twin",
    "count_objects", "flood_at", "hours_lost", "is_there", "noise_before_walls", "plans", "sun_on_roofs", "version",
    "views_from_walls", "walk_to_places",
]  # fmt: skip
