"""Resource paths: `Things(1)/Datastreams(2)/Observations`, `Things(1)/name/$value`, `Datastreams(2)/Thing/$ref`,
`Things(1)/properties/floors[0]`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from toimiva.engines.odata.ast import QueryError

__all__ = ["Segment", "parse_path"]

_SEGMENT = re.compile(r"(\$?[A-Za-z_][\w.@]*)((?:\[\d{1,9}\])*)(?:\((-?\d{1,40})\))?")
_MOST = 20


@dataclass(frozen=True, slots=True)
class Segment:
    """A step: a name, the places in a list and in lists within it, and the id of one of a collection."""

    name: str
    id: int | None = None
    places: tuple[int, ...] = ()

    def __str__(self) -> str:
        return self.name + "".join(f"[{place}]" for place in self.places)


def parse_path(text: str) -> tuple[Segment, ...]:
    """The steps of a path. Raises QueryError for one that cannot be read; identifiers are whole numbers."""
    parts = [part for part in text.split("/") if part]
    if not parts:
        raise QueryError("The path names nothing.")
    if len(parts) > _MOST:
        raise QueryError(f"A path may have {_MOST} steps.")
    found = []
    for part in parts:
        match = _SEGMENT.fullmatch(part)
        if match is None:
            raise QueryError(f"{part[:40]!r} is no step of a path; an entity is named like Things(1).")
        places = tuple(int(place) for place in re.findall(r"\d+", match[2]))
        found.append(Segment(match[1], int(match[3]) if match[3] else None, places))
    return tuple(found)
