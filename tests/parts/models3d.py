"""Houses as cities publish them: the same gabled house in CityGML 2 and 3 and in CityJSON, near Kalasatama."""

from __future__ import annotations

import re
from dataclasses import dataclass

EAST, NORTH = 25_499_000.0, 6_674_600.0
CITYGML2 = (
    'xmlns="http://www.opengis.net/citygml/2.0" xmlns:bldg="http://www.opengis.net/citygml/building/2.0" '
    'xmlns:gen="http://www.opengis.net/citygml/generics/2.0" xmlns:gml="http://www.opengis.net/gml" '
    'xmlns:xlink="http://www.w3.org/1999/xlink"'
)
CITYGML3 = (
    'xmlns="http://www.opengis.net/citygml/3.0" xmlns:bldg="http://www.opengis.net/citygml/building/3.0" '
    'xmlns:con="http://www.opengis.net/citygml/construction/3.0" xmlns:gen="http://www.opengis.net/citygml/generics/3.0" '
    'xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:xlink="http://www.w3.org/1999/xlink"'
)
Face = tuple[str, list[tuple[float, float, float]]]


@dataclass(frozen=True)
class House:
    """A house of `wide` by `deep` metres, walls of `eaves` metres, a ridge along its width `rise` metres higher."""

    id: str = "house"
    x: float = EAST
    y: float = NORTH
    ground: float = 3.0
    wide: float = 10.0
    deep: float = 8.0
    eaves: float = 6.0
    rise: float = 3.0

    def faces(self) -> list[Face]:
        """Seven flat faces that close the house, each facing outwards."""
        w, s, e, n = self.x, self.y, self.x + self.wide, self.y + self.deep
        low, up, top, mid = (
            self.ground,
            self.ground + self.eaves,
            self.ground + self.eaves + self.rise,
            self.y + self.deep / 2,
        )
        return [
            ("GroundSurface", [(w, s, low), (w, n, low), (e, n, low), (e, s, low)]),
            ("WallSurface", [(w, s, low), (e, s, low), (e, s, up), (w, s, up)]),
            ("WallSurface", [(e, n, low), (w, n, low), (w, n, up), (e, n, up)]),
            ("WallSurface", [(e, s, low), (e, n, low), (e, n, up), (e, mid, top), (e, s, up)]),
            ("WallSurface", [(w, n, low), (w, s, low), (w, s, up), (w, mid, top), (w, n, up)]),
            ("RoofSurface", [(w, s, up), (e, s, up), (e, mid, top), (w, mid, top)]),
            ("RoofSurface", [(e, n, up), (w, n, up), (w, mid, top), (e, mid, top)]),
        ]


def numbers(points, swapped: bool = False) -> str:
    """A posList, closed."""
    ordered = [(y, x, z) if swapped else (x, y, z) for x, y, z in points]
    return " ".join(f"{value:.4f}" for point in (*ordered, ordered[0]) for value in point)


def polygon(name: str, points, swapped: bool = False) -> str:
    ring = f"<gml:exterior><gml:LinearRing><gml:posList>{numbers(points, swapped)}</gml:posList></gml:LinearRing></gml:exterior>"
    return f'<gml:Polygon gml:id="{name}">{ring}</gml:Polygon>'


def envelope(srs: str) -> str:
    return f'<gml:boundedBy><gml:Envelope srsName="{srs}" srsDimension="3"/></gml:boundedBy>' if srs else ""


def citygml2(*houses: House, srs: str = "EPSG:3879", swapped: bool = False, extra: str = "") -> str:
    """Solids refer to the faces of the thematic surfaces, as Helsinki's files do."""
    members = "".join(f"<cityObjectMember>{_building2(house, swapped)}</cityObjectMember>\n" for house in houses)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<CityModel {CITYGML2}>\n{envelope(srs)}\n{members}{extra}</CityModel>'
    )


def _building2(house: House, swapped: bool) -> str:
    faces = list(enumerate(house.faces()))
    members = "".join(f'<gml:surfaceMember xlink:href="#{house.id}_{number}"/>' for number, _ in faces)
    surfaces = "".join(
        f'<bldg:boundedBy><bldg:{kind} gml:id="{house.id}_s{number}"><bldg:lod2MultiSurface><gml:MultiSurface><gml:surfaceMember>'
        f"{polygon(f'{house.id}_{number}', points, swapped)}</gml:surfaceMember></gml:MultiSurface></bldg:lod2MultiSurface></bldg:{kind}></bldg:boundedBy>\n"
        for number, (kind, points) in faces
    )
    return (
        f'<bldg:Building gml:id="{house.id}"><gml:name>Talo {house.id}</gml:name>'
        f'<gen:stringAttribute name="Katuosoite"><gen:value>Mallikatu 1</gen:value></gen:stringAttribute>'
        f'<gen:intAttribute name="Kerroksia"><gen:value>2</gen:value></gen:intAttribute>'
        f"<bldg:lod2Solid><gml:Solid><gml:exterior><gml:CompositeSurface>{members}</gml:CompositeSurface></gml:exterior></gml:Solid></bldg:lod2Solid>"
        f"{surfaces}</bldg:Building>"
    )


