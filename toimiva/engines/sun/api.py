"""Sun on faces, and what they see. Directions are east, north, up; energy in kWh/m2 a year; angles in degrees."""

from __future__ import annotations

from toimiva.engines.sun.horizon import Horizon
from toimiva.engines.sun.rays import Scene
from toimiva.engines.sun.sky import SkyYear, hours, sky_year, sun_path
from toimiva.engines.sun.surfaces import ALBEDO, Got, hours_of_sun, sky_seen, spread, year_on
from toimiva.engines.sun.views import FURTHEST, Views, views_from

__all__ = [
    "ALBEDO",
    "FURTHEST",
    "Got",
    "Horizon",
    "Scene",
    "SkyYear",
    "Views",
    "hours",
    "hours_of_sun",
    "sky_seen",
    "sky_year",
    "spread",
    "sun_path",
    "views_from",
    "year_on",
]
