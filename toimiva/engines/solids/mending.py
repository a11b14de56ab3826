"""What can be put right without guessing: doubled points, holes and shells turned round, flat gaps, bent faces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from toimiva.engines.citymodels.api import OUTSIDE_SOLIDS, CityObject, Polygon
from toimiva.engines.solids.faces import Faces, Integers, faces_of
from toimiva.engines.solids.planes import PLANARITY, SNAP
from toimiva.engines.solids.shells import corner_numbers, signed_volume

__all__ = ["mend_object"]

Edge = tuple[int, int]


def mend_object(found: CityObject) -> tuple[CityObject, list[str]]:
    """The object as mended, and what was done in words; an empty list where nothing had to be."""
    closed = [one for one in found.findings if one.code == 103]  # rings are closed when they are read
    done = [f"{one.part}: a ring was closed" for one in closed]
    polygons = list(_cleaned(found.polygons, done))
    polygons = list(_flattened(polygons, done))
    for place in sorted({(one.solid, one.shell) for one in polygons if one.solid != OUTSIDE_SOLIDS}):
        shell = [one for one in polygons if (one.solid, one.shell) == place]
        rest = [one for one in polygons if (one.solid, one.shell) != place]
        polygons = rest + _mended_shell(shell, done)
    return replace(found, polygons=polygons, findings=[one for one in found.findings if one not in closed]), done


def _cleaned(polygons: Sequence[Polygon], done: list[str]) -> Iterator[Polygon]:
    """Without points that stand twice in a row, rings of fewer than three points, and holes that run the wrong way."""
    for polygon in polygons:
        rings = [_single(ring) for ring in polygon.rings]
        if len(rings[0]) < 9:
            done.append(f"{polygon.id}: a face without area was left out")
            continue
        kept = [rings[0], *(ring for ring in rings[1:] if len(ring) >= 9)]
        if kept != polygon.rings:
            done.append(f"{polygon.id}: points that stood twice were left out")
        if len(kept) > 1:
            vectors = faces_of([kept]).ring_vectors
            wrong = [at for at in range(1, len(kept)) if vectors[at] @ vectors[0] > 0]
            for at in wrong:
                kept[at] = _turned(kept[at])
            done += [f"{polygon.id}: a hole was turned round"] * bool(wrong)
        yield replace(polygon, rings=kept)


def _single(ring: list[float]) -> list[float]:
    points = np.array(ring).reshape(-1, 3)
    apart = np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1) >= SNAP
    return ring if apart.all() else points[apart].reshape(-1).tolist()


def _turned(ring: list[float]) -> list[float]:
    return np.array(ring).reshape(-1, 3)[::-1].reshape(-1).tolist()


def _flattened(polygons: Sequence[Polygon], done: list[str]) -> Iterator[Polygon]:
    """Bent faces as triangles, which are always flat."""
    for polygon in polygons:
        faces = faces_of([polygon.rings])
        if faces.bends[0] <= PLANARITY:
            yield polygon
            continue
        done.append(f"{polygon.id}: a bent face was cut into triangles")
        for number, corners in enumerate(faces.triangles[0].tolist()):
            ring = faces.points[corners].reshape(-1).tolist()
            yield replace(polygon, id=f"{polygon.id}/{number}", rings=[ring])


def _mended_shell(shell: list[Polygon], done: list[str]) -> list[Polygon]:
    faces = faces_of(one.rings for one in shell)
    corners = corner_numbers(faces.points)
    wrong = _turned_faces(faces, corners)
    name = f"{shell[0].surface}"
    if wrong:
        done.append(f"{name}: {len(wrong)} faces were turned to agree with their neighbours")
        shell = [_reversed(one) if at in wrong else one for at, one in enumerate(shell)]
    shell = shell + list(_lids(shell, done))
    inwards = signed_volume(faces_of(one.rings for one in shell)) < 0
    if inwards != (shell[0].shell > 0) and _is_closed(shell):
        done.append(f"{name}: the shell was turned inside out")
        shell = [_reversed(one) for one in shell]
    return shell


def _reversed(polygon: Polygon) -> Polygon:
    return replace(polygon, rings=[_turned(ring) for ring in polygon.rings])


def _edges(faces: Faces, corners: Integers) -> Iterator[tuple[int, Edge]]:
    after = corners[faces.following]
    yield from zip(faces.face_of_point.tolist(), zip(corners.tolist(), after.tolist(), strict=True), strict=True)


def _turned_faces(faces: Faces, corners: Integers) -> set[int]:
    """Faces to turn so that neighbours run through their edge in opposite ways; the fewer of each connected piece."""
    at_edge: dict[Edge, list[tuple[int, bool]]] = defaultdict(list)
    for face, (start, end) in _edges(faces, corners):
        at_edge[min(start, end), max(start, end)].append((face, start < end))
    links: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for users in at_edge.values():
        if len(users) == 2 and users[0][0] != users[1][0]:
            (one, way), (other, back) = users
            links[one].append((other, way == back))
            links[other].append((one, way == back))
    turned: dict[int, bool] = {}
    wrong: set[int] = set()
    for first in range(len(faces)):
        if first not in turned:
            piece = _spread(first, links, turned)
            flipped = {face for face in piece if turned[face]}
            wrong |= flipped if len(flipped) * 2 <= len(piece) else piece - flipped
    return wrong


def _spread(first: int, links: dict[int, list[tuple[int, bool]]], turned: dict[int, bool]) -> set[int]:
    turned[first] = False
    piece, left = {first}, [first]
    while left:
        face = left.pop()
        for other, differs in links[face]:
            if other not in turned:
                turned[other] = turned[face] != differs
                piece.add(other)
                left.append(other)
    return piece


def _open_edges(shell: Sequence[Polygon]) -> tuple[Faces, dict[int, int], dict[int, int]]:
    """Edges that one face only has, run the other way (start to end), and a point of each corner."""
    faces = faces_of(one.rings for one in shell)
    corners = corner_numbers(faces.points)
    directed = {edge for _, edge in _edges(faces, corners)}
    loose = {end: start for start, end in directed if (end, start) not in directed}
    point = {int(corner): at for at, corner in enumerate(corners.tolist())}
    return faces, loose, point


def _is_closed(shell: Sequence[Polygon]) -> bool:
    return not _open_edges(shell)[1]


def _lids(shell: Sequence[Polygon], done: list[str]) -> Iterator[Polygon]:
    """A face over each gap whose rim is flat."""
    faces, loose, point = _open_edges(shell)
    number = 0
    while loose:
        start, here = loose.popitem()
        rim = [start]
        while here in loose and here != start:
            rim.append(here)
            here = loose.pop(here)
        if here != start or len(rim) < 3:
            continue
        ring = faces.points[[point[corner] for corner in rim]].reshape(-1).tolist()
        if faces_of([[ring]]).bends[0] > PLANARITY:
            continue
        name = f"{shell[0].surface}/lid-{number}"
        number += 1
        done.append(f"{name}: a flat gap was closed")
        yield replace(shell[0], id=name, kind="ClosureSurface", surface=name, rings=[ring], attributes={})
