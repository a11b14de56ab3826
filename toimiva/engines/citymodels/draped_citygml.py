"""How the faces of CityGML look: ParameterizedTexture with coordinates for each ring (OGC 12-019, 9; 21-006r2, 8).

A face and its photograph may stand far apart in a file, in either order: both wait on disk until all is read. Of
several themes the first that has a face counts. Photographs that a matrix places (TexCoordGen, GeoreferencedTexture)
are not read.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby, pairwise
from operator import itemgetter
from typing import IO, Any

from lxml import etree

from toimiva.engines.citymodels.citygml import MEMBERS, free, is_surface, lod_of
from toimiva.engines.citymodels.gml import GEOMETRIES, SURFACES, Geometry, id_of, local, rings_of
from toimiva.engines.citymodels.objects import DrapedFace, Polygon

__all__ = ["draped_of_citygml"]

Element = Any
_TEMPLATES = ("relativeGMLGeometry", "relativeGeometry")
_TABLES = """
    CREATE TABLE places (ring TEXT PRIMARY KEY, picture TEXT, uv BLOB) WITHOUT ROWID;
    CREATE TABLE faces (member INTEGER, lod TEXT, kind TEXT, ids TEXT, ends BLOB, points BLOB);
"""


def draped_of_citygml(source: IO[bytes]) -> Iterator[DrapedFace]:
    """The faces of each object's finest level that has photographs, or of its finest where it has none. The file has
    been read as a model before, so that it is known to be well-formed."""
    with closing(sqlite3.connect("")) as waiting:  # a database without a name lies on disk, and goes by itself
        waiting.executescript(_TABLES)
        srs = _gather(source, waiting)
        rows = waiting.execute("SELECT member, lod, kind, ids, ends, points FROM faces ORDER BY rowid")
        for _, held in groupby(rows, key=itemgetter(0)):
            yield from _finest([(lod, _face(waiting, srs, *row)) for _, lod, *row in held])


def _gather(source: IO[bytes], waiting: sqlite3.Connection) -> str:
    """Put away what a file says of faces and of photographs; its reference system."""
    tags = [f"{{*}}{tag}" for tag in (*MEMBERS, *SURFACES, "Envelope", "surfaceDataMember", "appearanceMember")]
    srs, member = "", 0
    for _, element in etree.iterparse(
        source, events=("end",), tag=tags, resolve_entities=False, no_network=True, load_dtd=False,
        remove_comments=True, remove_pis=True,
    ):  # fmt: skip
        name = local(element)
        if name == "Envelope":
            srs = srs or element.get("srsName", "")
        elif name in SURFACES:
            _put_face(element, member, waiting)
        elif name == "surfaceDataMember":
            _put_places(element, waiting)
            free(element)
        else:
            member += 1
            free(element)
    return srs


def _put_face(element: Element, member: int, waiting: sqlite3.Connection) -> None:
    about, geometry = _about(element), Geometry(element)
    geometry.add(element, "")
    ids = [id_of(ring) for ring in rings_of(element)]
    whole = [polygon for polygon in geometry.polygons if len(polygon.rings) == len(ids)]
    if about and whole:
        row = member, *about, *_packed(ids, whole[0])
        waiting.execute("INSERT INTO faces VALUES (?, ?, ?, ?, ?, ?)", row)


def _packed(ids: list[str], polygon: Polygon) -> tuple[str, bytes, bytes]:
    ends, points = array("q", [0]), array("d")
    for ring in polygon.rings:
        points.extend(ring)
        ends.append(len(points))
    return "\n".join(ids), ends.tobytes(), points.tobytes()


def _about(face: Element) -> tuple[str, str] | None:
    """A face's level of detail and kind by what it stands in; None within a template, which stands elsewhere."""
    lod = surface = feature = ""
    for above in face.iterancestors():
        name = local(above)
        if name in _TEMPLATES:
            return None
        if name in MEMBERS:
            break
        if name.startswith("lod"):
            lod = lod or lod_of(name)
        elif is_surface(above):
            surface = surface or name
        elif name[:1].isupper() and name not in GEOMETRIES:
            feature = feature or name
    return lod or "2", surface or feature


def _put_places(element: Element, waiting: sqlite3.Connection) -> None:
    """Where the rings that a photograph is on lie in it."""
    for texture in element:
        if local(texture) != "ParameterizedTexture":
            continue
        parts = {local(one): (one.text or "").strip() for one in texture}
        for listed in (one for one in texture.iter("*") if local(one) == "TexCoordList"):
            for ring, text in _listed(listed):
                row = ring.lstrip("#"), parts.get("imageURI", ""), _pairs(text)
                waiting.execute("INSERT OR IGNORE INTO places VALUES (?, ?, ?)", row)


def _listed(coordinates: Element) -> Iterator[tuple[str, str]]:
    """Rings with their coordinates: the ring is an attribute in CityGML 2, and an element of its own in 3."""
    texts = [one for one in coordinates if local(one) == "textureCoordinates"]
    rings = [(one.text or "").strip() for one in coordinates if local(one) == "ring"]
    named = rings if len(rings) == len(texts) else [one.get("ring", "") for one in texts]
    yield from zip(named, (one.text or "" for one in texts), strict=True)


def _pairs(text: str) -> bytes:
    try:
        return array("d", map(float, text.split())).tobytes()
    except ValueError:
        return b""


def _face(
    waiting: sqlite3.Connection, srs: str, kind: str, ids: str, ends: bytes, points: bytes
) -> DrapedFace:  # fmt: skip
    flat = array("d", points)
    rings = [flat[start:end] for start, end in pairwise(array("q", ends))]
    picture, uv = "", array("d")
    for name, ring in zip(ids.split("\n"), rings, strict=True):
        found = waiting.execute("SELECT picture, uv FROM places WHERE ring = ?", (name,)).fetchone() if name else None
        pairs = array("d", found[1])[: 2 * len(ring) // 3] if found else ()
        if not found or 3 * len(pairs) != 2 * len(ring):
            return DrapedFace(rings, kind, srs)
        picture = found[0]
        uv.extend(pairs)
    return DrapedFace(rings, kind, srs, picture, uv)


def _finest(faces: list[tuple[str, DrapedFace]]) -> Iterator[DrapedFace]:
    photographed = [lod for lod, face in faces if face.picture]
    finest = max(photographed or [lod for lod, _ in faces])
    yield from (face for lod, face in faces if lod == finest)
