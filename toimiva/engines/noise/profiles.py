"""Vertical sections from sources to receivers: mean planes of their ground, and the edges that sound bends over.

CNOSSOS-EU, 2.5.3 (mean planes by least squares of the terrain's line) and 2.5.6 (edges of the stretched band). Arrays
are (n ways, m points); points that a way does not need repeat its last.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from toimiva.engines.noise.attenuation import CURVATURE, CURVED, Ground, Paths

__all__ = ["Profiles", "paths_over"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
_SHORTEST, _THIN = 0.3, 1e-3  # metres: ground that is shorter is level; edges this near to an end are its own


@dataclass(frozen=True, slots=True)
class Profiles:
    """`along` metres from the source, rising; `ground` the terrain's height there, and `tops` that of what stands on
    it, the terrain's where nothing does. The first point lies below the source, the last below the receiver."""

    along: Floats
    ground: Floats
    tops: Floats


def paths_over(
    profiles: Profiles, heights: tuple[float, float], g: tuple[Floats, Floats, Floats], road: Floats
) -> tuple[Paths, Paths]:
    """Ways with their mean planes and edges where sound goes straight, and where it is bent down. `heights` are those
    of source and receiver above the ground, `g` the mean G of the whole way, up to the first edge and from the last,
    `road` the G under the source."""
    along, ground = profiles.along, profiles.ground
    begin = np.column_stack([along[:, 0], ground[:, 0] + heights[0]])
    end = np.column_stack([along[:, -1], ground[:, -1] + heights[1]])
    planes = _Planes.of(along, ground)
    every, nothing = np.arange(len(along)), np.zeros(len(along), np.int64)
    all_of = nothing + along.shape[1] - 1
    whole = planes.between(nothing, all_of)

    def over(tops: Floats) -> Paths:
        first, last = _edges(profiles, tops, begin, end, whole)
        at = (every, first), (every, last)
        edges = np.stack([np.column_stack([along[one], profiles.tops[one]]) for one in at], axis=1)
        before, after = planes.between(nothing, first), planes.between(last, all_of)
        between = _stretched(profiles, tops, first, last)
        return Paths(begin, end, edges, between, Ground(whole, g[0]), Ground(before, g[1]), Ground(after, g[2]), road)

    return over(profiles.tops), over(_lowered(profiles, begin, end))


@dataclass(frozen=True, slots=True)
class _Planes:
    """Sums along each way of its line of ground, and of its moment, exact for straight pieces."""

    along: Floats
    ground: Floats
    area: Floats
    moment: Floats

    @staticmethod
    def of(along: Floats, ground: Floats) -> _Planes:
        x, z, wide = along[:, :-1], ground[:, :-1], np.diff(along)
        area = wide * (z + ground[:, 1:]) / 2
        moment = x * area + wide**2 * (z + 2 * ground[:, 1:]) / 6
        return _Planes(along, ground, _summed(area), _summed(moment))

    def between(self, first: Indices, last: Indices) -> Floats:
        """Slope and height at the source (n, 2) of the mean plane from one point to another."""
        every = np.arange(len(first))
        left, right = self.along[every, first], self.along[every, last]
        wide, middle = right - left, (left + right) / 2
        safe = np.maximum(wide, _SHORTEST)
        area = self.area[every, last] - self.area[every, first]
        moment = self.moment[every, last] - self.moment[every, first]
        level = wide < _SHORTEST
        slope = np.where(level, 0.0, 12 * (moment - middle * area) / safe**3)
        mean = np.where(level, self.ground[every, first], area / safe)
        return np.column_stack([slope, mean - slope * middle])


def _summed(values: Floats) -> Floats:
    return np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)


def _edges(profiles: Profiles, tops: Floats, begin: Floats, end: Floats, whole: Floats) -> tuple[Indices, Indices]:
    """The first and the last point of a band stretched from source to receiver over all tops; where none is as high as
    the straight way, the terrain's point that comes nearest to hiding it, twice."""
    along = profiles.along
    from_begin, to_end = along - begin[:, :1], end[:, :1] - along
    inside = (from_begin > _THIN) & (to_end > _THIN)
    up = np.where(inside, (tops - begin[:, 1:]) / np.maximum(from_begin, _THIN), -np.inf)
    back = np.where(inside, (tops - end[:, 1:]) / np.maximum(to_end, _THIN), -np.inf)
    first, last = up.argmax(axis=1), back.argmax(axis=1)
    rise = (end[:, 1] - begin[:, 1]) / np.maximum(end[:, 0] - begin[:, 0], 1e-9)
    free = np.flatnonzero(up[np.arange(len(first)), first] <= rise)
    if len(free):
        first[free] = last[free] = _nearest(along[free], profiles.ground[free], begin[free], end[free], whole[free])
    return first, last


def _nearest(along: Floats, ground: Floats, begin: Floats, end: Floats, whole: Floats) -> Indices:
    """Where the terrain rises most out of its mean plane, as seen along the way: Rayleigh's criterion asks there."""
    share = (along - begin[:, :1]) / np.maximum(end[:, :1] - begin[:, :1], 1e-9)
    straight = begin[:, 1:] + share * (end[:, 1:] - begin[:, 1:])
    plane = whole[:, :1] * along + whole[:, 1:]
    clear = (ground - plane) * np.maximum(straight - plane, 0) / np.maximum(share * (1 - share), 1e-9)
    told: Indices = np.where((share > 0) & (share < 1), clear, -np.inf).argmax(axis=1)
    return told


def _lowered(profiles: Profiles, begin: Floats, end: Floats) -> Floats:
    """Tops as rays that bend down meet them if they were straight: lower by as much as the direct ray is higher."""
    direct = np.hypot(*(end - begin).T)[:, None]
    left, right = profiles.along - begin[:, :1], end[:, :1] - profiles.along
    return profiles.tops - left * right / (2 * np.maximum(CURVED, CURVATURE * direct))


def _stretched(profiles: Profiles, tops: Floats, first: Indices, last: Indices) -> Floats:
    """Metres from the first edge to the last over three at most of those between that a band over `tops` lies on: of
    the way round a round hill that is all but a sixteenth of what it is longer."""
    told = np.zeros(len(first))
    ways = np.flatnonzero(last > first)
    along, band, heights = profiles.along[ways], tops[ways], profiles.tops[ways]
    left, right = first[ways], last[ways]
    middle = _highest(along, band, left, right)
    edges = left, _highest(along, band, left, middle), middle, _highest(along, band, middle, right), right
    every = np.arange(len(ways))
    for one, other in pairwise(edges):
        told[ways] += np.hypot(along[every, other] - along[every, one], heights[every, other] - heights[every, one])
    return told


def _highest(along: Floats, band: Floats, left: Indices, right: Indices) -> Indices:
    """The point that is highest above the line from one point to another, the first where none is."""
    every, columns = np.arange(len(left)), np.arange(along.shape[1])
    x, z = along[every, left], band[every, left]
    slope = (band[every, right] - z) / np.maximum(along[every, right] - x, _THIN)
    above = band - z[:, None] - slope[:, None] * (along - x[:, None])
    between = (columns > left[:, None]) & (columns < right[:, None])
    highest = np.where(between, above, 0.0).argmax(axis=1)
    told: Indices = np.where(between[every, highest], highest, left)
    return told
