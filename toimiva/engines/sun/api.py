"""Sun on faces. Directions are east, north, up; energy in kWh/m2 a year; angles in degrees."""

from __future__ import annotations

from toimiva.engines.sun.rays import Scene
from toimiva.engines.sun.sky import SkyYear, hours, sky_year, sun_path
from toimiva.engines.sun.surfaces import ALBEDO, Got, hours_of_sun, sky_seen, spread, year_on

__all__ = [
    "ALBEDO",
    "Got",
    "Scene",
    "SkyYear",
    "hours",
    "hours_of_sun",
    "sky_seen",
    "sky_year",
    "spread",
    "sun_path",
    "year_on",
]
