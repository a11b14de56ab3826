"""Photographs on the faces of models, as pieces of the mesh: the faces under one photograph within 250 metres.

Faces without a photograph have their own colour or that of their kind, so that no building is open. They all wait on
disk, since those under one photograph may lie anywhere in a file.
"""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import numpy as np
from PIL import Image

from toimiva.capabilities.twin.meshing import colour_of
from toimiva.engines.citymodels.api import DrapedFace, Source, Textured, Unreadable, draped_faces, photograph
from toimiva.engines.solids.api import Faces

__all__ = ["Draping"]

_MOST = 20_000  # faces of a piece
_CELL, _CELL_DEGREES = 250.0, 0.003  # a photograph that is used all over a city is a piece in each
_FARTHEST = 1e6  # photographs laid side by side: nobody lays as many
_TABLE = "CREATE TABLE faces (picture TEXT, look TEXT, x INTEGER, y INTEGER, sizes BLOB, points BLOB, uv BLOB)"
_SORTED = "SELECT * FROM faces ORDER BY picture, look, x, y, rowid"


@dataclass
class Draping:
    """The faces of a model under its photographs; `lost` are those that are not there or cannot be read."""

    source: Source
    lost: set[str] = field(default_factory=set, init=False)
    _srs: str = field(default="", init=False)
    _known: dict[str, bool] = field(default_factory=dict, init=False)

    def pieces(self) -> Iterator[Textured]:
        """One piece after another; none where no photograph can be read. Raises Unreadable."""
        with closing(sqlite3.connect("")) as waiting:  # a database without a name lies on disk, and goes by itself
            waiting.execute(_TABLE)
            waiting.executemany("INSERT INTO faces VALUES (?, ?, ?, ?, ?, ?, ?)", self._rows())
            named = waiting.execute("SELECT DISTINCT picture FROM faces WHERE picture <> ''")
            if any(self._photograph(picture) for (picture,) in named):
                yield from self._grouped(waiting)

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        for face in draped_faces(self.source):
            self._srs = self._srs or face.srs
            points, uv = np.concatenate(face.rings), np.array(face.uv)
            if np.abs(uv).max(initial=0) < _FARTHEST:
                there = self._is_there(face.picture)
                yield _row(face, there, points.tobytes(), uv.astype(np.float32).tobytes() if there else b"")

    def _is_there(self, picture: str) -> bool:
        """Whether a face has a photograph to be drawn under, so far as its name tells."""
        if picture and picture not in self._known:
            self._known[picture] = self.source.beside(picture) is not None
            if not self._known[picture]:
                self.lost.add(picture)
        return self._known.get(picture, False)

    def _grouped(self, waiting: sqlite3.Connection) -> Iterator[Textured]:
        for (picture, look, *_), group in groupby(waiting.execute(_SORTED), key=itemgetter(0, 1, 2, 3)):
            jpeg, pixels = (self._photograph(picture) if picture else None) or _plain(look)
            while held := list(islice(group, _MOST)):
                points, uv, faces = _together(held)
                corners = faces.triangles[0].astype(np.int32)
                if len(corners):
                    yield Textured(picture or look, 0, self._srs, points, uv, corners, jpeg, pixels)

    def _photograph(self, picture: str) -> tuple[bytes, int] | None:
        if picture in self.lost:
            return None
        try:
            return photograph(self.source, picture)
        except Unreadable:
            self.lost.add(picture)
            return None


def _row(face: DrapedFace, there: bool, points: bytes, uv: bytes) -> tuple[Any, ...]:
    x, y, _ = face.rings[0][:3]
    cell = _CELL if max(abs(x), abs(y)) > 360 else _CELL_DEGREES
    sizes = np.array([len(ring) // 3 for ring in face.rings], dtype=np.int64).tobytes()
    picture, look = (face.picture, "") if there else ("", face.colour or face.kind)  # under one all kinds are one piece
    return picture, look, int(x // cell), int(y // cell), sizes, points, uv


def _together(held: Sequence[tuple[Any, ...]]) -> tuple[Any, Any, Faces]:
    """Points, places in the photograph, and faces of rows of one group."""
    sizes = [np.frombuffer(row[4], dtype=np.int64) for row in held]
    points = np.frombuffer(b"".join(row[5] for row in held), dtype=np.float64).reshape(-1, 3)
    uv = np.frombuffer(b"".join(row[6] for row in held), dtype=np.float32).reshape(-1, 2)
    faces = Faces.sized(points, np.concatenate(sizes), np.array(list(map(len, sizes))))
    return points, uv if len(uv) else np.full((len(points), 2), 0.5, dtype=np.float32), faces


@cache
def _plain(look: str) -> tuple[bytes, int]:
    """A colour (as "#a5604e"), or that of a kind, as JPEG, and its pixels."""
    written = io.BytesIO()
    Image.new("RGB", (4, 4), look if look.startswith("#") else colour_of(look)).save(written, "JPEG")
    return written.getvalue(), 16
