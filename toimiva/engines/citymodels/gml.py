"""GML geometry: polygons out of solids, surfaces and their references (OGC 03-105r1 and 07-036; `xlink:href`).

A reference is followed within the member that holds it; one that leads elsewhere is left in `missing` for whoever has
the rest of the file. References that run in a circle are a finding, never an endless loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from toimiva.engines.citymodels.objects import OUTSIDE_SOLIDS, Finding, Polygon

__all__ = [
    "GEOMETRIES", "HREF", "NAMES", "SURFACES", "Geometry", "Instance", "Missing", "id_of", "line_of", "local",
    "numbers_of", "rings_of",
]  # fmt: skip

HREF = "{http://www.w3.org/1999/xlink}href"
_IDS = ("{http://www.opengis.net/gml}id", "{http://www.opengis.net/gml/3.2}id")
SURFACES = {"Polygon", "Triangle", "Rectangle", "PolygonPatch"}
_SOLIDS = {"Solid", "MultiSolid", "CompositeSolid"}
GEOMETRIES = {
    *SURFACES, *_SOLIDS, "MultiSurface", "CompositeSurface", "Surface", "TriangulatedSurface", "Tin", "Shell",
    "PolyhedralSurface", "OrientableSurface", "MultiGeometry", "GeometricComplex", "Geometry3D", "ImplicitGeometry",
}  # fmt: skip
_DEEPEST = 64
Element = Any


class _Names(dict[str, str]):
    """Names without their namespaces, worked out once each."""

    def __missing__(self, tag: str) -> str:
        name = self[tag] = tag.rpartition("}")[2]
        return name


NAMES = _Names()  # for loops over every element, where calling `local` would take as long as the rest


def local(element: Element) -> str:
    """An element's name without its namespace."""
    return NAMES[element.tag]


def line_of(element: Element) -> int:
    """The line that an element starts on; 0 where its parser does not say."""
    return getattr(element, "sourceline", 0) or 0


def id_of(element: Element) -> str:
    """The `gml:id`, or "" for none."""
    return element.get(_IDS[0]) or element.get(_IDS[1]) or ""


@dataclass(slots=True)
class Missing:
    """A face that is referred to and lies outside the member; `place` takes it once it is found."""

    id: str
    solid: int
    shell: int
    lod: str
    turned: bool
    line: int


@dataclass(slots=True, frozen=True)
class Instance:
    """Where a template stands: the id of its geometry, the rows of its matrix, the point that is added, the line."""

    id: str
    lod: str
    rows: list[list[float]]
    at: list[float]
    line: int


@dataclass(slots=True)
class Geometry:
    """The faces of one city object, gathered from its geometries in any order. `missing` and `instances` are faces and
    templates that it borrows from other members."""

    root: Element
    polygons: list[Polygon] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)
    solids: str = "Solid"
    _count: int = 0
    _references: list[tuple[str, int, int, str, bool, int]] = field(default_factory=list)
    _elements: dict[str, Element] | None = None

    def add(self, element: Element, lod: str, kind: str = "", surface: str = "", told: Any = None) -> None:
        """The faces of a geometry; `told` are the attributes of the thematic surface that has it."""
        _Walk(self, lod, kind, surface, told or {}).into(element, _Place())

    def next_solid(self) -> int:
        """A number for one more solid."""
        self._count += 1
        return self._count - 1

    def later(self, reference: str, place: _Place, lod: str, line: int) -> None:
        """A reference to follow when everything in the member is known."""
        self._references.append((reference, place.solid, place.shell, lod, place.turned, line))

    def close(self) -> None:
        """Follow the references; call it once, after every `add`."""
        known = {polygon.id: polygon for polygon in self.polygons if polygon.id}
        for reference, solid, shell, lod, turned, line in self._references:
            self._follow(known, Missing(reference, solid, shell, lod, turned, line), ())

    def _follow(self, known: dict[str, Polygon], wanted: Missing, trail: tuple[str, ...]) -> None:
        if wanted.id in trail:
            circle = " -> ".join((*trail[-3:], wanted.id))
            self.findings.append(Finding(1003, wanted.id, f"References run in a circle: {circle}.", wanted.line))
            return
        polygon = known.get(wanted.id)
        if polygon is not None:
            self.place(polygon, wanted, own=True)
            return
        element = self.element(wanted.id)
        if element is None:
            self.missing.append(wanted)
            return
        inner = Geometry(self.root, _elements=self._elements)
        place = _Place(wanted.solid, wanted.shell, wanted.turned)
        _Walk(inner, wanted.lod, "", "", {}).into(element, place)
        self.findings += inner.findings
        self.polygons += inner.polygons
        for reference, solid, shell, lod, turned, line in inner._references:
            self._follow(known, Missing(reference, solid, shell, lod, turned, line), (*trail, wanted.id))

    def place(self, polygon: Polygon, wanted: Missing, *, own: bool = False) -> None:
        """Give a face its place in a solid; one of another object, or with a place, stands there again."""
        if wanted.solid == OUTSIDE_SOLIDS:
            return
        if not own or polygon.solid != OUTSIDE_SOLIDS:
            polygon = replace(polygon)
            self.polygons.append(polygon)
        polygon.solid, polygon.shell = wanted.solid, wanted.shell
        if wanted.turned:
            polygon.rings = [_turned(ring) for ring in polygon.rings]

    def element(self, wanted: str) -> Element | None:
        """What has this id within the member."""
        if self._elements is None:
            self._elements = {id_of(one): one for one in self.root.iter("*") if id_of(one)}
        return self._elements.get(wanted)


