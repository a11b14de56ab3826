"""What is lost on the way from a source to a receiver: CNOSSOS-EU, propagation (2.5).

Divergence, air (ISO 9613-1), ground by its mean planes, and diffraction over edges, in homogeneous and in favourable
conditions. Checked against ISO/TR 17534-4's cases. Bands as in `emission`; everything else is an array by path.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toimiva.engines.noise.emission import BANDS

__all__ = ["CURVATURE", "CURVED", "Air", "Ground", "Paths", "attenuation"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_WAVES = 340.0 / BANDS  # metres, at 340 m/s
CURVED, CURVATURE = 1000.0, 8.0  # the radius of favourable rays is 8 times the distance, and at least 1000 m
_DISTINCT, _MOST = 0.3, 25.0  # metres between edges that count as two; dB that diffraction takes at most


@dataclass(frozen=True, slots=True)
class Air:
    """Degrees, relative humidity in percent, and the share of day, evening and night in which sound bends down."""

    degrees: float = 10.0
    humidity: float = 70.0
    favourable: tuple[float, float, float] = (0.5, 0.5, 0.5)

    @property
    def absorption(self) -> Floats:
        """dB a kilometre by band (ISO 9613-1, at one atmosphere and exact midband frequencies)."""
        kelvin, reference, triple = self.degrees + 273.15, 293.15, 273.16
        exact = 1000 * 10 ** (3 * np.arange(-4, 4) / 10)
        vapour = self.humidity * 10 ** (-6.8346 * (triple / kelvin) ** 1.261 + 4.6151)
        oxygen = 24 + 4.04e4 * vapour * (0.02 + vapour) / (0.391 + vapour)
        nitrogen = (kelvin / reference) ** -0.5 * (
            9 + 280 * vapour * np.exp(-4.170 * ((kelvin / reference) ** (-1 / 3) - 1))
        )
        relaxed = (kelvin / reference) ** -2.5 * (
            0.01275 * np.exp(-2239.1 / kelvin) / (oxygen + exact**2 / oxygen)
            + 0.1068 * np.exp(-3352.0 / kelvin) / (nitrogen + exact**2 / nitrogen)
        )
        absorbed: Floats = 8686 * exact**2 * (1.84e-11 * (kelvin / reference) ** 0.5 + relaxed)
        return absorbed


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground of stretches of ways: `plane` (n, 2) is the slope of its mean plane and its height at 0 metres along,
    `g` (n,) its mean G."""

    plane: Floats
    g: Floats

    def only(self, some: Flags) -> Ground:
        return Ground(self.plane[some], self.g[some])


@dataclass(frozen=True, slots=True)
class Paths:
    """Ways in their vertical planes; points (n, 2) are metres along and height. `begin` is the source, `end` the
    receiver. `edges` (n, 2, 2) are the first and last edge that sound may bend over (the same twice where there is
    one), `between` the metres from one to the other. Ground is told of the whole way, up to the first edge (`before`)
    and from the last (`after`); `road` is the G under the source."""

    begin: Floats
    end: Floats
    edges: Floats
    between: Floats
    whole: Ground
    before: Ground
    after: Ground
    road: Floats

    def only(self, some: Flags) -> Paths:
        return Paths(
            self.begin[some], self.end[some], self.edges[some], self.between[some], self.whole.only(some),
            self.before.only(some), self.after.only(some), self.road[some],
        )  # fmt: skip


def attenuation(paths: Paths, air: Air, *, bent: bool) -> Floats:
    """dB lost (paths, 8 bands) in homogeneous conditions, or in favourable ones, in which rays are `bent` down."""
    direct = _apart(paths.begin, paths.end)
    spread = 20 * np.log10(np.maximum(direct, 1.0)) + 11
    lost = spread[:, None] + air.absorption * direct[:, None] / 1000
    return lost + _boundary(paths, bent=bent)


def _boundary(paths: Paths, *, bent: bool) -> Floats:
    """Ground where the way is free, diffraction in the bands in which it is not (2.5.21, Rayleigh's criterion)."""
    longer = _detour(paths, paths.begin, paths.end, bent=bent)
    sunk, raised = _image(paths.begin, paths.before), _image(paths.end, paths.after)
    mirrored = _detour(paths, sunk, raised, bent=bent)
    hidden = longer >= 0
    bends = hidden | ((longer > -_WAVES.max() / 20) & (longer + mirrored > _WAVES.min() / 4))
    lost = np.empty((len(longer), len(BANDS)))
    lost[~hidden] = _ground(paths.only(~hidden), bent=bent)
    over, by, to = paths.only(bends), longer[bends, None], mirrored[bends, None]
    holds = (by >= 0) | ((by > -_WAVES / 20) & (by > _WAVES / 4 - to))
    lost[bends] = np.where(holds, _over_edges(over, longer[bends], bent=bent), lost[bends])
    return lost


def _ground(paths: Paths, *, bent: bool) -> Floats:
    """The effect of the ground of whole ways."""
    return _effect(paths.begin, paths.end, paths.whole, paths.road, bent=bent)


