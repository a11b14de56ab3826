"""From residents by age band and sex totals to residents by single year of age and sex, exact in both margins."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["OLDEST", "by_age_and_sex", "share_out"]

OLDEST = 102
Counts = NDArray[np.int64]
# Share of women by age where no table gives it: a little under half for the young, most of the very old.
_WOMEN = np.interp(np.arange(OLDEST + 1), [0, 18, 35, 60, 75, 90, 102], [0.488, 0.49, 0.495, 0.52, 0.56, 0.70, 0.80])


def share_out(total: int, weights: NDArray[np.float64]) -> Counts:
    """Whole numbers with this sum in proportion to the weights (largest remainders)."""
    if total == 0 or weights.sum() == 0:
        return np.zeros(len(weights), dtype=np.int64)
    exact = weights / weights.sum() * total
    counts = np.floor(exact).astype(np.int64)
    missing = total - int(counts.sum())
    counts[np.argsort(counts - exact, kind="stable")[:missing]] += 1
    return counts


def by_age_and_sex(
    bands: Mapping[tuple[int, int], int], females: int, rng: np.random.Generator
) -> tuple[Counts, Counts]:
    """(women, men) by single year of age for one area. Band sums hold exactly; so does the number of women."""
    ages = np.zeros(OLDEST + 1, dtype=np.int64)
    for (first, last), count in bands.items():
        ages[first : last + 1] = share_out(count, _within_band(first, last) * rng.uniform(0.97, 1.03, last - first + 1))
    women = _women(ages, females)
    return women, ages - women


def _within_band(first: int, last: int) -> NDArray[np.float64]:
    """Even within a band; the open one thins out with age."""
    span = np.arange(last - first + 1)
    return np.exp(-span / 4.0) if last == OLDEST else np.ones(len(span))


def _women(ages: Counts, females: int) -> Counts:
    """Women by age: the usual share by age, its odds moved by one factor until the area's total holds."""
    low, high = 1e-3, 1e3
    for _ in range(60):
        factor = (low * high) ** 0.5
        share = factor * _WOMEN / (factor * _WOMEN + 1 - _WOMEN)
        low, high = (factor, high) if (ages * share).sum() < females else (low, factor)
    women = share_out(min(females, int(ages.sum())), ages * share)
    return np.minimum(women, ages) + _overflow(women, ages)


def _overflow(women: Counts, ages: Counts) -> Counts:
    """Rounding may put one woman too many in an age: move her to an age with room."""
    excess = int(np.maximum(women - ages, 0).sum())
    moved = np.zeros_like(women)
    room = np.flatnonzero(ages > np.minimum(women, ages))[:excess]
    moved[room] = 1
    return moved
