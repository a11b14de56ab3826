"""How the faces of CityGML look: ParameterizedTexture with coordinates for each ring (TexCoordList) or a matrix for a
surface (TexCoordGen), GeoreferencedTexture, and colours (X3DMaterial) (OGC 12-019, 9; 21-006r2, 8).

A face and its photograph may stand far apart in a file, in either order: both wait on disk until all is read. Of
several themes the first that has a face counts, and what is on the back of faces is left out.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby, pairwise
from operator import itemgetter
from typing import IO, Any

import numpy as np
from lxml import etree

from toimiva.engines.citymodels.anchors import Anchor, Anchors, shifted
from toimiva.engines.citymodels.citygml import MEMBERS, free, is_surface, lod_of
from toimiva.engines.citymodels.georeferenced import Beside, matrix_of
from toimiva.engines.citymodels.gml import GEOMETRIES, SURFACES, Geometry, id_of, local, rings_of
from toimiva.engines.citymodels.objects import DrapedFace, Polygon, hex_colour

__all__ = ["draped_of_citygml"]

Element = Any
_PHOTOGRAPHED = ("surfaceDataMember", "surfaceData")  # CityGML 2, 3
_NEARLY = 1e-3  # of a photograph: so far beyond its edge is at its edge
_TEMPLATES = ("relativeGMLGeometry", "relativeGeometry")
_TABLES = """
    CREATE TABLE places (ring TEXT PRIMARY KEY, picture TEXT, uv BLOB) WITHOUT ROWID;
    CREATE TABLE matrices (surface TEXT PRIMARY KEY, picture TEXT, matrix BLOB, repeated INTEGER) WITHOUT ROWID;
    CREATE TABLE colours (surface TEXT PRIMARY KEY, colour TEXT) WITHOUT ROWID;
    CREATE TABLE faces (member INTEGER, lod TEXT, kind TEXT, within TEXT, ids TEXT, ends BLOB, points BLOB);
