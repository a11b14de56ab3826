"""CityJSON 1.0, 1.1 and 2.0 in one document, and CityJSONSeq one feature a line (OGC 20-072r5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

import orjson

from toimiva.engines.citymodels.objects import OUTSIDE_SOLIDS, CityObject, Finding, Polygon, Unreadable

__all__ = ["DEPTHS", "Document", "documents", "faces_in", "read_cityjson", "read_cityjson_sequence"]

DEPTHS = {"MultiSurface": 1, "CompositeSurface": 1, "Solid": 2, "MultiSolid": 3, "CompositeSolid": 3}
_MEND = "See the specification of CityJSON 2.0; `cjio FILE validate` tells more."
_DEEPEST = 24
_LONGEST_LINE = 256 * 2**20


def read_cityjson(source: IO[bytes], name: str) -> Iterator[CityObject]:
    """The objects of one document, which is held in memory whole. Raises Unreadable."""
    for document in _whole(source, name):
        yield from document.objects()


def read_cityjson_sequence(source: IO[bytes], name: str) -> Iterator[CityObject]:
    """The objects of a sequence, a line at a time: the first line is the header, each other a CityJSONFeature."""
    for document in _by_line(source, name):
        yield from document.objects()


def documents(source: IO[bytes], name: str, *, in_lines: bool) -> Iterator[Document]:
    """The document of a file, or those of a sequence, a line at a time. Raises Unreadable."""
    return _by_line(source, name) if in_lines else _whole(source, name)


def _whole(source: IO[bytes], name: str) -> Iterator[Document]:
    document = _parsed(source.read(), name, 0)
    if document.get("type") != "CityJSON" or not isinstance(document.get("CityObjects"), dict):
        raise Unreadable(f"{name} is no CityJSON.", why='It needs "type": "CityJSON" and "CityObjects".', mend=_MEND)
    yield Document(document, document, name, 0)


def _by_line(source: IO[bytes], name: str) -> Iterator[Document]:
    header: Mapping[str, Any] = {}
    for number, line in enumerate(iter(lambda: source.readline(_LONGEST_LINE), b""), 1):
        if not line.strip():
            continue
        part = _parsed(line, name, number)
        if not header:
            header = part
        elif part.get("type") != "CityJSONFeature":
            why = f"Line {number} has the type {part.get('type')!r}."
            raise Unreadable(
                f"{name} is no CityJSONSeq.", why=why, mend="Each line after the first is a CityJSONFeature."
            )
        if part.get("vertices") and not (part.get("transform") or header.get("transform")):
            why, mend = "Neither its first line nor this one has a `transform`.", "Write the scale and the translation."
            raise Unreadable(f"{name} is no CityJSONSeq.", why=why, mend=mend, line=number)
        yield Document(header, part, name, number)


def _parsed(text: bytes, name: str, line: int) -> Mapping[str, Any]:
    try:
        part = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        mend = "The file is cut off or damaged: fetch it again."
        raise Unreadable(f"{name} is not JSON.", why=str(error), mend=mend, line=line or error.lineno) from error
    if not isinstance(part, dict):
        raise Unreadable(f"{name} is no CityJSON.", why="It is not a JSON object.", mend=_MEND, line=line)
    return part


class Document:
    """A document, or a feature under its sequence's header: vertices made real, boundaries followed."""

    def __init__(self, header: Mapping[str, Any], part: Mapping[str, Any], name: str, line: int) -> None:
        self.name, self.line, self.part, self.header = name, line, part, header
        self.srs = str((header.get("metadata") or {}).get("referenceSystem") or "")
        self.vertices = self._moved(part.get("vertices"), part.get("transform") or header.get("transform"))
        self.templates = header.get("geometry-templates") or {}

    def _wrong(self, why: str) -> Unreadable:
        return Unreadable(f"{self.name} is no CityJSON as the standard has it.", why=why, mend=_MEND, line=self.line)

    def _moved(self, vertices: Any, transform: Any) -> list[list[float]]:
        try:
            scale, to = (transform["scale"], transform["translate"]) if transform else ((1, 1, 1), (0, 0, 0))
            return [[v * s + t for v, s, t in zip(vertex, scale, to, strict=True)] for vertex in vertices]
        except (TypeError, KeyError, ValueError) as error:
            raise self._wrong(f"`vertices` or `transform`: {type(error).__name__}: {error}.") from error

    def objects(self) -> Iterator[CityObject]:
        listed = self.part.get("CityObjects")
        if not isinstance(listed, dict):
            raise self._wrong("`CityObjects` is no object.")
        for key, told in listed.items():
            if not isinstance(told, dict):
                raise self._wrong(f"The city object {key!r} is no object.")
        parts = {child for told in listed.values() for child in _children(told)} & set(listed)
        for key in listed:
            if key not in parts:
                yield from self._with_parts(key, listed, set())
        for key in self.circular(listed, parts):
            yield self._object(key, listed[key])

    def circular(self, listed: Mapping[str, Any], parts: set[str]) -> list[str]:
        """Parts that no object without a parent leads to: each is its own ancestor."""
        reached, left = set(), [key for key in listed if key not in parts]
        while left:
            key = left.pop()
            if key not in reached:
                reached.add(key)
                left += [child for child in _children(listed[key]) if child in listed]
        return [key for key in listed if key not in reached]

    def _with_parts(self, key: str, listed: Mapping[str, Any], above: set[str]) -> Iterator[CityObject]:
        """The object, then its parts: families stand together."""
        yield self._object(key, listed[key])
        for child in _children(listed[key]):
            if child in listed and child not in above and len(above) < _DEEPEST:
                yield from self._with_parts(child, listed, above | {key})

    def _object(self, key: str, told: Mapping[str, Any]) -> CityObject:
        attributes = told.get("attributes") or {}
        parents = told.get("parents") or [""]
        found = CityObject(
            key, str(told.get("type", "")).lstrip("+") or "GenericCityObject", str(parents[0]),
            str(attributes.get("name") or ""), self.srs, dict(attributes), line=self.line,
        )  # fmt: skip
        seen: set[tuple[str, str]] = set()
        for number, geometry in enumerate(told.get("geometry") or []):
            try:
                kind = (geometry["type"], str(geometry.get("lod")))
                if kind in seen:
                    why = f"The object has two geometries of the level of detail {kind[1]}."
                    found.findings.append(Finding(1008, key, why, self.line))
                seen.add(kind)
                self._geometry(found, geometry, f"{key}/{number}")
            except (TypeError, KeyError, ValueError, IndexError, AttributeError) as error:
                why = f"Geometry {number} cannot be read: {type(error).__name__}: {error}."
                found.findings.append(Finding(1001, key, why, self.line))
        return found

    def _geometry(self, found: CityObject, geometry: Mapping[str, Any], part: str) -> None:
        if geometry["type"] == "GeometryInstance":
            self._instance(found, geometry, part)
            return
        self._shape(found, geometry, self.vertices, part)

    def _instance(self, found: CityObject, geometry: Mapping[str, Any], part: str) -> None:
        matrix, at = geometry["transformationMatrix"], self.vertices[geometry["boundaries"][0]]
        vertices = [
            [
                sum(a * b for a, b in zip(matrix[4 * row : 4 * row + 4], (*vertex, 1.0), strict=True)) + at[row]
                for row in range(3)
            ]
            for vertex in self.templates["vertices-templates"]
        ]
        self._shape(found, self.templates["templates"][geometry["template"]], vertices, part)

    def _shape(self, found: CityObject, geometry: Mapping[str, Any], vertices: Sequence[Any], part: str) -> None:
        kind, depth = geometry["type"], DEPTHS.get(geometry["type"])
        if depth is None:
            return  # points and lines have no faces
        semantics = geometry.get("semantics") or {}
        surfaces, values = semantics.get("surfaces") or [], semantics.get("values")
        if depth == 3:
            found.solids = kind
        taken = max((polygon.solid for polygon in found.polygons), default=OUTSIDE_SOLIDS) + 1
        for (solid, shell, number), rings, value in faces_in(geometry["boundaries"], values, depth):
            surface = surfaces[value] if isinstance(value, int) and value < len(surfaces) else {}
            face = f"{part}/{solid}/{shell}/{number}" if depth > 1 else f"{part}/{number}"
            polygon = Polygon(
                face, str(surface.get("type", "")).lstrip("+"), f"{part}/{value}" if surface else face,
                str(geometry.get("lod", "")), [], {k: v for k, v in surface.items() if k not in _STRUCTURE},
                taken + solid if depth > 1 else OUTSIDE_SOLIDS, shell, self.line,
            )  # fmt: skip
            self._rings(found, polygon, rings, vertices)

    def _rings(self, found: CityObject, polygon: Polygon, rings: Sequence[Any], vertices: Sequence[Any]) -> None:
        for ring in rings:
            if any(index < 0 for index in ring):
                raise IndexError(f"a vertex index below 0 in {polygon.id}")
            polygon.rings.append([value for index in ring for value in vertices[index]])
        if polygon.rings and polygon.rings[0]:
            polygon.rings = [ring for ring in polygon.rings if ring]
            found.polygons.append(polygon)
        else:
            found.findings.append(Finding(101, polygon.id, "A polygon without points.", self.line))


_STRUCTURE = {"type", "children", "parent"}


def _children(told: Mapping[str, Any]) -> list[str]:
    children = told.get("children")
    return [child for child in children if isinstance(child, str)] if isinstance(children, list) else []


def faces_in(boundaries: Any, values: Any, depth: int) -> Iterator[tuple[tuple[int, int, int], Any, Any]]:
    """Every face as ((solid, shell, number), rings, value), whatever the depth of the geometry (`DEPTHS`): `values` are
    as deep as the boundaries, of semantics or of textures."""
    solids = boundaries if depth == 3 else [boundaries]
    for solid, shells in enumerate(solids):
        within = _at(values, solid) if depth == 3 else values
        for shell, faces in enumerate(shells if depth > 1 else [shells]):
            told = _at(within, shell) if depth > 1 else within
            for number, rings in enumerate(faces):
                yield (solid, shell, number), rings, _at(told, number)


def _at(values: Any, index: int) -> Any:
    return values[index] if isinstance(values, list) and index < len(values) else None
