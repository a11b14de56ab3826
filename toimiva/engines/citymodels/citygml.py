"""CityGML 1, 2 and 3, IndoorGML and plain GML: one top-level object after another, in bounded memory.

OGC 12-019 (CityGML 2.0), OGC 20-010 and 21-006r2 (3.0), OGC 14-005r4 (IndoorGML). Names are matched without their
namespaces, so that every module and version is read the same way. Entities are never expanded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from toimiva.engines.citymodels.anchors import Anchors, shifted
from toimiva.engines.citymodels.gml import GEOMETRIES, NAMES, Geometry, Instance, Missing, id_of, line_of, local
from toimiva.engines.citymodels.objects import CityObject, Finding, Polygon, Unreadable
from toimiva.engines.citymodels.templates import place_template, stand, templates_in

__all__ = ["MEMBERS", "free", "is_surface", "lod_of", "member_objects", "read_citygml"]

Element = Any
MEMBERS = ("cityObjectMember", "featureMember", "cellSpaceMember")
_OPENINGS = {"Door", "Window", "DoorSurface", "WindowSurface"}
_NUMBERS = {
    "measuredHeight", "storeysAboveGround", "storeysBelowGround", "storeyHeightsAboveGround", "trunkDiameter",
    "crownDiameter", "height", "yearOfConstruction", "yearOfDemolition",
}  # fmt: skip
_GENERIC = {
    "stringAttribute": False, "dateAttribute": False, "uriAttribute": False, "codeAttribute": False,
    "intAttribute": True, "doubleAttribute": True, "measureAttribute": True,
    "genericAttribute": False, "genericAttributeSet": False,
}  # fmt: skip
_SKIPPED = {"appearance", "appearanceMember", "externalReference", "address", "metaDataProperty", "dynamizer"}
_NO_OBJECTS = {"Dynamizer", "Version", "VersionTransition"}  # features of CityGML 3 that stand nowhere
_DEEPEST = 24
_DIGITS = 18  # of a whole number: one with more is a name, and fits into no table
_PROLOG = 64 * 1024


def read_citygml(source: IO[bytes], name: str) -> Iterator[CityObject]:
    """Every city object with its faces. Objects that refer to faces elsewhere in the file come last.

    Raises Unreadable where the text is no XML, ends too early, declares a document type, or has no city object.
    `source` is read once, and once more from its beginning where faces were missing.
    """
    srs, waiting, count, anchors = "", [], 0, Anchors()
    for element, place in _members(source, name, anchors):
        srs = srs or place
        for found, geometry in member_objects(element):
            found.srs = found.srs or srs
            count += 1
            if geometry.missing or geometry.instances:
                waiting.append((found, geometry))
            else:
                yield _anchored(found, anchors)
    for found in _completed(source, name, waiting) if waiting else ():
        yield _anchored(found, anchors)
    if not count:
        raise Unreadable(
            f"{name} has no city object.", why=f"None of {', '.join(MEMBERS)} nor a solid was found in it.",
            mend="Give CityGML 1, 2 or 3, IndoorGML, or GML with solids.",
        )  # fmt: skip


def _anchored(found: CityObject, anchors: Anchors) -> CityObject:
    """An object where it lies in the world, that may lie in a system of the file's own."""
    anchor = anchors.get(found.srs)
    if anchor is not None:
        found.srs = anchor.srs
        for polygon in found.polygons:
            polygon.rings = [shifted(ring, anchor.at) for ring in polygon.rings]
    return found