"""


def draped_of_citygml(source: IO[bytes], beside: Beside) -> Iterator[DrapedFace]:
    """The faces of each object's finest level that has photographs, or of its finest where it has none. The file has
    been read as a model before, so that it is known to be well-formed; `beside` gives files in its folder."""
    with closing(sqlite3.connect("")) as waiting:  # a database without a name lies on disk, and goes by itself
        waiting.executescript(_TABLES)
        anchor = _gather(source, waiting, beside)
        rows = waiting.execute("SELECT member, lod, kind, within, ids, ends, points FROM faces ORDER BY rowid")
        for _, held in groupby(rows, key=itemgetter(0)):
            yield from _finest([(lod, _face(waiting, anchor, *row)) for _, lod, *row in held])


def _gather(source: IO[bytes], waiting: sqlite3.Connection, beside: Beside) -> Anchor:
    """Put away what a file says of faces and of their looks; its reference system, and where that begins."""
    tags = [
        f"{{*}}{tag}" for tag in (*MEMBERS, *SURFACES, *_PHOTOGRAPHED, "Envelope", "EngineeringCRS", "appearanceMember")
    ]
    srs, member, anchors = "", 0, Anchors()
    for _, element in etree.iterparse(
        source, events=("end",), tag=tags, resolve_entities=False, no_network=True, load_dtd=False,
        remove_comments=True, remove_pis=True,
    ):  # fmt: skip
        name = local(element)
        if name == "Envelope":
            srs = srs or element.get("srsName", "")
        elif name == "EngineeringCRS":
            anchors.add(element)
        elif name in SURFACES:
            _put_face(element, member, waiting)
        elif name in _PHOTOGRAPHED:
            for look in filter(_is_in_front, element):
                _put_look(look, waiting, beside)
            free(element)
        else:
            member += 1
            free(element)
    return anchors.get(srs, Anchor(srs, (0.0, 0.0, 0.0)))


def _put_face(element: Element, member: int, waiting: sqlite3.Connection) -> None:
    about, geometry = _about(element), Geometry(element)
    geometry.add(element, "")
    ids = [id_of(ring) for ring in rings_of(element)]
    whole = [polygon for polygon in geometry.polygons if len(polygon.rings) == len(ids)]
    if about and whole:
        within = " ".join(filter(None, (id_of(one) for one in (element, *element.iterancestors()))))
        row = member, *about, within, *_packed(ids, whole[0])
        waiting.execute("INSERT INTO faces VALUES (?, ?, ?, ?, ?, ?, ?)", row)


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


def _is_in_front(look: Element) -> bool:
    return not any(local(one) == "isFront" and (one.text or "").strip() in ("false", "0") for one in look)


def _put_look(look: Element, waiting: sqlite3.Connection, beside: Beside) -> None:
    """A photograph or a colour, for the rings and surfaces that it is on."""
    told = {local(one): (one.text or "").strip() for one in look}
    targets = [(one.text or "").strip().lstrip("#") for one in look if local(one) == "target"]
    if local(look) == "ParameterizedTexture":
        _put_places(look, told.get("imageURI", ""), waiting)
    elif local(look) == "GeoreferencedTexture":
        picture = told.get("imageURI", "")
        matrix = matrix_of(look, picture, beside)
        if matrix is not None:
            rows = [(target, picture, matrix.tobytes(), False) for target in targets]
            waiting.executemany("INSERT OR IGNORE INTO matrices VALUES (?, ?, ?, ?)", rows)
    elif local(look) == "X3DMaterial":
        colour = hex_colour(told.get("diffuseColor", "").split())
        waiting.executemany("INSERT OR IGNORE INTO colours VALUES (?, ?)", [(one, colour) for one in targets])


def _put_places(texture: Element, picture: str, waiting: sqlite3.Connection) -> None:
    """Where the rings that a photograph is on lie in it, or the matrices that tell it of surfaces."""
    for one in texture.iter("*"):
        if local(one) == "TexCoordList":
            rows = [(ring.lstrip("#"), picture, _packed_numbers(text)) for ring, text in _listed(one)]
            waiting.executemany("INSERT OR IGNORE INTO places VALUES (?, ?, ?)", rows)
        elif local(one) == "worldToTexture":
            row = _target(one).lstrip("#"), picture, _packed_numbers(one.text or ""), True
            waiting.execute("INSERT OR IGNORE INTO matrices VALUES (?, ?, ?, ?)", row)


def _target(matrix: Element) -> str:
    """The surface that a matrix is for: an attribute of `target` in CityGML 2, an element beside it in 3."""
    for above in matrix.iterancestors():
        if local(above) == "target":
            return str(above.get("uri", ""))
        if local(above) == "TextureAssociation":
            return next(((one.text or "").strip() for one in above if local(one) in ("target", "uri")), "")
    return ""


def _listed(coordinates: Element) -> Iterator[tuple[str, str]]:
    """Rings with their coordinates: the ring is an attribute in CityGML 2, and an element of its own in 3."""
    texts = [one for one in coordinates if local(one) == "textureCoordinates"]
    rings = [(one.text or "").strip() for one in coordinates if local(one) == "ring"]
    named = rings if len(rings) == len(texts) else [one.get("ring", "") for one in texts]
    yield from zip(named, (one.text or "" for one in texts), strict=True)


def _packed_numbers(text: str) -> bytes:
    try:
        return array("d", map(float, text.split())).tobytes()
    except ValueError:
        return b""


def _face(
    waiting: sqlite3.Connection, anchor: Anchor, kind: str, within: str, ids: str, ends: bytes, points: bytes
) -> DrapedFace:  # fmt: skip
    flat = array("d", points)
    rings = [flat[start:end] for start, end in pairwise(array("q", ends))]
    picture, uv = _listed_places(waiting, ids, rings)
    if not picture:
        picture, uv = _placed_by_matrix(waiting, within, flat)
    colour = "" if picture else _coloured(waiting, within)
    placed = [shifted(ring, anchor.at) for ring in rings] if any(anchor.at) else rings
    return DrapedFace(placed, kind, anchor.srs, picture, uv, colour)


def _listed_places(waiting: sqlite3.Connection, ids: str, rings: list[array[float]]) -> tuple[str, array[float]]:
    """A face's photograph, with the places of all its rings in it; "" where those are not all told."""
    picture, uv = "", array("d")
    for name, ring in zip(ids.split("\n"), rings, strict=True):
        found = waiting.execute("SELECT picture, uv FROM places WHERE ring = ?", (name,)).fetchone() if name else None
        pairs = array("d", found[1])[: 2 * len(ring) // 3] if found else ()
        if not found or 3 * len(pairs) != 2 * len(ring):
            return "", array("d")
        picture = found[0]
        uv.extend(pairs)
    return picture, uv


def _placed_by_matrix(waiting: sqlite3.Connection, within: str, points: array[float]) -> tuple[str, array[float]]:
    """A face's photograph where a matrix tells it of the face or of what holds it, with the places of its points."""
    wanted = "SELECT picture, matrix, repeated FROM matrices WHERE surface = ?"
    for surface in within.split():
        picture, matrix, repeated = waiting.execute(wanted, (surface,)).fetchone() or ("", b"", False)
        rows = np.frombuffer(matrix)
        if len(rows) != 12:
            continue
        s, t, q = rows.reshape(3, 4) @ np.column_stack([np.reshape(points, (-1, 3)), np.ones(len(points) // 3)]).T
        uv = np.column_stack([s, t])[q != 0] / q[q != 0, None]
        inside = repeated or (np.abs(uv - 0.5) < 0.5 + _NEARLY).all()
        if 3 * uv.size == 2 * len(points) and np.isfinite(uv).all() and inside:
            return picture, array("d", uv.ravel())
    return "", array("d")


def _coloured(waiting: sqlite3.Connection, within: str) -> str:
    """The colour of the face or of the nearest that holds it; "" for none."""
    wanted = "SELECT colour FROM colours WHERE surface = ?"
    found = (waiting.execute(wanted, (surface,)).fetchone() for surface in within.split())
    return next((colour for (colour,) in filter(None, found)), "")


def _finest(faces: list[tuple[str, DrapedFace]]) -> Iterator[DrapedFace]:
    photographed = [lod for lod, face in faces if face.picture]
    finest = max(photographed or [lod for lod, _ in faces])
    yield from (face for lod, face in faces if lod == finest)
