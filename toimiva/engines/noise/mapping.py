"""Levels at receivers from points along roads, hidden by the terrain and by what stands on it: two rasters.

Sound that one wall throws back is counted where walls are given; sound that two throw back, or that bends round
corners, is left out. Houses that a way passes over are no part of its ground.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy
from numpy.typing import NDArray

from toimiva.engines.noise.attenuation import Air, attenuation
from toimiva.engines.noise.profiles import Profiles, paths_over
from toimiva.engines.noise.reflecting import ABSORBED, Thrown, Walls, thrown
from toimiva.engines.solids.api import LEVEL, Terrain

__all__ = ["RECEIVER_HEIGHT", "Levels", "Obstacles", "Sources", "along_lines", "levels"]

Floats = NDArray[np.float64]
SOURCE_HEIGHT, RECEIVER_HEIGHT = 0.05, 4.0  # metres (2.2.1; Directive 2002/49/EC, Annex I)
_A_WEIGHTS = np.array([-26.2, -16.1, -8.6, -3.2, 0.0, 1.2, 1.0, -1.1])  # IEC 61672-1
_PENALTY = np.array([0.0, 5.0, 10.0])  # dB of day, evening, night (Annex I)
_CLEAR = 2.5  # metres around a source and a receiver that hide nothing: the wall that a receiver stands before
_AT_ONCE, _SORTED = 2_000, 40_000  # ways that are computed together, and that are brought together by length
_SILENT = -99.0  # dB


@dataclass(frozen=True, slots=True)
class Obstacles:
    """Heights above the terrain in metres (rows from south, columns from west) of square cells."""

    heights: NDArray[np.float32]
    west: float
    south: float
    cell: float
    terrain: Terrain = LEVEL

    def at(self, x: Floats, y: Floats) -> NDArray[np.float32]:
        """Heights at places, 0 outside."""
        column = np.floor((x - self.west) / self.cell).astype(np.int64)
        row = np.floor((y - self.south) / self.cell).astype(np.int64)
        inside = (row >= 0) & (row < self.heights.shape[0]) & (column >= 0) & (column < self.heights.shape[1])
        return np.where(inside, self.heights[np.where(inside, row, 0), np.where(inside, column, 0)], np.float32(0))


@dataclass(frozen=True, slots=True)
class Sources:
    """Points (s, 2) along roads, and their sound power in dB (s, 3 parts of the day, 8 bands)."""

    points: Floats
    power: Floats


@dataclass(frozen=True, slots=True)
class Levels:
    """dB(A) at each receiver over a year by part of the day, and together (Lden)."""

    day: Floats
    evening: Floats
    night: Floats
    den: Floats


def along_lines(lines: list[Floats], apart: float) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Middles (s, 2) of pieces of lines, at most `apart` metres long, their lengths, and the line of each."""
    middles, lengths, owners = [], [], []
    for number, line in enumerate(lines):
        for begin, end in pairwise(line):
            metres = float(np.hypot(*(end - begin)))
            count = max(1, int(np.ceil(metres / apart)))
            middles.append(begin + (end - begin) * ((np.arange(count) + 0.5) / count)[:, None])
            lengths.append(np.full(count, metres / count))
            owners.append(np.full(count, number))
    if not middles:
        return np.zeros((0, 2)), np.zeros(0), np.zeros(0, np.int64)
    return np.concatenate(middles), np.concatenate(lengths), np.concatenate(owners)


def levels(
    receivers: Floats, sources: Sources, obstacles: Obstacles, air: Air, ground: float, reach: float,
    hours: tuple[float, float, float], walls: Walls | None = None,
) -> Levels:  # fmt: skip
    """What is heard at receivers (r, 2) from sources within `reach` metres. `ground` is the mean G of the area, `hours`
    how long day, evening and night are; `walls` are those that throw sound back."""
    heard = np.zeros((len(receivers), 3))
    for receiver, source in _pairs(receivers, sources.points, reach):
        ways = _profiles(receivers[receiver], sources.points[source], obstacles)
        np.add.at(heard, receiver, _energy(ways, sources.power[source], air, ground))
    for way in _together(thrown(receivers, sources.points, walls, reach)) if walls else ():
        ways = _profiles(receivers[way.receiver], sources.points[way.source], obstacles, way.over)
        np.add.at(heard, way.receiver, (1 - ABSORBED) * _energy(ways, sources.power[way.source], air, ground))
    with np.errstate(divide="ignore"):
        told = np.maximum(10 * np.log10(heard), _SILENT)
    den = 10 * np.log10((10 ** ((told + _PENALTY) / 10) * np.array(hours)).sum(axis=1) / sum(hours))
    return Levels(told[:, 0], told[:, 1], told[:, 2], den)


