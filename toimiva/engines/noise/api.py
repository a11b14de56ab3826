"""Noise of roads: what they give off, what is lost on the way, and levels at receivers. Metres, km/h, dB, Hz."""

from __future__ import annotations

from toimiva.engines.noise.attenuation import Air, attenuation
from toimiva.engines.noise.emission import BANDS, Traffic, Winter, line_power
from toimiva.engines.noise.mapping import (
    RECEIVER_HEIGHT,
    Levels,
    Obstacles,
    Sources,
    along_lines,
    levels,
)
from toimiva.engines.noise.profiles import Profiles, paths_over
from toimiva.engines.noise.reflecting import ABSORBED, Walls

__all__ = [
    "ABSORBED", "BANDS", "RECEIVER_HEIGHT", "Air", "Levels", "Obstacles", "Profiles", "Sources", "Traffic", "Walls",
    "Winter", "along_lines", "attenuation", "levels", "line_power", "paths_over",
]  # fmt: skip
