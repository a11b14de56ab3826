"""Models brought into the twin: each file read in bounded memory, by several processes where it is large."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path

import numpy as np

from toimiva.capabilities.twin import keeping, workers
from toimiva.capabilities.twin.draping import Draping
from toimiva.capabilities.twin.reality import drop_mesh, keep_mesh, mesh_sources, nearby
from toimiva.capabilities.twin.rows import Rows, rows_of, rows_of_piece
from toimiva.capabilities.twin.settings import height_offsets, metric_system
from toimiva.capabilities.twin.surrounding import keep_surroundings
from toimiva.core.city.api import City
from toimiva.core.errors import Invalid, NotFound
from toimiva.engines.citymodels.api import (
    CityObject,
    Frame,
    Indivisible,
    Source,
    Textured,
    Unreadable,
    families,
    frame_of,
    has_photographs,
    is_draped,
    objects_of,
    pieces,
    read,
    read_terrain,
    read_textured,
    sources,
    surroundings,
)
from toimiva.engines.solids.api import Floats

__all__ = ["Brought", "bring_in", "take_away"]

_BATCH = 400  # families
_LARGE = 24 * 2**20  # bytes: below, starting processes takes longer than reading
Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Brought:
    """What became of one file. `error` is empty where it was kept whole; `findings` counts faults by code; `lost` are
    photographs that its faces name and that are not there, or cannot be read."""

    source: str
    kind: str
    objects: int = 0
    faces: int = 0
    triangles: int = 0
    places: int = 0
    roads: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    epsg: int | None = None
    axes: str = ""
    heights: str = ""
    findings: dict[int, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    error: str = ""
    why: str = ""
    mend: str = ""
    line: int = 0


@dataclass(slots=True)
class _Stated:
    """What is said beside a file: its system where it names none, heights by system, the system for degrees. `found` is
    where the file lies, once that is known."""

    crs: str
    offsets: Mapping[int, tuple[float, str]]
    prefer: int | None
    found: Frame | None = None

    def frame(self, written: str, middle: Floats, name: str) -> Frame:
        """A file's frame by the system that it names, or by what is said beside it where it names none of use."""
        try:
            return frame_of(written or self.crs, middle, name, self.offsets, self.prefer)
        except Unreadable:
            if not (written and self.crs):
                raise
            return frame_of(self.crs, middle, name, self.offsets, self.prefer)


def bring_in(
    city: City, path: Path, *, crs: str = "", branch: str = "", progress: Progress | None = None
) -> list[Brought]:
    """Every model below a path, each in place of what the same file gave before. A file that cannot be read is told
    with its error and leaves nothing behind; the others are kept. Raises Invalid where there is nothing to read.

    `crs` names the reference system of files that name none that can be used. Terrain is kept as heights; a branch has
    none of its own.
    """
    try:
        found = list(sources(path))
    except Unreadable as error:
        raise Invalid(what=error.what, why=error.why, mend=error.mend) from error
    return [_one(city, source, crs, branch, progress or (lambda *_: None)) for source in found]


def take_away(city: City, branch: str, ids: Sequence[str]) -> int:
    """Objects that a plan does away with, in place of those it did before; how many. Raises NotFound."""
    with keeping.opened(city) as asked:
        rows = asked.execute("SELECT id, epsg, x, y FROM objects WHERE list_contains(?, id)", [list(ids)]).fetchall()
    unknown = sorted(set(ids) - {row[0] for row in rows})
    if unknown:
        raise NotFound(what=f"The twin has no object {unknown[0]!r}.", mend="See `toimiva twin ask buildings`.")
    frame = Frame.kept(rows[0][1], rows[0][2:], 0.0)
    gone = [CityObject(key, keeping.REMOVED) for key in sorted(set(ids))]
    return keeping.keep(city, "removed", branch, iter([rows_of(gone, "removed", branch, frame)]))


def _one(city: City, source: Source, crs: str, branch: str, progress: Progress) -> Brought:
    brought = Brought(source.name, source.kind)
    stated = _Stated(crs, height_offsets(city), metric_system(city))
    try:
        if source.kind in ("terrain", "points"):
            return _heights(city, source, stated, brought)
        if not branch and has_photographs(source):
            return _photographed(city, source, stated, brought, progress)
        try:
            batches = _in_pieces(source, stated, brought, branch)
            keeping.keep(city, source.name, branch, _counted(batches, brought, progress))
        except Indivisible:
            brought = Brought(source.name, source.kind)
            batches = _in_one_go(source, stated, brought, branch)
            keeping.keep(city, source.name, branch, _counted(batches, brought, progress))
        if not branch:
            _surroundings(city, source, stated, brought)
            _draped(city, source, stated, brought, progress)
    except Unreadable as error:
        return Brought(
            source.name, source.kind, error=error.what, why=error.why, mend=error.mend, line=error.line
        )  # fmt: skip
    return brought


