"""The mean of each hour of the day, and how much now departs from it, less with each hour that passes.

Method: climatology by hour of day with damped persistence (a first-order autoregression of the departures). Its error
is measured, not assumed: each hour of the last days is forecast from what was known before it. Source: Murphy (1992),
Climatology, persistence, and their linear combination as standards of reference, Weather and Forecasting 7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEWEST", "Forecast", "forecast"]

Floats = NDArray[np.float64]
DAY = 24
# Hours: half of them to forecast from, so that whatever was measured in the last day tries every hour ahead.
FEWEST = 4 * DAY


@dataclass(frozen=True, slots=True)
class Forecast:
    """`value[k]` is of the hour k + 1 after the last. `error[k]` is the root mean square by which that many hours ahead
    was missed in the last days, `blind[k]` the same where one says that all stays as it is now."""

    value: Floats
    error: Floats
    blind: Floats


def forecast(hours: Floats, ahead: int = DAY) -> Forecast:
    """The next hours by values of consecutive ones (NaN where nothing was measured), the newest last.

    Raises ValueError for fewer than FEWEST hours, where half of them are missing, or all of the last day.
    """
    if len(hours) < FEWEST or np.isnan(hours).mean() > 0.5 or np.isnan(hours[-DAY:]).all():
        raise ValueError(f"a forecast needs {FEWEST} hours, most of them measured")
    value, _ = _told(hours, ahead)
    missed, stayed = [], []
    for end in range(max(2 * DAY, len(hours) // 2), len(hours)):
        told, last = _told(hours[:end], ahead)
        true = np.full(ahead, np.nan)
        true[: len(hours) - end] = hours[end : end + ahead]
        missed.append(told - true)
        stayed.append(last - true)
    return Forecast(value, _root_mean_square(missed), _root_mean_square(stayed))


def _told(hours: Floats, ahead: int) -> tuple[Floats, float]:
    """The hours after these, and the last that was measured."""
    whole = np.full(-(-len(hours) // DAY) * DAY, np.nan)
    whole[-len(hours) :] = hours  # rows are days that end now
    days = whole.reshape(-1, DAY)
    known = np.isfinite(days)
    course = np.where(known.any(axis=0), np.nansum(days, axis=0) / np.maximum(known.sum(axis=0), 1), np.nanmean(hours))
    departures = (days - course).ravel()
    there = np.flatnonzero(np.isfinite(departures))
    last = int(there[-1])
    behind = len(whole) - 1 - last  # hours since the last that was measured
    steps = np.arange(1, ahead + 1)
    return course[(steps - 1) % DAY] + departures[last] * _kept(departures) ** (steps + behind), float(whole[last])


def _kept(departures: Floats) -> float:
    """How much of a departure is left an hour later, 0 to 1."""
    before, after = departures[:-1], departures[1:]
    both = np.isfinite(before) & np.isfinite(after)
    power = float((before[both] ** 2).sum())
    return float(np.clip((before[both] * after[both]).sum() / power, 0.0, 0.99)) if power > 0 else 0.0


def _root_mean_square(rows: list[Floats]) -> Floats:
    """By column, of what is known."""
    return np.sqrt(np.nanmean(np.array(rows) ** 2, axis=0))
