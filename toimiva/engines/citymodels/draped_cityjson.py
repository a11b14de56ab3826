"""How the faces of CityJSON look: textures by vertices, and colours (OGC 20-072r5, 6). Of several themes the first
counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from toimiva.engines.citymodels.cityjson import DEPTHS, Document, documents, faces_in
from toimiva.engines.citymodels.objects import DrapedFace, hex_colour

__all__ = ["draped_of_cityjson"]

_WRONG = (TypeError, KeyError, ValueError, IndexError, AttributeError)


def draped_of_cityjson(source: IO[bytes], name: str, *, in_lines: bool) -> Iterator[DrapedFace]:
    """The faces of each object's finest geometry that has photographs, or of its finest where none has. A geometry that
    cannot be read is left out: reading the model has told what is wrong with it."""
    for document in documents(source, name, in_lines=in_lines):
        looks = _Looks(document)
        for told in document.part["CityObjects"].values():
            yield from looks.faces(told)


def _finest(geometries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Of an object's geometries the one to look at. Instances of templates are left out: the look is the template's."""
    drawn = [one for one in geometries if one["type"] in DEPTHS]
    return max(drawn, key=lambda one: (bool(one.get("texture")), str(one.get("lod", ""))), default=None)


def _theme(told: Any) -> Mapping[str, Any]:
    """The first of several themes."""
    return next(iter((told or {}).values()), {})


class _Looks:
    """The textures of a document, and the faces that they are on."""

    def __init__(self, document: Document) -> None:
        self.document = document
        told = document.part.get("appearance") or document.header.get("appearance")
        appearance: Mapping[str, Any] = told if isinstance(told, dict) else {}
        self.pictures = appearance.get("textures") or []
        self.places = appearance.get("vertices-texture") or []
        materials = appearance.get("materials") or []
        self.colours = [hex_colour(one.get("diffuseColor") or ()) for one in materials if isinstance(one, dict)]

    def faces(self, told: Mapping[str, Any]) -> Iterator[DrapedFace]:
        """The faces of a city object."""
        try:
            finest = _finest(told.get("geometry") or [])
            if finest is not None:
                yield from self._faces(finest, str(told.get("type", "")).lstrip("+"))
        except _WRONG:
            return

    def _faces(self, geometry: Mapping[str, Any], kind: str) -> Iterator[DrapedFace]:
        depth, semantics = DEPTHS[geometry["type"]], geometry.get("semantics") or {}
        kinds = [str(one.get("type", "")).lstrip("+") for one in semantics.get("surfaces") or []]
        boundaries, material = geometry["boundaries"], _theme(geometry.get("material"))
        looks, meant, coloured = (
            faces_in(boundaries, values, depth)
            for values in (
                _theme(geometry.get("texture")).get("values"),
                semantics.get("values"),
                material.get("values"),
            )
        )
        for (_, rings, look), (*_, surface), (*_, own) in zip(looks, meant, coloured, strict=True):
            points = [[value for index in ring for value in self.document.vertices[index]] for ring in rings]
            colour = self._colour(material.get("value", own))
            yield self._face(points, kinds[surface] if isinstance(surface, int) else kind, look, colour)

    def _colour(self, number: Any) -> str:
        return self.colours[number] if isinstance(number, int) and 0 <= number < len(self.colours) else ""

    def _face(self, points: list[list[float]], kind: str, look: Any, colour: str) -> DrapedFace:
        """A face with its look: for each ring the texture's number, then those of its places; null for none."""
        rings = look if isinstance(look, list) else []
        if not rings or not all(ring and ring[0] is not None for ring in rings):
            return DrapedFace(points, kind, self.document.srs, colour=colour)
        uv = [float(value) for ring in rings for index in ring[1:] for value in self.places[index]]
        if 3 * len(uv) != 2 * sum(map(len, points)):
            return DrapedFace(points, kind, self.document.srs, colour=colour)
        return DrapedFace(points, kind, self.document.srs, str(self.pictures[rings[0][0]]["image"]), uv)
