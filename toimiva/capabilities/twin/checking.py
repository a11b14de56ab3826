"""The twin's geometry checked, from files as they are or from the lake; and put right there where that is safe."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.rows import FINDINGS
from toimiva.core.city.api import City
from toimiva.core.errors import Invalid
from toimiva.engines.citymodels.api import (
    CityObject,
    Finding,
    Frame,
    Polygon,
    Schemas,
    Unreadable,
    families,
    frame_of,
    read,
    sources,
)
from toimiva.engines.solids.api import MESSAGES, check_object, check_parts, mend_object

__all__ = ["Fault", "Report", "check_files", "check_twin", "mend_twin"]

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: where it stands and what it is, by val3dity's code (ours from 1001)."""

    source: str
    object: str
    code: int
    part: str
    message: str
    line: int


@dataclass(slots=True)
class Report:
    """What was checked. `unreadable` are files that could not be, with their errors."""

    checked: int = 0
    faulty: int = 0
    faults: list[Fault] = field(default_factory=list)
    unreadable: list[dict[str, Any]] = field(default_factory=list)

    def by_code(self) -> dict[int, int]:
        """How many faults of each code."""
        return dict(sorted(Counter(one.code for one in self.faults).items()))

    def told(self) -> dict[str, Any]:
        """As JSON."""
        codes = [{"code": code, "message": MESSAGES[code], "count": count} for code, count in self.by_code().items()]
        return {
            "checked": self.checked, "faulty": self.faulty, "sound": self.checked - self.faulty, "by_code": codes,
            "faults": [asdict(one) for one in self.faults], "unreadable": self.unreadable,
        }  # fmt: skip


def check_files(
    path: Path, progress: Progress, *, prefer: int | None = None, schemas: Path | None = None
) -> Report:  # fmt: skip
    """Every model below a path, read as it stands; nothing is kept and no reference system is needed. What a file
    counts in degrees or feet is looked at in metres; `prefer` is the city's own system, which tells the order of
    degrees where both would do. `schemas` is a folder of schemas that files are held against too.

    Raises Invalid where there is nothing to check, or no schemas.
    """
    report = Report()
    try:
        found = [one for one in sources(path) if one.kind not in ("terrain", "points")]
        held = Schemas(schemas) if schemas else None
    except Unreadable as error:
        raise Invalid(what=error.what, why=error.why, mend=error.mend) from error
    for source in found:
        try:
            _check(source.name, families(_in_metres(read(source), source.name, prefer)), report, progress)
            if held:
                _hold(source.name, held.faults(source), report)
        except Unreadable as error:
            told = {"source": source.name, "what": error.what, "why": error.why, "mend": error.mend, "line": error.line}
            report.unreadable.append(told)
    return report


def _hold(source: str, faults: Iterable[tuple[str, Finding]], report: Report) -> None:
    """Add what is not as the schema says; objects that were sound otherwise are so no more."""
    known = {one.object for one in report.faults if one.source == source}
    told = [Fault(source, key, found.code, found.part, found.message, found.line) for key, found in faults]
    report.faulty += len({one.object for one in told if one.object} - known)
    report.faults += told


def _in_metres(objects: Iterator[CityObject], name: str, prefer: int | None) -> Iterator[CityObject]:
    """Objects as they are, or in metres where their system counts otherwise, so that tolerances are what they say."""
    frame, known = None, False
    for one in objects:
        if one.polygons and not known:
            frame, known = _frame(one, name, prefer), True
        if frame is not None:
            for polygon in one.polygons:
                polygon.rings = [frame.to_metric(np.reshape(ring, (-1, 3))).ravel().tolist() for ring in polygon.rings]
        yield one


def _frame(one: CityObject, name: str, prefer: int | None) -> Frame | None:
    """What brings an object's file into metres; None where it is in them already, or where nobody can tell."""
    try:
        frame = frame_of(one.srs, np.array(one.polygons[0].rings[0][:3]), name, {}, prefer)
    except Unreadable:
        return None
    return None if frame.metric == frame.epsg else frame


def check_twin(city: City, branch: str, progress: Progress) -> Report:
    """Everything in the twin; the faults are kept in the lake as `twin.findings`. Raises NotFound where it is empty."""
    report = Report()
    for source, objects in groupby(_from_lake(city, branch), lambda pair: pair[0]):
        _check(source, families(one for _, one in objects), report, progress)
    rows = pa.Table.from_pylist([asdict(one) | {"branch": branch} for one in report.faults], schema=FINDINGS)
    keeping.replace(city, keeping.FINDINGS_TABLE, rows, "branch", branch)
    return report


def _check(source: str, together: Iterable[list[CityObject]], report: Report, progress: Progress) -> None:
    seen: set[str] = set()
    for family in together:
        parts = [one for one in family if one.parent and one.polygons]
        among = list(check_parts(parts)) if len(parts) > 1 else []
        for one in family:
            findings = [*check_object(one), *(found for key, found in among if key == one.id), *_alone(one, family)]
            if one.id in seen:
                findings.append(Finding(1007, one.id, MESSAGES[1007], one.line))
            seen.add(one.id)
            report.checked += 1
            report.faulty += bool(findings)
            report.faults += [Fault(source, one.id, f.code, f.part, f.message, f.line) for f in findings]
        progress(source, report.checked)


def _alone(one: CityObject, family: list[CityObject]) -> Iterator[Finding]:
    """609 where nothing is drawn: an object without faces whose parts have none either."""
    if not one.polygons and not any(other.polygons for other in family if other.parent):
        yield Finding(609, one.id, MESSAGES[609], one.line)


def _from_lake(city: City, branch: str, *, own: bool = False) -> Iterator[tuple[str, CityObject]]:
    """(source, object) for each object, with its faces in metres; sources and families stand together. `own` leaves out
    what a branch has from today's city."""
    with keeping.opened(city, branch) as asked:
        rows = asked.execute(
            "WITH shapes AS (SELECT object, source, branch, list({id: id, surface: surface, lod: lod, rings: rings, "
            "kind: CASE WHEN stated THEN kind ELSE '' END, attributes: attributes, solid: solid, shell: shell}) "
            "AS shape FROM faces GROUP BY object, source, branch) "
            "SELECT o.source, o.id, o.kind, o.parent, o.name, o.attributes, o.findings, o.line, s.shape FROM objects o "
            "LEFT JOIN shapes s ON s.object = o.id AND s.source = o.source AND s.branch = o.branch "
            "WHERE NOT $own OR o.branch = $branch ORDER BY o.source, o.root, o.parent <> '', o.id",
            {"own": own, "branch": branch},
        )
        while batch := rows.fetchmany(500):
            for source, key, kind, parent, name, told, findings, line, faces in batch:
                yield source, CityObject(
                    key, kind, parent, name, "", json.loads(told), [_face(one) for one in faces or []],
                    [Finding(*one) for one in json.loads(findings)], line=line,
                )  # fmt: skip


def _face(row: dict[str, Any]) -> Polygon:
    return Polygon(**{**row, "attributes": json.loads(row["attributes"])})


def mend_twin(city: City, branch: str, progress: Progress) -> dict[str, list[str]]:
    """Put right what is safe to in a branch's own objects; what was done, by object. The others stay as they are."""
    done: dict[str, list[str]] = {}
    for source, objects in groupby(list(_from_lake(city, branch, own=True)), lambda pair: pair[0]):
        mended = []
        for _, one in objects:
            better, words = mend_object(one)
            mended.append(better)
            if words:
                done[one.id] = words
            progress(source, len(mended))
        if any(one.id in done for one in mended):
            keeping.keep_again(city, source, branch, mended)
    return done
