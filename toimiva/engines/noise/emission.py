"""What a road gives off: CNOSSOS-EU, road traffic (Directive 2002/49/EC, Annex II as amended by (EU) 2021/1226, 2.2).

Octave bands 63 Hz to 8 kHz. Coefficients: Appendix F, tables F-1 and F-2. Reference surface, steady speed, no slope.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["BANDS", "Traffic", "Winter", "line_power"]

Floats = NDArray[np.float64]
BANDS = np.array([63, 125, 250, 500, 1000, 2000, 4000, 8000], dtype=float)
_REFERENCE, _SLOWEST = 70.0, 20.0  # km/h
# rolling A and B, propulsion A and B, by category: 1 cars, 2 medium heavy, 3 heavy
_TABLE = np.array([
    [[83.1, 89.2, 87.7, 93.1, 100.1, 96.7, 86.8, 76.2], [30.0, 41.5, 38.9, 25.7, 32.5, 37.2, 39.0, 40.0],
     [97.9, 92.5, 90.7, 87.2, 84.7, 88.0, 84.4, 77.1], [-1.3, 7.2, 7.7, 8.0, 8.0, 8.0, 8.0, 8.0]],
    [[88.7, 93.2, 95.7, 100.9, 101.7, 95.1, 87.8, 83.6], [30.0, 35.8, 32.6, 23.8, 30.1, 36.2, 38.3, 40.1],
     [105.5, 100.2, 100.5, 98.7, 101.0, 97.8, 91.2, 85.0], [-1.9, 4.7, 6.4, 6.5, 6.5, 6.5, 6.5, 6.5]],
    [[91.7, 96.2, 98.2, 104.9, 105.1, 98.5, 91.1, 85.6], [30.0, 33.5, 31.3, 25.4, 31.8, 37.1, 38.6, 40.6],
     [108.8, 104.2, 103.5, 102.9, 102.6, 98.5, 93.8, 87.5], [0.0, 3.0, 4.6, 5.0, 5.0, 5.0, 5.0, 5.0]],
])  # fmt: skip
_STUDS = np.array([[0, 0, 0, 2.6, 2.9, 1.5, 2.3, 9.2], [0, 0, 0, -3.1, -6.4, -14.0, -22.4, -11.4]])
_STUD_SPEEDS = (50.0, 90.0)  # km/h: the correction holds between them
_COLD = np.array([0.08, 0.04, 0.04])  # dB for a degree below 20


@dataclass(frozen=True, slots=True)
class Traffic:
    """Vehicles an hour (roads, 3 categories: cars, medium heavy, heavy) and km/h (roads)."""

    flow: Floats
    speed: Floats


@dataclass(frozen=True, slots=True)
class Winter:
    """The share of cars on studded tyres for so many months of the year, and the year's mean of the air, degrees."""

    studded: float = 0.0
    months: float = 0.0
    degrees: float = 20.0


def line_power(traffic: Traffic, winter: Winter) -> Floats:
    """Sound power of a metre of road in dB (roads, 8 bands); -inf where nothing drives."""
    speed = np.maximum(traffic.speed, _SLOWEST)[:, None, None]
    a_roll, b_roll, a_drive, b_drive = (_TABLE[None, :, at] for at in range(4))
    rolling = a_roll + b_roll * np.log10(speed / _REFERENCE) + (_COLD * (20 - winter.degrees))[None, :, None]
    rolling[:, 0] += _studs(traffic.speed, winter)
    driving = a_drive + b_drive * (speed - _REFERENCE) / _REFERENCE
    each = 10 ** (rolling / 10) + 10 ** (driving / 10)
    with np.errstate(divide="ignore"):
        return 10 * np.log10((each * traffic.flow[:, :, None] / (1000 * speed)).sum(axis=1))


def _studs(speed: Floats, winter: Winter) -> Floats:
    share = winter.studded * winter.months / 12
    within = np.clip(speed, *_STUD_SPEEDS)[:, None]
    louder = 10 ** ((_STUDS[0] + _STUDS[1] * np.log10(within / _REFERENCE)) / 10)
    return 10 * np.log10(1 - share + share * louder)
