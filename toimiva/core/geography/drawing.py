"""Areas as SVG shapes: x grows east and y grows south, in metres of EPSG:3879.

Boundaries that are loaded are drawn as they are; without them each area is the cells nearest its middle (Voronoi), and
whoever draws them says that the map is schematic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import shapely
from shapely.geometry import MultiPoint, Point, Polygon, box, mapping
from shapely.geometry.base import BaseGeometry

from toimiva.core.city.api import City
from toimiva.core.geography.areas import areas, to_degrees
from toimiva.core.geography.names import sub_areas

__all__ = ["collection", "shapes", "svg_path", "view_box"]

_MARGIN = 1500.0
_FINE = 40.0  # metres: what is smaller is not seen on a map of the city


def shapes(city: City) -> tuple[Mapping[str, BaseGeometry], bool]:
    """Shape by sub-area code, and whether they are schematic."""
    loaded = areas(city)
    if loaded:
        return {code: shape.simplify(_FINE) for code, shape in loaded.items()}, False
    points = tuple((code, area["x"], area["y"]) for code, area in sorted(sub_areas(city).items()))
    return _voronoi(points), True


@lru_cache(maxsize=4)
def _voronoi(points: tuple[tuple[str, float, float], ...]) -> dict[str, BaseGeometry]:
    middles = MultiPoint([(x, y) for _, x, y in points])
    around = middles.convex_hull.buffer(_MARGIN)
    cells = shapely.voronoi_polygons(middles, extend_to=box(*around.bounds))
    tree = shapely.STRtree(list(cells.geoms))
    found = {}
    for code, x, y in points:
        cell = cells.geoms[int(tree.query(Point(x, y), predicate="intersects")[0])]
        found[code] = cell.intersection(around).intersection(Point(x, y).buffer(_MARGIN * 1.4))
    return found


def svg_path(geometry: BaseGeometry) -> str:
    """The outlines of a shape as the `d` of an SVG path."""
    parts = [geometry] if isinstance(geometry, Polygon) else list(getattr(geometry, "geoms", []))
    rings = [part.exterior.coords for part in parts if isinstance(part, Polygon)]
    return " ".join("M" + " L".join(f"{x:.0f} {-y:.0f}" for x, y in ring) + " Z" for ring in rings)


def collection(shown: Sequence[tuple[BaseGeometry, Mapping[str, Any]]]) -> dict[str, Any]:
    """Shapes with their properties as GeoJSON (RFC 7946: longitude and latitude, six decimals), with its bounds."""
    moved = [(shapely.transform(shape, to_degrees, interleaved=False), told) for shape, told in shown]
    features = [{"type": "Feature", "properties": dict(told), "geometry": mapping(shape)} for shape, told in moved]
    bounds = [float(edge) for edge in shapely.total_bounds([shape for shape, _ in moved])]
    return {"type": "FeatureCollection", "bbox": bounds, "features": features}


def view_box(found: Iterable[BaseGeometry], margin: float = 0.0) -> str:
    """The `viewBox` around shapes."""
    drawn = list(found)
    if not drawn:
        return "0 0 1 1"
    west, south, east, north = shapely.total_bounds(drawn)
    width, height = east - west + 2 * margin, north - south + 2 * margin
    return f"{west - margin:.0f} {-north - margin:.0f} {width:.0f} {height:.0f}"
