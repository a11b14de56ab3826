"""3D Tiles: arrange objects in tiles, write tiles and subtrees. Angles in radians, metres, EPSG:4978 for placing."""

from __future__ import annotations

from toimiva.engines.tiles3d.glb import Features, Mesh, glb
from toimiva.engines.tiles3d.quadtree import Region, Tiling, arrange
from toimiva.engines.tiles3d.simplifying import NotInstalled, fewer
from toimiva.engines.tiles3d.subtrees import CLASS, LEVELS, Cell, subtree_files
from toimiva.engines.tiles3d.textured import Draped, coarser, textured_glb

__all__ = [
    "CLASS", "LEVELS", "Cell", "Draped", "Features", "Mesh", "NotInstalled", "Region", "Tiling", "arrange", "coarser",
    "fewer", "glb", "subtree_files", "textured_glb",
]  # fmt: skip
