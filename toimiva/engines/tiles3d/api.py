"""3D Tiles: arrange objects in tiles, write tiles and subtrees. Angles in radians, metres, EPSG:4978 for placing."""

from __future__ import annotations

from toimiva.engines.tiles3d.glb import Features, Mesh, glb
from toimiva.engines.tiles3d.quadtree import Region, Tiling, arrange
from toimiva.engines.tiles3d.subtrees import CLASS, LEVELS, Cell, subtree_files

__all__ = ["CLASS", "LEVELS", "Cell", "Features", "Mesh", "Region", "Tiling", "arrange", "glb", "subtree_files"]