@dataclass(slots=True, frozen=True)
class _Place:
    solid: int = OUTSIDE_SOLIDS
    shell: int = 0
    turned: bool = False
    dimension: int = 3


@dataclass(slots=True)
class _Walk:
    """One walk down a geometry, with what its faces are to be called."""

    to: Geometry
    lod: str
    kind: str
    surface: str
    told: dict[str, Any]

    def into(self, element: Element, place: _Place, depth: int = 0) -> None:
        if depth > _DEEPEST:
            why = f"Geometry is nested deeper than {_DEEPEST} levels."
            self.to.findings.append(Finding(1004, self.surface, why, line_of(element)))
            return
        dimension = element.get("srsDimension")
        if dimension in ("2", "3") and int(dimension) != place.dimension:
            place = replace(place, dimension=int(dimension))
        _STEPS.get(NAMES[element.tag], _Walk._members)(self, element, place, depth + 1)

    def _members(self, element: Element, place: _Place, depth: int) -> None:
        for child in element:
            reference = child.get(HREF)
            if reference is not None:
                self.to.later(reference.lstrip("#"), place, self.lod, line_of(child))
            elif NAMES[child.tag] not in _NOT_MEMBERS:
                self.into(child, place, depth)

    def _turned(self, element: Element, place: _Place, depth: int) -> None:
        turned = place.turned != (element.get("orientation") == "-")
        self._members(element, replace(place, turned=turned), depth)

    def _together(self, element: Element, place: _Place, depth: int) -> None:
        self.to.solids = local(element)
        self._members(element, place, depth)

    def _solid(self, element: Element, place: _Place, depth: int) -> None:
        solid, shell = self.to.next_solid(), 0
        for child in element:
            if local(child) not in ("exterior", "interior"):
                continue
            if local(child) == "interior":
                shell += 1
            within = replace(place, solid=solid, shell=shell)
            reference = child.get(HREF)
            if reference is not None:
                self.to.later(reference.lstrip("#"), within, self.lod, line_of(child))
            else:
                self._members(child, within, depth)

    def _polygon(self, element: Element, place: _Place, _: int) -> None:
        line = line_of(element)
        name = id_of(element)
        rings = [self._ring(one, place.dimension, name) for one in rings_of(element)]
        if not rings or not rings[0]:
            self.to.findings.append(Finding(101, name, "A polygon without points.", line))
            return
        if place.turned:
            rings = [_turned(ring) for ring in rings]
        self.to.polygons.append(
            Polygon(
                name, self.kind, self.surface or name, self.lod, [ring for ring in rings if ring], self.told,
                place.solid, place.shell, line,
            )
        )  # fmt: skip

    def _ring(self, element: Element, dimension: int, name: str) -> list[float]:
        """The points of a ring, without the last where it repeats the first. One that cannot be read is a finding."""
        line = line_of(element)
        try:
            flat, dimension = numbers_of(element, dimension)
        except ValueError as error:
            self.to.findings.append(Finding(1001, name, f"Coordinates cannot be read: {error}.", line))
            return []
        if len(flat) % dimension:
            why = f"{len(flat)} numbers do not make points of {dimension}."
            self.to.findings.append(Finding(1001, name, why, line))
            return []
        if dimension == 2:
            flat = [value for at in range(0, len(flat), 2) for value in (flat[at], flat[at + 1], 0.0)]
        if flat[:3] == flat[-3:] and len(flat) > 3:
            return flat[:-3]
        self.to.findings.append(Finding(103, name, "A ring does not end where it begins.", line))
        return flat


def rings_of(element: Element) -> Iterator[Element]:
    """The rings of a polygon, the outer one first."""
    for child in element:
        if local(child) in ("exterior", "interior", "outerBoundaryIs", "innerBoundaryIs"):
            yield from child


def numbers_of(ring: Element, dimension: int) -> tuple[list[float], int]:
    """Every number of a ring or a point: one posList, or pos, pointProperty and coordinates one after another."""
    numbers: list[float] = []
    for child in ring if len(ring) == 1 and not len(ring[0]) else ring.iter("*"):
        name = local(child)
        if name in ("posList", "pos"):
            own = child.get("srsDimension")
            dimension = int(own) if own in ("2", "3") else dimension
            numbers += map(float, (child.text or "").split())
        elif name == "coordinates":
            numbers += map(float, (child.text or "").replace(",", " ").split())
    return numbers, dimension


def _turned(ring: list[float]) -> list[float]:
    return [value for at in range(len(ring) - 3, -1, -3) for value in ring[at : at + 3]]


_NOT_MEMBERS = {"metaDataProperty", "description", "name", "boundedBy", "appearance"}
_STEPS: dict[str, Callable[[_Walk, Element, _Place, int], None]] = {
    "Solid": _Walk._solid,
    "MultiSolid": _Walk._together,
    "CompositeSolid": _Walk._together,
    "OrientableSurface": _Walk._turned,
    **dict.fromkeys(SURFACES, _Walk._polygon),
}
