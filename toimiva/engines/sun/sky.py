"""A year of sun and sky at a place, gathered into directions: what a surface gets is then a sum over them.

Clear sky by Ineichen and Perez (2002) with the turbidity that pvlib carries, made cloudy by a factor for each month;
split into beam and diffuse by Erbs et al. (1982). Directions are east, north, up.

pvlib and pandas are imported where a year is made: they take a second and 150 MB, which no other start should.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SkyYear", "hours", "patches", "sky_year", "sun_path"]

Floats = NDArray[np.float64]
_YEAR = 2025  # no leap day
_STEP_AZIMUTH, _STEP_ELEVATION = 6.0, 5.0  # degrees of a direction's bin


@dataclass(frozen=True, slots=True)
class SkyYear:
    """`directions` (d, 3) of the sun with `beam` (d,) kWh/m2 a year across each; `diffuse` and `total` kWh/m2 a year on
    level ground."""

    directions: Floats
    beam: Floats
    diffuse: float
    total: float


def hours(latitude: float, longitude: float, altitude: float, cloudiness: tuple[float, ...]) -> pd.DataFrame:
    """The year by half hours: `zenith`, `azimuth` (degrees), `ghi`, `dni`, `dhi` (W/m2). `cloudiness` is what clouds
    leave of clear sky's radiation in each of the twelve months, 0 to 1."""
    import pandas as pd
    import pvlib

    times = pd.date_range(f"{_YEAR}-01-01 00:15", f"{_YEAR}-12-31 23:45", freq="30min", tz="UTC")
    sun = pvlib.solarposition.get_solarposition(times, latitude, longitude, altitude=altitude)
    turbidity = pvlib.clearsky.lookup_linke_turbidity(times, latitude, longitude)
    mass = pvlib.atmosphere.get_absolute_airmass(
        pvlib.atmosphere.get_relative_airmass(sun["apparent_zenith"]), pvlib.atmosphere.alt2pres(altitude)
    )
    extra = pvlib.irradiance.get_extra_radiation(times)
    clear = pvlib.clearsky.ineichen(sun["apparent_zenith"], mass, turbidity, altitude, extra)["ghi"].fillna(0)
    ghi = clear * np.array(cloudiness)[times.month - 1]
    split = pvlib.irradiance.erbs(ghi, sun["zenith"], times)
    up = sun["apparent_zenith"] < 90
    return pd.DataFrame(
        {
            "zenith": sun["apparent_zenith"],
            "azimuth": sun["azimuth"],
            "ghi": ghi,
            "dni": split["dni"].where(up, 0).fillna(0),
            "dhi": split["dhi"].fillna(0),
        }
    )


@lru_cache(maxsize=16)
def sky_year(latitude: float, longitude: float, altitude: float, cloudiness: tuple[float, ...]) -> SkyYear:
    """The year at a place (degrees, metres), with the beam gathered by direction."""
    year = hours(latitude, longitude, altitude, cloudiness)
    shining = year[year["dni"] > 0]
    towards = _vectors(shining["azimuth"].to_numpy(), 90 - shining["zenith"].to_numpy())
    bins = (shining["azimuth"].to_numpy() // _STEP_AZIMUTH) * 1000 + (
        90 - shining["zenith"].to_numpy()
    ) // _STEP_ELEVATION
    _, at = np.unique(bins, return_inverse=True)
    energy = shining["dni"].to_numpy() / 2000  # half an hour of watts, as kilowatt-hours
    beam = np.bincount(at, energy)
    middle = np.stack([np.bincount(at, energy * towards[:, axis]) for axis in range(3)], axis=1)
    directions = middle / np.linalg.norm(middle, axis=1, keepdims=True)
    return SkyYear(directions, beam.astype(float), float(year["dhi"].sum()) / 2000, float(year["ghi"].sum()) / 2000)


def sun_path(latitude: float, longitude: float, times: Sequence[datetime]) -> Floats:
    """Towards the sun at each time, (t, 3); zero where it is below the horizon."""
    import pandas as pd
    import pvlib

    sun = pvlib.solarposition.get_solarposition(pd.DatetimeIndex(times), latitude, longitude)
    towards = _vectors(sun["azimuth"].to_numpy(), 90 - sun["apparent_zenith"].to_numpy())
    return np.where((sun["apparent_zenith"].to_numpy() < 90)[:, None], towards, 0.0)


def _vectors(azimuth: Floats, elevation: Floats) -> Floats:
    turn, rise = np.radians(azimuth), np.radians(elevation)
    return np.stack([np.sin(turn) * np.cos(rise), np.cos(turn) * np.cos(rise), np.sin(rise)], axis=1)


@lru_cache(maxsize=1)
def patches() -> tuple[Floats, Floats]:
    """Tregenza's 145 patches of the sky (1987): directions (145, 3), solid angles in steradians."""
    rows = (30, 30, 24, 24, 18, 12, 6)
    directions, angles = [], []
    for row, count in enumerate(rows):
        low, high = np.radians(12.0 * row), np.radians(12.0 * (row + 1))
        for number in range(count):
            directions.append(_vectors(np.array([360.0 * number / count]), np.array([12.0 * row + 6]))[0])
            angles.append(2 * np.pi / count * (np.sin(high) - np.sin(low)))
    directions.append(np.array([0.0, 0.0, 1.0]))
    angles.append(2 * np.pi * (1 - np.sin(np.radians(84.0))))
    return np.array(directions), np.array(angles)
