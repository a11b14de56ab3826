"""What is lost on the way from a source to a receiver: CNOSSOS-EU, propagation (2.5), over flat ground.

Divergence, air (ISO 9613-1), ground, and diffraction over one or two edges, in homogeneous and in favourable
conditions. Checked against ISO/TR 17534-4's cases. Bands as in `emission`; everything else is an array by path.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toimiva.engines.noise.emission import BANDS

__all__ = ["Air", "Paths", "attenuation"]

Floats = NDArray[np.float64]
SOUND = 340.0  # m/s
_CURVED, _CURVATURE = 1000.0, 8.0  # the radius of favourable rays is 8 times the distance, and at least 1000 m
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
class Paths:
    """`along` metres from source to receiver on the ground, `source` and `receiver` heights above it. `edges` (n, 2, 2)
    are the first and last edge that hide one from the other as metres along and height (the same twice where there is
    one), `hidden` whether there is any. `ground` (n, 3) is the mean G of the whole way, up to the first edge, and from
    the last; `road` the G under the source."""

    along: Floats
    source: Floats
    receiver: Floats
    hidden: NDArray[np.bool_]
    edges: Floats
    ground: Floats
    road: Floats


def attenuation(paths: Paths, air: Air) -> tuple[Floats, Floats]:
    """dB lost in homogeneous and in favourable conditions, each (paths, 8 bands)."""
    direct = np.hypot(paths.along, paths.source - paths.receiver)
    spread = 20 * np.log10(np.maximum(direct, 1.0)) + 11
    lost = spread[:, None] + air.absorption * direct[:, None] / 1000
    return lost + _boundary(paths, bent=False), lost + _boundary(paths, bent=True)


def _boundary(paths: Paths, *, bent: bool) -> Floats:
    """Ground where the way is free, diffraction where it is not."""
    lost = np.empty((len(paths.along), len(BANDS)))
    free, over = ~paths.hidden, paths.hidden
    lost[free] = _ground(
        paths.along[free], paths.source[free], paths.receiver[free], paths.ground[free, 0], paths.road[free], bent=bent
    )
    lost[over] = _over_edges(paths, over, bent=bent)
    return lost


def _ground(
    along: Floats, source: Floats, receiver: Floats, ground: Floats, road: Floats | None, *, bent: bool
) -> Floats:
    """The effect of the ground between two points (2.5.15 to 2.5.20); `road` is None where no source stands at the
    beginning."""
    reach = 30 * (source + receiver)
    near = np.minimum(along / np.maximum(reach, 1e-9), 1)
    mixed = ground if road is None else ground * near + road * (1 - near)
    least = -3 * (1 - mixed)
    if bent:
        least = least * np.where(along <= reach, 1, 1 + 2 * (1 - reach / np.maximum(along, 1e-9)))
        source, receiver = _raised(along, source, receiver)
    d, zs, zr = along[:, None], source[:, None], receiver[:, None]
    number = 2 * np.pi * BANDS / SOUND
    w = _w(ground if bent else mixed)
    root = np.sqrt(w * d)
    cf = d * (1 + 3 * w * d * np.exp(-root)) / (1 + w * d)
    bend = np.sqrt(2 * cf / number)
    both = (zs**2 - bend * zs + cf / number) * (zr**2 - bend * zr + cf / number)
    lost = -10 * np.log10(np.maximum(4 * number**2 / np.maximum(d, 1e-3) ** 2 * both, 1e-12))
    told: Floats = np.where((mixed == 0)[:, None], least[:, None], np.maximum(lost, least[:, None]))
    return told


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


def _over_edges(paths: Paths, over: NDArray[np.bool_], *, bent: bool) -> Floats:
    """Pure diffraction with the ground on both sides of the edges (2.5.21 to 2.5.33)."""
    along, source, receiver = paths.along[over], paths.source[over], paths.receiver[over]
    first, last = paths.edges[over, 0], paths.edges[over, 1]
    begin, end = np.column_stack([np.zeros_like(along), source]), np.column_stack([along, receiver])
    radius = np.maximum(_CURVED, _CURVATURE * np.hypot(*(end - begin).T)) if bent else None
    below = np.array([1.0, -1.0])
    pure = _diffraction(begin, first, last, end, radius)
    from_image = _diffraction(begin * below, first, last, end, radius)
    to_image = _diffraction(begin, first, last, end * below, radius)
    before = _ground(first[:, 0], source, first[:, 1], paths.ground[over, 1], paths.road[over], bent=bent)
    after = _ground(along - last[:, 0], last[:, 1], receiver, paths.ground[over, 2], None, bent=bent)
    lost: Floats = np.minimum(pure, _MOST) + _beside(before, from_image, pure) + _beside(after, to_image, pure)
    return lost


def _beside(ground: Floats, image: Floats, pure: Floats) -> Floats:
    """What the ground on one side of the edges does (2.5.31)."""
    told: Floats = -20 * np.log10(1 + (10 ** (-ground / 20) - 1) * 10 ** (-(image - pure) / 20))
    return told


def _diffraction(begin: Floats, first: Floats, last: Floats, end: Floats, radius: Floats | None) -> Floats:
    """dB by band of a way over edges against the direct way (2.5.21)."""
    between = np.hypot(*(last - first).T)
    longer = (
        _length(begin, first, radius) + _length(first, last, radius) + _length(last, end, radius)
        - _length(begin, end, radius)
    )  # fmt: skip
    wave = SOUND / BANDS
    spaced = (5 * wave / np.maximum(between, 1e-9)[:, None]) ** 2
    more = np.where(between[:, None] > _DISTINCT, (1 + spaced) / (1 / 3 + spaced), 1.0)
    inside = 40 / wave * more * longer[:, None]
    told: Floats = np.where(inside >= -2, 10 * np.log10(3 + np.maximum(inside, -2)), 0.0)
    return told


def _length(one: Floats, other: Floats, radius: Floats | None) -> Floats:
    straight = np.hypot(*(other - one).T)
    return straight if radius is None else 2 * radius * np.arcsin(straight / (2 * radius))
