"""City models from files. Coordinates are as the file has them until its Frame says where they lie."""

from __future__ import annotations

from toimiva.engines.citymodels.blocks import AT_ZERO, block, tree
from toimiva.engines.citymodels.files import Source, sources
from toimiva.engines.citymodels.frames import Frame, degrees, epsg_of, frame_of, grid_turn, metres
from toimiva.engines.citymodels.objects import OUTSIDE_SOLIDS, CityObject, Finding, Polygon, Unreadable
from toimiva.engines.citymodels.reading import families, read, surroundings
from toimiva.engines.citymodels.splitting import Indivisible, Piece, objects_of, pieces
from toimiva.engines.citymodels.surroundings import Place, Road, Surroundings
from toimiva.engines.citymodels.terrain import Heights, read_terrain

__all__ = [
    "AT_ZERO", "OUTSIDE_SOLIDS", "CityObject", "Finding", "Frame", "Heights", "Indivisible", "Piece", "Place",
    "Polygon", "Road", "Source", "Surroundings", "Unreadable", "block", "degrees", "epsg_of", "families", "frame_of",
    "grid_turn", "metres", "objects_of", "pieces", "read", "read_terrain", "sources", "surroundings", "tree",
]  # fmt: skip