def _heights(city: City, source: Source, stated: _Stated, brought: Brought) -> Brought:
    """Terrain, kept as points ten metres apart."""
    if source.path is None:
        raise Unreadable(f"{source.name} is terrain in an archive.", mend="Unpack it first.")
    try:
        heights = workers.alone(read_terrain, source.path, source.kind, source.name)
    except BrokenProcessPool as error:
        why = "Its reader broke down: the file is damaged, or needs more memory than there is."
        mend = "Fetch it again, or cut it into smaller files."
        raise Unreadable(f"{source.name} cannot be read as terrain.", why=why, mend=mend) from error
    if not len(heights.points):
        raise Unreadable(f"{source.name} has no heights.", why="Every cell is empty.")
    middle = heights.points.mean(axis=0)
    frame = stated.frame(heights.srs, middle, source.name)
    brought.epsg, brought.axes, brought.heights = frame.epsg, frame.said(), f"+{frame.undulation} m: {frame.heights}"
    keeping.keep_heights(city, source.name, frame.to_metric(heights.points), frame)
    brought.kinds = {"heights": len(heights.points)}
    return brought


def _photographed(city: City, source: Source, stated: _Stated, brought: Brought, progress: Progress) -> Brought:
    """A reality mesh: triangles under photographs, which are no objects."""
    if not _pieces(city, source, read_textured(source), stated, brought, progress):
        raise Unreadable(f"{source.name} is no usable mesh.", why="It has no triangles.")
    return brought


def _draped(city: City, source: Source, stated: _Stated, brought: Brought, progress: Progress) -> None:
    """The photographs on a model's faces, beside its objects; those that it gave before go."""
    draping = Draping(source)
    found = draping.pieces() if is_draped(source) else iter(())
    if not _pieces(city, source, found, stated, brought, progress) and source.name in mesh_sources(city):
        drop_mesh(city, source.name)
    brought.lost = sorted(draping.lost)


def _pieces(
    city: City, source: Source, found: Iterator[Textured], stated: _Stated, brought: Brought, progress: Progress
) -> bool:
    """Keep what is photographed; whether there was anything."""
    first = next(found, None)
    if first is None:
        return False
    frame = stated.found or _located(first.srs, first.points, stated, source.name, brought)
    near = nearby(chain([first], found), frame)
    kept = next(near, None)
    if kept is None:
        return False
    keep_mesh(city, source.name, frame, _counted_triangles(chain([kept], near), brought, progress))
    return True


def _counted_triangles(found: Iterator[Textured], brought: Brought, progress: Progress) -> Iterator[Textured]:
    for piece in found:
        brought.triangles += len(piece.corners)
        progress(brought.source, brought.triangles)
        yield piece


def _surroundings(city: City, source: Source, stated: _Stated, brought: Brought) -> None:
    """Places and roads that a file has beside its objects."""
    found = surroundings(source)
    if found.first is None:
        return
    middle = np.array([*found.first, 0.0])
    frame = stated.frame(found.srs, middle, source.name)
    brought.epsg, brought.axes = frame.epsg, frame.said()
    keep_surroundings(city, source.name, found, frame)
    brought.places, brought.roads = len(found.places), len(found.roads)


def _counted(batches: Iterator[Rows], brought: Brought, progress: Progress) -> Iterator[Rows]:
    kinds: Counter[str] = Counter()
    findings: Counter[int] = Counter()
    for rows in batches:
        brought.objects += rows.objects.num_rows
        brought.faces += rows.faces.num_rows
        kinds.update(rows.objects["kind"].to_pylist())
        findings.update(rows.codes)
        progress(brought.source, brought.objects)
        yield rows
    brought.kinds, brought.findings = dict(kinds.most_common()), dict(sorted(findings.items()))


def _in_one_go(source: Source, stated: _Stated, brought: Brought, branch: str) -> Iterator[Rows]:
    together = families(read(source))
    frame: Frame | None = None
    while batch := list(chain.from_iterable(islice(together, _BATCH))):
        frame = frame or _frame(batch, stated, source.name, brought)
        yield rows_of(batch, source.name, branch, frame)


def _in_pieces(source: Source, stated: _Stated, brought: Brought, branch: str) -> Iterator[Rows]:
    """Pieces of a large file, read by as many processes as there are processors; a few wait at a time."""
    if source.kind != "citygml" or source.path is None or source.size < _LARGE or workers.count() < 2:
        raise Indivisible(source.name)
    workers.begin()
    cut = pieces(source.path)
    first = objects_of(next(cut))
    frame = _frame(first, stated, source.name, brought)
    yield rows_of(first, source.name, branch, frame)
    yield from workers.in_order(partial(rows_of_piece, source=source.name, branch=branch, frame=frame), cut)


def _frame(batch: Sequence[CityObject], stated: _Stated, name: str, brought: Brought) -> Frame:
    written = next((one.srs for one in batch if one.srs), "")
    rings = [ring for one in batch for polygon in one.polygons for ring in polygon.rings]
    if not rings:
        raise Unreadable(f"{name} has no faces.", why="Its objects have attributes, or points and lines, only.")
    points = np.array([value for ring in rings for value in ring[:3]]).reshape(-1, 3)
    return _located(written, points, stated, name, brought)


def _located(written: str, points: Floats, stated: _Stated, name: str, brought: Brought) -> Frame:
    """Where a file lies by the middle of its first points."""
    frame = stated.found = stated.frame(written, np.median(points, axis=0), name)
    brought.epsg, brought.axes, brought.heights = frame.epsg, frame.said(), f"+{frame.undulation} m: {frame.heights}"
    return frame
