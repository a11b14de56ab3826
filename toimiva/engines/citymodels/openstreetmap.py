"""OpenStreetMap extracts (.osm.pbf): buildings raised to blocks, places of services, roads that make noise.

Tags: OpenStreetMap wiki, "Simple 3D Buildings", "Key:amenity", "Key:highway". Degrees of WGS 84; blocks stand at zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import osmium
import shapely

from toimiva.engines.citymodels.blocks import AT_ZERO, block
from toimiva.engines.citymodels.objects import CityObject, Unreadable
from toimiva.engines.citymodels.surroundings import Place, Road, Surroundings, number

__all__ = ["read_openstreetmap", "surroundings_of_openstreetmap"]

Thing = osmium.osm.Node | osmium.osm.Way | osmium.osm.Area
_SRS = "OGC:CRS84"
_STOREY, _LOW, _USUAL = 3.0, 1.0, 3.0  # metres of a storey; storeys of a shed, and of others that tell none
_SHEDS = frozenset(("garage", "garages", "shed", "kiosk", "carport", "roof", "hut", "service"))
_PLACES = ("amenity", "leisure", "shop", "tourism", "healthcare", "railway")
_SERVICES = frozenset((
    "library", "school", "kindergarten", "university", "college", "pharmacy", "clinic", "hospital", "doctors",
    "dentist", "health_centre", "social_facility", "community_centre", "police", "fire_station", "post_office",
    "townhall", "place_of_worship", "theatre", "cinema", "museum", "arts_centre", "playground", "park", "pitch",
    "sports_centre", "swimming_pool", "supermarket", "convenience", "marketplace", "bicycle_rental", "recycling",
    "toilets", "drinking_water", "station", "tram_stop",
))  # fmt: skip
_ROADS = frozenset((
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link",
    "tertiary", "tertiary_link", "unclassified", "residential", "living_street",
))  # fmt: skip


def read_openstreetmap(path: Path, name: str) -> Iterator[CityObject]:
    """Buildings, with `height_from` among their attributes: height, storeys or guess. Raises Unreadable."""
    to_shape = osmium.geom.WKBFactory()
    for area in _read(path, name, "building"):
        if not isinstance(area, osmium.osm.Area) or area.tags.get("building", "no") == "no":
            continue
        try:
            shape = shapely.from_wkb(bytes.fromhex(to_shape.create_multipolygon(area)))
        except RuntimeError:  # a ring that does not close: its way is cut off by the extract's edge
            continue
        key = f"osm-{'way' if area.from_way() else 'relation'}-{area.orig_id()}"
        yield _building(key, dict(area.tags), shape)


def _building(key: str, tags: dict[str, str], shape: shapely.MultiPolygon) -> CityObject:
    base, height, told = _heights(tags)
    street = f"{tags.get('addr:street', '')} {tags.get('addr:housenumber', '')}".strip()
    name = tags.get("name", "") or street
    found = CityObject(key, "Building", "", name, _SRS, tags | {"height_from": told, **AT_ZERO})
    for at, part in enumerate(shape.geoms):
        rings = [[(x, y) for x, y in ring.coords[:-1]] for ring in (part.exterior, *part.interiors)]
        found.polygons += block(rings, base, height, f"{key}/{at}", at)
    return found


def _heights(tags: Mapping[str, str]) -> tuple[float, float, str]:
    """Where a block begins and ends above the ground, and what tells it."""
    base = number(tags.get("min_height")) or (number(tags.get("building:min_level")) or 0) * _STOREY
    height, storeys = number(tags.get("height")), number(tags.get("building:levels"))
    if height is not None and height > base:
        return base, height, "height"
    if storeys is not None and storeys * _STOREY > base:
        return base, (storeys + (number(tags.get("roof:levels")) or 0)) * _STOREY, "storeys"
    return base, base + (_LOW if tags["building"] in _SHEDS else _USUAL) * _STOREY, "guess"


def surroundings_of_openstreetmap(path: Path, name: str) -> Surroundings:
    """Places of services and roads. Raises Unreadable."""
    places: list[Place] = []
    roads: list[Road] = []
    for thing in _read(path, name, *_PLACES, "highway"):
        tags = dict(thing.tags)
        if isinstance(thing, osmium.osm.Way) and tags.get("highway") in _ROADS:
            roads += _roads(thing, tags)
        kind = next((tags[key] for key in _PLACES if tags.get(key) in _SERVICES), None)
        at = _middle(thing) if kind else None
        if kind and at:
            places.append(Place(f"osm-{thing.type_str()}{_id(thing)}", kind, tags.get("name", ""), *at))
    return Surroundings(_SRS, places, roads)


def _roads(way: osmium.osm.Way, tags: Mapping[str, str]) -> Iterator[Road]:
    line = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
    if len(line) > 1 and tags.get("tunnel", "no") == "no":
        speed, lanes = number(tags.get("maxspeed")), number(tags.get("lanes"))
        yield Road(f"osm-w{way.id}", tags["highway"], tags.get("name", ""), line, speed, lanes)


def _id(thing: Thing) -> int:
    return thing.orig_id() if isinstance(thing, osmium.osm.Area) else thing.id


def _middle(thing: Thing) -> tuple[float, float] | None:
    """A node's place, or the middle of an area's outer points; a way is met again as an area, or is a line."""
    if isinstance(thing, osmium.osm.Node):
        return thing.location.lon, thing.location.lat
    if not isinstance(thing, osmium.osm.Area):
        return None
    points = [(node.lon, node.lat) for ring in thing.outer_rings() for node in ring]
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _read(path: Path, name: str, *keys: str) -> Iterator[Thing]:
    wanted = osmium.filter.KeyFilter(*keys)
    try:
        found = osmium.FileProcessor(str(path)).with_areas(wanted).with_filter(wanted)
        yield from (thing for thing in found if isinstance(thing, Thing))
    except RuntimeError as error:
        raise Unreadable(f"{name} is no OpenStreetMap extract.", why=str(error), mend="Fetch it again.") from error