def in_parts(key: str, *parts: House, srs: str = "EPSG:3879") -> str:
    """One building without faces of its own; its parts have no name and no attributes."""
    of_it = "".join(
        re.sub(r"<gml:name>.*?</gml:name>|<gen:.*</gen:\w+Attribute>", "", _building2(one, swapped=False))
        .replace("<bldg:Building ", "<bldg:consistsOfBuildingPart><bldg:BuildingPart ")
        .replace("</bldg:Building>", "</bldg:BuildingPart></bldg:consistsOfBuildingPart>")
        for one in parts
    )
    told = (
        f'<gml:name>Talo {key}</gml:name><gen:intAttribute name="Kerroksia"><gen:value>2</gen:value></gen:intAttribute>'
    )
    whole = f'<cityObjectMember><bldg:Building gml:id="{key}">{told}{of_it}</bldg:Building></cityObjectMember>'
    return citygml2(srs=srs, extra=whole)


def citygml3(*houses: House, srs: str = "urn:ogc:def:crs:EPSG::3879") -> str:
    members = "".join(f"<cityObjectMember>{_building3(house)}</cityObjectMember>" for house in houses)
    return f'<?xml version="1.0"?><CityModel {CITYGML3}>{envelope(srs)}{members}</CityModel>'


def _building3(house: House) -> str:
    faces = list(enumerate(house.faces()))
    members = "".join(f'<gml:surfaceMember xlink:href="#{house.id}_{number}"/>' for number, _ in faces)
    surfaces = "".join(
        f'<boundary><con:{kind} gml:id="{house.id}_s{number}"><lod2MultiSurface><gml:MultiSurface><gml:surfaceMember>'
        f"{polygon(f'{house.id}_{number}', points)}</gml:surfaceMember></gml:MultiSurface></lod2MultiSurface></con:{kind}></boundary>"
        for number, (kind, points) in faces
    )
    return (
        f'<bldg:Building gml:id="{house.id}"><gml:name>Talo {house.id}</gml:name>'
        "<genericAttribute><gen:StringAttribute><gen:name>Katuosoite</gen:name><gen:value>Mallikatu 1</gen:value></gen:StringAttribute></genericAttribute>"
        "<genericAttribute><gen:IntAttribute><gen:name>Kerroksia</gen:name><gen:value>2</gen:value></gen:IntAttribute></genericAttribute>"
        f"{surfaces}<lod2Solid><gml:Solid><gml:exterior><gml:Shell>{members}</gml:Shell></gml:exterior></gml:Solid></lod2Solid></bldg:Building>"
    )


def cityjson(*houses: House, srs: str = "https://www.opengis.net/def/crs/EPSG/0/3879") -> dict:
    """CityJSON 2.0, whole millimetres."""
    vertices: list[list[int]] = []
    objects = {}
    for house in houses:
        faces, kinds = [], []
        for kind, points in house.faces():
            faces.append([list(range(len(vertices), len(vertices) + len(points)))])
            vertices += [[round((x - EAST) * 1000), round((y - NORTH) * 1000), round(z * 1000)] for x, y, z in points]
            kinds.append(kind)
        semantics = {"surfaces": [{"type": kind} for kind in kinds], "values": [list(range(len(kinds)))]}
        solid = {"type": "Solid", "lod": "2", "boundaries": [faces], "semantics": semantics}
        told = {"name": f"Talo {house.id}", "Katuosoite": "Mallikatu 1", "Kerroksia": 2}
        objects[house.id] = {"type": "Building", "attributes": told, "geometry": [solid]}
    return {
        "type": "CityJSON", "version": "2.0", "metadata": {"referenceSystem": srs} if srs else {},
        "transform": {"scale": [0.001] * 3, "translate": [EAST, NORTH, 0]}, "CityObjects": objects, "vertices": vertices,
    }  # fmt: skip


def street(count: int, rows: int = 10) -> list[House]:
    """Houses in rows, 20 metres apart, of different heights."""
    return [
        House(f"house-{number}", EAST + 20 * (number % rows), NORTH + 20 * (number // rows), eaves=4.0 + number % 7)
        for number in range(count)
    ]