def _energy(profiles: Profiles, power: Floats, air: Air, ground: float) -> Floats:
    """A-weighted energy that arrives by each way, by part of the day (n, 3)."""
    bent = np.array(air.favourable)[:, None]
    g, road = np.full(len(power), ground), np.zeros(len(power))
    heights = SOURCE_HEIGHT, RECEIVER_HEIGHT
    straight, favourable = (
        10 ** (-attenuation(paths, air, bent=number == 1) / 10)[:, None, :]
        for number, paths in enumerate(paths_over(profiles, heights, (g, g, g), road))
    )
    kept = (1 - bent) * straight + bent * favourable
    arrived: Floats = (kept * 10 ** ((power + _A_WEIGHTS) / 10)).sum(axis=2)
    return arrived


def _together(ways: Iterable[Thrown]) -> Iterator[Thrown]:
    """Ways of many receivers at once, a bounded number at a time."""
    waiting: list[Thrown] = []
    for way in ways:
        waiting.append(way)
        if sum(len(one.source) for one in waiting) > _AT_ONCE:
            yield _joined(waiting)
            waiting = []
    if waiting:
        yield _joined(waiting)


def _joined(ways: list[Thrown]) -> Thrown:
    return Thrown(
        np.concatenate([one.receiver for one in ways]), np.concatenate([one.source for one in ways]),
        np.concatenate([one.over for one in ways]),
    )  # fmt: skip


def _pairs(receivers: Floats, sources: Floats, reach: float) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Receivers and sources that are near each other, a bounded number of like distance at a time."""
    if not len(receivers) or not len(sources):
        return
    near = scipy.spatial.KDTree(sources).query_ball_point(receivers, reach)
    counts = np.array([len(one) for one in near])
    parts = np.cumsum(counts) // _SORTED
    for part in np.unique(parts[counts > 0]):
        some = np.flatnonzero((parts == part) & (counts > 0))
        receiver = np.repeat(some, counts[some])
        source = np.concatenate([near[one] for one in some]).astype(np.int64)
        order = np.argsort(np.hypot(*(receivers[receiver] - sources[source]).T), kind="stable")
        for start in range(0, len(order), _AT_ONCE):
            alike = order[start : start + _AT_ONCE]
            yield receiver[alike], source[alike]


def _profiles(receivers: Floats, sources: Floats, obstacles: Obstacles, over: Floats | None = None) -> Profiles:
    """The vertical plane of each way, unfolded where it goes `over` a wall."""
    turn = receivers if over is None else over
    there, back_again = turn - sources, receivers - turn
    first_leg, last_leg = np.hypot(*there.T)[:, None], np.hypot(*back_again.T)[:, None]
    whole = first_leg + last_leg
    steps = np.minimum(np.arange(int(np.ceil(whole.max() / obstacles.cell)) + 1) * obstacles.cell, whole)
    one = np.clip(steps / np.maximum(first_leg, 0.1), 0, 1)
    other = np.clip((steps - first_leg) / np.maximum(last_leg, 0.1), 0, 1)
    x, y = (sources[:, [at]] + there[:, [at]] * one + back_again[:, [at]] * other for at in (0, 1))
    between = (steps > _CLEAR) & (steps < whole - _CLEAR)
    if over is not None:
        between &= np.abs(steps - first_leg) > _CLEAR
    ground = obstacles.terrain.at(x, y)
    return Profiles(steps, ground, ground + np.where(between, obstacles.at(x, y), 0))