def _members(source: IO[bytes], name: str, anchors: Anchors) -> Iterator[tuple[Element, str]]:
    """Top-level members and the file's reference system so far; a file without members gives its root. `anchors` gets
    the file's own systems."""
    tags = [f"{{*}}{tag}" for tag in (*MEMBERS, "Envelope", "EngineeringCRS")]
    found, srs = False, ""
    if b"<!DOCTYPE" in source.read(_PROLOG):
        raise _doctype(name)
    source.seek(0)
    events = etree.iterparse(source, events=("end",), tag=tags, resolve_entities=False, no_network=True, load_dtd=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        for _, element in events:
            if local(element) == "Envelope":
                srs = srs or element.get("srsName", "")
                continue
            if local(element) == "EngineeringCRS":
                anchors.add(element)
                continue
            found = True
            yield element, srs
            free(element)
    except etree.XMLSyntaxError as error:
        raise _broken(name, error) from error
    root = events.root
    if not found and root is not None:
        yield root, srs


def free(element: Element) -> None:
    """Forget an element that has been read, and those before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _doctype(name: str) -> Unreadable:
    why = "Entities in a document type can grow without end, and no city model needs them."
    return Unreadable(f"{name} declares a document type.", why=why, mend="Remove the <!DOCTYPE ...> from the file.")


def _broken(name: str, error: etree.XMLSyntaxError) -> Unreadable:
    line = (error.position or (0, 0))[0]
    mend = "The file is cut off or damaged: fetch it again, or see that line."
    return Unreadable(f"{name} is not well-formed XML.", why=str(error), mend=mend, line=line)


def member_objects(member: Element) -> Iterator[tuple[CityObject, Geometry]]:
    """The objects of one member, parents before their parts, with the geometry that may miss faces."""
    if local(member) in MEMBERS:
        for element in member:
            if local(element) not in _NO_OBJECTS:
                yield from _Features(element).all(element, "", 0)
    else:
        yield from _loose(member)


def _loose(root: Element) -> Iterator[tuple[CityObject, Geometry]]:
    """Geometry that stands in no city object: each outermost solid or surface is an object of its own."""
    outermost = (one for one in root.iter("*") if local(one) in GEOMETRIES)
    inside: set[Element] = set()
    for element in outermost:
        if element in inside:
            continue
        inside.update(element.iter("*"))
        found = CityObject(id_of(element) or f"line-{line_of(element)}", "GenericCityObject", line=line_of(element))
        geometry = Geometry(root)
        geometry.add(element, "2")
        yield _closed(found, geometry, element)


def _closed(found: CityObject, geometry: Geometry, element: Element) -> tuple[CityObject, Geometry]:
    geometry.close()
    found.polygons, found.solids = geometry.polygons, geometry.solids
    geometry.findings[:0] = found.findings
    found.findings = geometry.findings = list(dict.fromkeys(geometry.findings))
    found.srs = next((one.get("srsName") for one in element.iter("*") if one.get("srsName")), "")
    return found, geometry


class _Features:
    """City objects of one member: walked down from its feature, properties told apart by what they hold."""

    def __init__(self, root: Element) -> None:
        self.root = root

    def all(self, element: Element, parent: str, depth: int) -> Iterator[tuple[CityObject, Geometry]]:
        line = line_of(element)
        found = CityObject(id_of(element) or f"line-{line}", local(element), parent, line=line)
        geometry = Geometry(self.root)
        parts: list[Element] = []
        for child in element:
            self._property(child, found, geometry, parts, depth)
        yield _closed(found, geometry, element)
        for part in parts:
            yield from self.all(part, found.id, depth + 1)

    def _property(
        self, child: Element, found: CityObject, geometry: Geometry, parts: list[Element], depth: int
    ) -> None:
        name = local(child)
        if _attribute(child, name, found.attributes):
            if name == "name":
                found.name = found.attributes["name"]
            return
        inner = child[0] if len(child) else None
        if inner is None or name in _SKIPPED:
            if name == "address":
                _address(child, found.attributes)
        elif local(inner) in GEOMETRIES:
            self._shape(inner, lod_of(name), found, geometry)
        elif is_surface(inner):
            for surface in child:
                self._surface(surface, geometry)
        elif depth >= _DEEPEST:
            found.findings.append(
                Finding(1004, found.id, f"Parts are nested deeper than {_DEEPEST} levels.", found.line)
            )
        elif _is_feature(inner):
            parts.extend(child)
        else:
            _value(child, name, found.attributes)

    def _shape(self, element: Element, lod: str, found: CityObject, geometry: Geometry) -> None:
        if local(element) != "ImplicitGeometry":
            geometry.add(element, lod)
        elif not place_template(element, lod, geometry):
            found.findings.append(Finding(1005, found.id, "A template is in no part of the file.", line_of(element)))

    def _surface(self, element: Element, geometry: Geometry) -> None:
        """A thematic surface: its attributes, then its faces, then the doors and windows in it."""
        told: dict[str, Any] = {}
        shapes, openings = [], []
        for child in element:
            name = NAMES[child.tag]
            if _attribute(child, name, told):
                continue
            inner = child[0] if len(child) else None
            if inner is None:
                continue
            if NAMES[inner.tag] in GEOMETRIES:
                shapes.append((inner, lod_of(name)))
            elif is_surface(inner):
                openings.extend(child)
        kind, key = NAMES[element.tag], id_of(element)
        for shape, lod in shapes:
            geometry.add(shape, lod, kind, key, told)
        for opening in openings:
            self._surface(opening, geometry)


def is_surface(element: Element) -> bool:
    """Whether an element is a thematic surface, or an opening in one."""
    name = local(element)
    return name in _OPENINGS or (name.endswith("Surface") and name not in GEOMETRIES)


def _is_feature(element: Element) -> bool:
    """Something that has an id or a geometry of its own, as features do and values of attributes do not."""
    if not local(element)[:1].isupper() or local(element) == "Envelope":
        return False
    return bool(id_of(element)) or any(local(one) in GEOMETRIES for one in element.iter("*"))


def lod_of(name: str) -> str:
    """The level of detail that a property's name tells, as lod2Solid; "2" for one that tells none."""
    digits = name[3:4] if name.startswith("lod") else ""
    return digits if digits.isdigit() else "2"


def _attribute(child: Element, name: str, told: dict[str, Any]) -> bool:
    """Keep what an attribute says, and True; False where the property is something else."""
    numeric = _GENERIC.get(name)
    if numeric is None:
        if len(child):
            return False
        text = (child.text or "").strip()
        if text:
            told[name] = _number(text) if name in _NUMBERS else text
        return bool(text)
    key = child.get("name")
    if key is not None and len(child) == 1 and name != "genericAttributeSet":
        value = child[0].text
        text = value.strip() if value else ""
        told[key] = _number(text) if numeric else text
    else:
        _generic(child, told)
    return True


def _generic(child: Element, told: dict[str, Any]) -> None:
    """A set of attributes, or one as CityGML 3 has it: `genericAttribute/StringAttribute` with name and value."""
    for holder in child:
        name = local(holder)
        lower = name[:1].lower() + name[1:]
        if lower in _GENERIC and holder.get("name"):
            _attribute(holder, lower, told)
            continue
        parts = {local(one): (one.text or "").strip() for one in holder}
        if parts.get("name") and "value" in parts:
            told[parts["name"]] = _number(parts["value"]) if _GENERIC.get(lower) else parts["value"]
        elif len(holder):
            _generic(holder, told)


def _address(child: Element, told: dict[str, Any]) -> None:
    """Street and number of an address in xAL, where it has a street."""
    streets = [one for one in child.iter() if local(one) in ("Thoroughfare", "Thoroughfares", "DeliveryAddress")]
    text = " ".join(" ".join(streets[0].itertext()).split()) if streets else ""
    if text:
        told.setdefault("address", text)


def _value(child: Element, name: str, told: dict[str, Any]) -> None:
    """A value in an element of its own, as CityGML 3 has heights: `height/Height/value`."""
    text = next((one.text for one in child.iter("*") if local(one) == "value" and one.text), None)
    if text:
        told.setdefault("measuredHeight" if name == "height" else name, _number(text.strip()))


def _number(text: str) -> Any:
    whole = text.lstrip("+-").isdigit()  # to try int on each float would take longer than all else
    if whole and len(text) > _DIGITS:
        return text
    try:
        return int(text) if whole else float(text)
    except ValueError:
        return text


def _completed(source: IO[bytes], name: str, waiting: list[tuple[CityObject, Geometry]]) -> Iterator[CityObject]:
    """Objects that borrow faces or templates from elsewhere in the file, once those are found by reading it again."""
    wanted = {missing.id for _, geometry in waiting for missing in geometry.missing}
    wanted_templates = {instance.id for _, geometry in waiting for instance in geometry.instances}
    source.seek(0)
    faces: dict[str, Polygon] = {}
    templates: dict[str, list[Polygon]] = {}
    for element, _ in _members(source, name, Anchors()):
        templates.update(templates_in(element, wanted_templates))
        faces.update((one.id, one) for one in (_faces(element) if wanted else ()) if one.id in wanted)
    for found, geometry in waiting:
        for missing in geometry.missing:
            _lend(faces.get(missing.id), geometry, missing)
        for instance in geometry.instances:
            _copy(templates.get(instance.id), geometry, instance)
        yield found


def _faces(member: Element) -> Iterator[Polygon]:
    for _, geometry in member_objects(member):
        yield from geometry.polygons


def _copy(faces: list[Polygon] | None, geometry: Geometry, instance: Instance) -> None:
    if faces:
        stand(instance, faces, geometry)
        return
    why = f"A template refers to #{instance.id}, which the file does not have."
    geometry.findings.append(Finding(1005, instance.id, why, instance.line))


def _lend(face: Polygon | None, geometry: Geometry, missing: Missing) -> None:
    if face is not None:
        geometry.place(face, missing)
        return
    why = f"A face refers to #{missing.id}, which the file does not have."
    geometry.findings.append(Finding(1003, missing.id, why, missing.line))
