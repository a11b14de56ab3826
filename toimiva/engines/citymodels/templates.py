"""ImplicitGeometry: a template turned by a matrix and put at a point (OGC 12-019, 8.2), as trees and lamps often are.

A template stands within its first instance; the others refer to it by `xlink:href`, from any member of the file.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from toimiva.engines.citymodels.gml import HREF, Geometry, Instance, id_of, line_of, local, numbers_of
from toimiva.engines.citymodels.objects import Finding, Polygon

__all__ = ["place_template", "stand", "templates_in"]

Element = Any
_UNTURNED = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]


def place_template(implicit: Element, lod: str, to: Geometry) -> bool:
    """Give an object the faces of its template; one of another member waits in `to.instances`. False where there is
    none, as of a template in a file of its own."""
    parts = {local(one): one for one in implicit}
    holder = parts.get("relativeGMLGeometry", parts.get("relativeGeometry"))
    if holder is None:
        return False
    try:
        instance = _instance(parts, (holder.get(HREF) or "").lstrip("#"), lod, line_of(implicit))
    except ValueError as error:
        to.findings.append(Finding(1001, "", f"Where a template stands cannot be read: {error}.", line_of(implicit)))
        return True
    shape = holder[0] if len(holder) else to.element(instance.id) if instance.id else None
    if shape is not None:
        own = _faces(shape, to.root)
        stand(instance, own.polygons, to)
        to.findings += own.findings
    elif instance.id:
        to.instances.append(instance)
    return shape is not None or bool(instance.id)


def templates_in(member: Element, wanted: set[str]) -> Iterator[tuple[str, list[Polygon]]]:
    """The templates of a member that are wanted, as they stand: by id, with their faces."""
    for element in member.iter("*") if wanted else ():
        if id_of(element) in wanted:
            yield id_of(element), _faces(element, member).polygons


def stand(instance: Instance, faces: Sequence[Polygon], to: Geometry) -> None:
    """A template's faces where an instance puts them. A column of the matrix is an axis of the template."""
    for face in faces:
        rings = [_moved(ring, instance.rows, instance.at) for ring in face.rings]
        to.polygons.append(replace(face, lod=instance.lod, rings=rings))


def _instance(parts: dict[str, Element], template: str, lod: str, line: int) -> Instance:
    """Raises ValueError for a matrix or a point that cannot be read."""
    matrix = parts.get("transformationMatrix")
    told = [float(n) for n in (matrix.text or "").split()] if matrix is not None else []
    rows = [told[at : at + 4] for at in (0, 4, 8)] if len(told) == 16 else _UNTURNED
    point = parts.get("referencePoint")
    at = numbers_of(point[0], 3)[0] if point is not None and len(point) else []
    if not all(map(math.isfinite, (*told, *at))):
        raise ValueError("a number is not finite")
    return Instance(template, lod, rows, at if len(at) == 3 else [0.0, 0.0, 0.0], line)


def _faces(shape: Element, root: Element) -> Geometry:
    geometry = Geometry(root)
    geometry.add(shape, "")
    geometry.close()
    return geometry


def _moved(ring: list[float], rows: list[list[float]], to: list[float]) -> list[float]:
    points = [(*ring[at : at + 3], 1.0) for at in range(0, len(ring), 3)]
    return [
        sum(a * b for a, b in zip(row, point, strict=True)) + shift
        for point in points for row, shift in zip(rows, to, strict=True)
    ]  # fmt: skip