def _effect(begin: Floats, end: Floats, ground: Ground, road: Floats | None, *, bent: bool) -> Floats:
    """The effect of the ground between two points (2.5.15 to 2.5.20); `road` is None where no source stands at the
    beginning."""
    source, receiver = (np.maximum(_above(point, ground), 0) for point in (begin, end))
    along = np.maximum(_along(begin, end, ground), 1e-3)
    reach = 30 * (source + receiver)
    near = np.minimum(along / np.maximum(reach, 1e-9), 1)
    mixed = ground.g if road is None else ground.g * near + road * (1 - near)
    least = -3 * (1 - mixed)
    if bent:
        least = least * np.where(along <= reach, 1, 1 + 2 * (1 - reach / along))
        source, receiver = _raised(along, source, receiver)
    d, zs, zr = along[:, None], source[:, None], receiver[:, None]
    number = 2 * np.pi / _WAVES
    w = _w(ground.g if bent else mixed)
    cf = d * (1 + 3 * w * d * np.exp(-np.sqrt(w * d))) / (1 + w * d)
    bend = np.sqrt(2 * cf / number)
    both = (zs**2 - bend * zs + cf / number) * (zr**2 - bend * zr + cf / number)
    lost = -10 * np.log10(np.maximum(4 * number**2 / d**2 * both, 1e-12))
    told: Floats = np.where((mixed == 0)[:, None], least[:, None], np.maximum(lost, least[:, None]))
    return told


def _apart(one: Floats, other: Floats) -> Floats:
    told: Floats = np.hypot(other[:, 0] - one[:, 0], other[:, 1] - one[:, 1])
    return told


def _above(point: Floats, ground: Ground) -> Floats:
    """Metres at a right angle above a mean plane, less than nothing below it."""
    slope, height = ground.plane.T
    told: Floats = (point[:, 1] - slope * point[:, 0] - height) / np.sqrt(1 + slope**2)
    return told


def _along(one: Floats, other: Floats, ground: Ground) -> Floats:
    """Metres between two points, laid down on a mean plane."""
    slope = ground.plane[:, 0]
    told: Floats = np.abs(other[:, 0] - one[:, 0] + slope * (other[:, 1] - one[:, 1])) / np.sqrt(1 + slope**2)
    return told


def _image(point: Floats, ground: Ground) -> Floats:
    """A point mirrored in a mean plane; below it, the point is its own image (2.5.3)."""
    slope = ground.plane[:, 0]
    upright = np.column_stack([-slope, np.ones_like(slope)]) / np.sqrt(1 + slope**2)[:, None]
    return point - 2 * np.maximum(_above(point, ground), 0)[:, None] * upright


def _raised(along: Floats, source: Floats, receiver: Floats) -> tuple[Floats, Floats]:
    """Heights as if rays were straight, where they bend down (2.5.19)."""
    total = np.maximum(source + receiver, 1e-6)
    by_turbulence = 6e-3 * along / total
    bent = 2e-4 * along**2 / 2
    return (
        source + bent * (source / total) ** 2 + by_turbulence, receiver + bent * (receiver / total) ** 2 + by_turbulence
    )  # fmt: skip


def _w(ground: Floats) -> Floats:
    g, f = np.maximum(ground, 0)[:, None], BANDS
    return 0.0185 * f**2.5 * g**2.6 / (f**1.5 * g**2.6 + 1.3e3 * f**0.75 * g**1.3 + 1.16e6)


def _over_edges(paths: Paths, longer: Floats, *, bent: bool) -> Floats:
    """Diffraction with the ground on both sides of the edges (2.5.29 to 2.5.33)."""
    first, last = paths.edges[:, 0], paths.edges[:, 1]
    from_image = _detour(paths, _image(paths.begin, paths.before), paths.end, bent=bent)
    to_image = _detour(paths, paths.begin, _image(paths.end, paths.after), bent=bent)
    pure, with_before, with_after = (_diffraction(paths, metres) for metres in (longer, from_image, to_image))
    before = _effect(paths.begin, first, paths.before, paths.road, bent=bent)
    after = _effect(last, paths.end, paths.after, None, bent=bent)
    lost: Floats = np.minimum(pure, _MOST) + _beside(before, with_before, pure) + _beside(after, with_after, pure)
    return lost


def _beside(ground: Floats, image: Floats, pure: Floats) -> Floats:
    """What the ground on one side of the edges does (2.5.31)."""
    told: Floats = -20 * np.log10(1 + (10 ** (-ground / 20) - 1) * 10 ** (-(image - pure) / 20))
    return told


def _detour(paths: Paths, begin: Floats, end: Floats, *, bent: bool) -> Floats:
    """Metres that a way over the edges is longer than the direct one; less than nothing where that passes above them
    (2.5.23 to 2.5.28)."""
    first, last = paths.edges[:, 0], paths.edges[:, 1]
    direct = _apart(begin, end)
    radius = np.maximum(CURVED, CURVATURE * direct) if bent else None
    over = _long(_apart(begin, first), radius) + _long(paths.between, radius) + _long(_apart(last, end), radius)
    share = (first[:, 0] - begin[:, 0]) / np.maximum(end[:, 0] - begin[:, 0], 1e-9)
    below = begin + np.clip(share, 0, 1)[:, None] * (end - begin)
    straight = _long(direct, radius)
    twice = 2 * (_long(_apart(begin, below), radius) + _long(_apart(below, end), radius))
    told: Floats = np.where(first[:, 1] >= below[:, 1], over - straight, twice - over - straight)
    return told


def _long(straight: Floats, radius: Floats | None) -> Floats:
    return straight if radius is None else 2 * radius * np.arcsin(straight / (2 * radius))


def _diffraction(paths: Paths, longer: Floats) -> Floats:
    """dB by band of a way that is so many metres longer (2.5.21)."""
    spaced = (5 * _WAVES / np.maximum(paths.between, 1e-9)[:, None]) ** 2
    more = np.where(paths.between[:, None] > _DISTINCT, (1 + spaced) / (1 / 3 + spaced), 1.0)
    inside = 40 / _WAVES * more * longer[:, None]
    told: Floats = np.where(inside >= -2, 10 * np.log10(3 + np.maximum(inside, -2)), 0.0)
    return told
