"""City models from files. Coordinates are as the file has them until its Frame says where they lie."""

from __future__ import annotations

from toimiva.engines.citymodels.blocks import AT_ZERO, block, tree
from toimiva.engines.citymodels.draped import draped_faces, is_draped, photograph
from toimiva.engines.citymodels.files import Source, sources
from toimiva.engines.citymodels.frames import Frame, degrees, earth, epsg_of, frame_of, grid_turn, metres
from toimiva.engines.citymodels.objects import OUTSIDE_SOLIDS, CityObject, DrapedFace, Finding, Polygon, Unreadable
from toimiva.engines.citymodels.reading import families, read, surroundings
from toimiva.engines.citymodels.schemas import Schemas
from toimiva.engines.citymodels.splitting import Indivisible, Piece, objects_of, pieces
from toimiva.engines.citymodels.surroundings import Place, Road, Surroundings
from toimiva.engines.citymodels.terrain import Heights, read_terrain
from toimiva.engines.citymodels.textured import Textured, has_photographs, read_textured

__all__ = [
    "AT_ZERO", "OUTSIDE_SOLIDS", "CityObject", "DrapedFace", "Finding", "Frame", "Heights", "Indivisible", "Piece",
    "Place", "Polygon", "Road", "Schemas", "Source", "Surroundings", "Textured", "Unreadable", "block", "degrees",
    "draped_faces", "earth", "epsg_of", "families", "frame_of", "grid_turn", "has_photographs", "is_draped",
    "metres", "objects_of", "photograph", "pieces", "read", "read_terrain", "read_textured", "sources",
    "surroundings", "tree",
]  # fmt: skip
