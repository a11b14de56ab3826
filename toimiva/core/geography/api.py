"""Geography: boundaries, streets and unit sites. Coordinates are EPSG:3879 in metres unless named lon and lat."""

from __future__ import annotations

from toimiva.core.geography.areas import areas, locate, to_degrees, to_grid
from toimiva.core.geography.drawing import collection, shapes, svg_path, view_box
from toimiva.core.geography.loading import fetch, load_folder
from toimiva.core.geography.names import area_name, sub_areas
from toimiva.core.geography.service_map import sites
from toimiva.core.geography.spots import Spots, spots_of
from toimiva.core.geography.streets import has_streets, network, newest_network

__all__ = [
    "Spots",
    "area_name",
    "areas",
    "collection",
    "fetch",
    "has_streets",
    "load_folder",
    "locate",
    "network",
    "newest_network",
    "shapes",
    "sites",
    "spots_of",
    "sub_areas",
    "svg_path",
    "to_degrees",
    "to_grid",
    "view_box",
]
