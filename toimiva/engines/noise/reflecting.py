"""Sound that a wall throws back: ways from a source over one wall to a receiver, by image receivers (CNOSSOS-EU, 2.5).

A wall throws back what hits it below its edge, and keeps a share of it. Sound that two walls throw back is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

__all__ = ["ABSORBED", "Thrown", "Walls", "thrown"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
ABSORBED = 0.2  # of the energy that hits a wall: a facade with windows (10 lg(1 - 0.2) = -1 dB)
_NEAR = 60.0  # metres from the receiver to a wall that throws back
_LONGEST = 200.0  # metres by way of the wall: what comes from farther away adds nothing to what is heard straight
_OWN = 2.5  # metres: the wall that a receiver stands before throws nothing back (levels of incident sound)
_BEFORE = 0.5  # metres that a source stands before a wall's plane


@dataclass(frozen=True, slots=True)
class Walls:
    """Walls seen from above: where each begins (w, 2), its direction (w, 2, unit), length (w,) and the side that it
    faces (w, 2, unit). Each is higher than a receiver."""

    begins: Floats
    along: Floats
    lengths: Floats
    faces: Floats


@dataclass(frozen=True, slots=True)
class Thrown:
    """Ways over walls: `receiver` and `source` (n,) indices, and `over` (n, 2) where each hits its wall."""

    receiver: Indices
    source: Indices
    over: Floats


def thrown(receivers: Floats, sources: Floats, walls: Walls, reach: float) -> Iterator[Thrown]:
    """Every way over one wall near the receiver that is not longer than `reach` and 200 metres, receiver by receiver;
    `receivers` and `sources` are (n, 2)."""
    if not len(receivers) or not len(sources) or not len(walls.lengths):
        return
    reach = min(reach, _LONGEST)
    middles = walls.begins + walls.along * walls.lengths[:, None] / 2
    near_walls = scipy.spatial.KDTree(middles).query_ball_point(receivers, _NEAR + float(walls.lengths.max()) / 2)
    near_sources = scipy.spatial.KDTree(sources).query_ball_point(receivers, reach)
    for number, (some, heard) in enumerate(zip(near_walls, near_sources, strict=True)):
        if some and heard:
            yield from _over(number, receivers[number], np.array(heard), sources, _some(walls, np.array(some)), reach)


def _some(walls: Walls, chosen: Indices) -> Walls:
    return Walls(walls.begins[chosen], walls.along[chosen], walls.lengths[chosen], walls.faces[chosen])


def _over(
    number: int, receiver: Floats, heard: Indices, sources: Floats, walls: Walls, reach: float
) -> Iterator[Thrown]:
    away = receiver - walls.begins
    before = (away * walls.faces).sum(axis=1)
    nearest = np.clip((away * walls.along).sum(axis=1), 0, walls.lengths)
    distance = np.hypot(*(away - walls.along * nearest[:, None]).T)
    seen = np.flatnonzero((before > _OWN) & (distance <= _NEAR))
    if not len(seen):
        return
    walls, before = _some(walls, seen), before[seen]
    image = receiver - 2 * before[:, None] * walls.faces
    places = sources[heard]
    front = ((places[None] - walls.begins[:, None]) * walls.faces[:, None]).sum(axis=2)  # (walls, sources)
    share = front / np.maximum(front + before[:, None], 1e-9)
    hit = places[None] + (image[:, None] - places[None]) * share[:, :, None]
    where = ((hit - walls.begins[:, None]) * walls.along[:, None]).sum(axis=2)
    length = np.hypot(*np.moveaxis(image[:, None] - places[None], 2, 0))
    on_wall = (front > _BEFORE) & (where >= 0) & (where <= walls.lengths[:, None]) & (length <= reach)
    wall, source = np.nonzero(on_wall)
    if len(wall):
        yield Thrown(np.full(len(wall), number), heard[source].astype(np.int64), hit[wall, source])
