"""What is wrong with an object's geometry: faces, then shells, then solids, each only where the one before holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from toimiva.engines.citymodels.api import OUTSIDE_SOLIDS, CityObject, Finding, Polygon
from toimiva.engines.solids.bodies import Body, body_of, overlap, solid_faults, together_faults
from toimiva.engines.solids.faces import Faces, faces_of
from toimiva.engines.solids.planes import MESSAGES, face_faults
from toimiva.engines.solids.shells import Shell, corner_numbers, shell_faults

__all__ = ["check_object", "check_parts"]

_NOTHING = 0.001
_FACING = {"RoofSurface": (-0.01, 1.0), "GroundSurface": (-1.0, 0.01)}  # the normal's height, outwards


def check_object(found: CityObject) -> list[Finding]:
    """What is wrong with one object, what its reader told included."""
    problems = list(found.findings)
    if not found.polygons:
        return problems
    faces = faces_of(polygon.rings for polygon in found.polygons)
    wrong = defaultdict(set)
    for face, code in face_faults(faces):
        wrong[face].add(code)
        problems.append(_finding(found.polygons[face], code))
    problems += _solids(found, faces, wrong)
    return problems


def _finding(polygon: Polygon, code: int) -> Finding:
    return Finding(code, polygon.id or polygon.surface, MESSAGES[code], polygon.line)


def _solids(found: CityObject, faces: Faces, wrong: Mapping[int, set[int]]) -> Iterator[Finding]:
    places = [(polygon.solid, polygon.shell) for polygon in found.polygons]
    groups: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for face, (solid, shell) in enumerate(places):
        if solid != OUTSIDE_SOLIDS:
            groups[solid][shell].append(face)
    bodies: list[Body] = []
    for solid, shells in sorted(groups.items()):
        part = f"{found.id}/solid-{solid}"
        line = found.polygons[next(iter(shells.values()))[0]].line
        if any(face in wrong for members in shells.values() for face in members):
            continue
        codes, body = _solid([faces.only(np.array(members)) for _, members in sorted(shells.items())], faces)
        yield from (Finding(code, part, MESSAGES[code], line) for code in dict.fromkeys(codes))
        if not codes:
            yield from _facing(found, faces, [face for members in shells.values() for face in members])
        if body is not None:
            bodies.append(body)
    if found.solids == "CompositeSolid" and len(bodies) == len(groups) > 1:
        yield from (
            Finding(code, found.id, MESSAGES[code], found.line) for code in dict.fromkeys(together_faults(bodies))
        )


def _solid(shells: Sequence[Faces], whole: Faces) -> tuple[list[int], Body | None]:
    codes = [code for shell in shells for code in shell_faults(Shell(shell, corner_numbers(shell.points)))]
    if codes:
        return codes, None
    codes = list(solid_faults(shells))
    return codes, None if codes else _whole(shells, whole)


def _whole(shells: Sequence[Faces], whole: Faces) -> Body | None:
    body = body_of(shells[0], whole.points[0])
    for cavity in shells[1:]:
        hollow = body_of(cavity, whole.points[0])
        body = body - hollow if body is not None and hollow is not None else None
    return body


def _facing(found: CityObject, faces: Faces, members: Sequence[int]) -> Iterator[Finding]:
    for face in members:
        polygon = found.polygons[face]
        least, most = _FACING.get(polygon.kind, (-1.0, 1.0))
        if not least <= faces.normals[face, 2] <= most:
            yield _finding(polygon, 1006)


def check_parts(parts: Sequence[CityObject]) -> Iterator[tuple[str, Finding]]:
    """Parts of one building that overlap, as (id of the first, finding)."""
    origin = np.array(parts[0].polygons[0].rings[0][:3]) if parts and parts[0].polygons else np.zeros(3)
    bodies = [(part, body) for part in parts for body in _bodies(part, origin)]
    for (one, body), (other, second) in combinations(bodies, 2):
        if one is not other and overlap(body, second) > _NOTHING:
            yield one.id, Finding(601, other.id, MESSAGES[601], other.line)


def _bodies(part: CityObject, origin: np.ndarray) -> Iterator[Body]:
    finest = max((polygon.lod for polygon in part.polygons), default="")
    solids = {polygon.solid for polygon in part.polygons if polygon.lod == finest} - {OUTSIDE_SOLIDS}
    for solid in sorted(solids):
        shell = [polygon.rings for polygon in part.polygons if (polygon.solid, polygon.shell) == (solid, 0)]
        body = body_of(faces_of(shell), origin)
        if body is not None:
            yield body
