"""What is in the air on a way: now, and by the hour until tomorrow, with how much that errs.

Sensors are told for by their hours (engines/forecasts); between them each counts by engines/fields; along the way the
mean of its metres is taken. Nothing is stored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import shapely
from numpy.typing import NDArray

from toimiva.capabilities.air.measures import Air, Measure
from toimiva.capabilities.sensors import api as sensors
from toimiva.core.city.api import City
from toimiva.core.geography import api as geography
from toimiva.engines.fields.api import FEWEST, weights_of
from toimiva.engines.forecasts.api import Forecast, forecast
from toimiva.engines.walking.api import way

__all__ = ["Exposure", "Hour", "Way", "exposures", "way_between"]

Floats = NDArray[np.float64]
_EVERY = 50.0  # metres between spots of a way that are looked at
_DAYS = 7
_AHEAD = 24


@dataclass(frozen=True, slots=True)
class Way:
    """A way on foot: its spots in metres of EPSG:3879, its length, and whether it is along streets."""

    spots: Floats
    metres: float
    on_streets: bool

    @property
    def km(self) -> float:
        """Its length in kilometres, to one decimal."""
        return round(self.metres / 1000, 1)


@dataclass(frozen=True, slots=True)
class Hour:
    """What is expected in an hour, its class, and by how much (root mean square) it may be missed."""

    at: dt.datetime
    value: float
    level: int
    error: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """Of one measure: the newest hour on the way and at its worst spot, with the field's standard deviation, and the
    hours that follow. `blind` is by how much saying "as it is now" errs in the same hours; `simulated` is the sensors'.
    """

    measure: str
    now: Hour
    worst: float
    hours: list[Hour]
    blind: list[float]
    sensors: int
    simulated: bool


def way_between(city: City, air: Air, start: tuple[float, float], goal: tuple[float, float]) -> Way:
    """The shortest way on foot between two spots; a straight line where no streets are known."""
    ends = np.array(start), np.array(goal)
    corners = way(*ends, geography.newest_network(city))
    line = shapely.linestrings(np.vstack(ends) if corners is None else corners)
    places = np.linspace(0, line.length, max(2, int(line.length / _EVERY) + 1))
    spots = shapely.get_coordinates(shapely.line_interpolate_point(line, places))
    return Way(spots, float(line.length) * (air.detour if corners is None else 1.0), corners is not None)


def exposures(city: City, air: Air, walked: Way) -> Iterator[Exposure]:
    """Of each measure that enough sensors observe."""
    for name, measure in air.measures.items():
        found = _exposure(name, measure, walked, _near_hours(city, measure))
        if found is not None:
            yield found


def _near_hours(city: City, measure: Measure) -> list[sensors.Hourly]:
    found = sensors.hourly(measure.property, days=_DAYS)
    return [one for one in found if one.place.is_in(city.id)]


def _exposure(name: str, measure: Measure, walked: Way, told: list[sensors.Hourly]) -> Exposure | None:
    newest = max((max(one.hours) for one in told), default=None)
    if newest is None:
        return None
    fresh = [one for one in told if max(one.hours) > newest - dt.timedelta(hours=3)]
    points = np.array([one.place.point for one in fresh], dtype=float).reshape(-1, 2)
    if len(np.unique(points, axis=0)) < FEWEST:
        return None
    now = np.array([one.hours[max(one.hours)] for one in fresh])
    weights = weights_of(np.column_stack(geography.to_grid(points[:, 0], points[:, 1])), now, walked.spots)
    along = weights.share @ now
    share = weights.share.mean(axis=0)
    value = float(along.mean())
    deviation = float(weights.deviation.mean())
    ahead, blind = _ahead(measure, fresh, share, newest, deviation)
    return Exposure(
        name, Hour(newest, value, measure.class_of(value), deviation), float(along.max()), ahead, blind, len(fresh),
        any(bool(one.place.properties.get("simulated")) for one in fresh),
    )  # fmt: skip


def _ahead(
    measure: Measure, told: list[sensors.Hourly], share: Floats, newest: dt.datetime, deviation: float
) -> tuple[list[Hour], list[float]]:
    """The hours that follow; none where too few sensors' past days tell them.

    The error is the mean of the sensors', by what each counts for: they err together, as weather does. The field's own
    deviation is added to it as independent.
    """
    found = [(one, part) for one, part in zip(map(_forecast, told, repeat(newest)), share, strict=True) if one]
    if len(found) < FEWEST:
        return [], []
    each = [one for one, _ in found]
    parts = np.array([part for _, part in found])
    parts += (1 - parts.sum()) / len(parts)  # what sensors without a forecast counted for is shared by the others
    counted = np.abs(parts) / np.abs(parts).sum()
    value = parts @ np.array([one.value for one in each])
    error = np.hypot(counted @ np.array([one.error for one in each]), deviation)
    blind = np.hypot(counted @ np.array([one.blind for one in each]), deviation)
    value = value if measure.lowest is None else np.maximum(value, measure.lowest)
    hours = [
        Hour(newest + dt.timedelta(hours=k + 1), float(one), measure.class_of(float(one)), float(missed))
        for k, (one, missed) in enumerate(zip(value, error, strict=True))
    ]
    return hours, [float(one) for one in blind]


def _forecast(told: sensors.Hourly, newest: dt.datetime) -> Forecast | None:
    """What a sensor's past days tell, where they do; one that has just been put up has none."""
    try:
        return forecast(_row(told, newest), _AHEAD)
    except ValueError:
        return None


def _row(told: sensors.Hourly, newest: dt.datetime) -> Floats:
    """Every hour of the days before the newest, NaN where nothing was measured."""
    times = [newest - dt.timedelta(hours=back) for back in range(_DAYS * 24 - 1, -1, -1)]
    values = np.array([told.hours.get(at, np.nan) for at in times])
    first = int(np.isfinite(values).argmax())
    return values[first:]
