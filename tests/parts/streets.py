"""A small OpenStreetMap extract: two houses, a shed, a library, a main road and a path, near Kalasatama."""

from __future__ import annotations

from pathlib import Path

import osmium

__all__ = ["LATITUDE", "LONGITUDE", "extract"]

LONGITUDE, LATITUDE = 24.9820, 60.1840
_METRE_EAST, _METRE_NORTH = 1 / 55_380.0, 1 / 111_440.0  # degrees


def place(east: float, north: float) -> tuple[float, float]:
    """Degrees of a place so many metres from the corner."""
    return LONGITUDE + east * _METRE_EAST, LATITUDE + north * _METRE_NORTH


def extract(path: Path, *, road: dict[str, str] | None = None) -> Path:
    """Houses 12 m and 4 storeys high 40 and 80 m north of a road, a library 300 m east along it."""
    writer = osmium.SimpleWriter(str(path))
    points: list[tuple[float, float]] = []

    def node(east: float, north: float, tags: dict[str, str] | None = None) -> int:
        points.append((east, north))
        writer.add_node(osmium.osm.mutable.Node(id=len(points), location=place(east, north), tags=tags or {}))
        return len(points)

    rings = [
        [node(x, y) for x, y in ((0, south), (30, south), (30, south + 12), (0, south + 12))] for south in (20, 60)
    ]
    shed = [node(x, y) for x, y in ((60, 20), (66, 20), (66, 26), (60, 26))]
    node(300, 5, {"amenity": "library", "name": "Kalasataman kirjasto"})
    node(20, 5, {"amenity": "bench"})
    line = [node(east, 0) for east in (-200, 0, 100, 300)]
    path_ = [line[-1], node(300, 60)]
    building = ({"building": "yes", "height": "12 m", "name": "Etutalo"}, {"building": "yes", "building:levels": "4"})
    for key, (ring, tags) in enumerate(zip(rings, building, strict=True), start=1):
        writer.add_way(osmium.osm.mutable.Way(id=key, nodes=[*ring, ring[0]], tags=tags))
    writer.add_way(osmium.osm.mutable.Way(id=3, nodes=[*shed, shed[0]], tags={"building": "garage"}))
    told = road or {"highway": "primary", "maxspeed": "50", "name": "Hermannin rantatie"}
    writer.add_way(osmium.osm.mutable.Way(id=4, nodes=line, tags=told))
    writer.add_way(osmium.osm.mutable.Way(id=5, nodes=path_, tags={"highway": "footway"}))
    writer.close()
    return path
