"""Forecasts by the course of the day: what repeats is foreseen, what departs fades, and the error is the measured one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toimiva.engines.forecasts.api import FEWEST, forecast

HOURS = np.arange(24 * 8)
COURSE = 10 + 5 * np.sin(HOURS / 24 * 2 * np.pi)


def test_a_day_that_repeats_is_foreseen_exactly():
    told = forecast(COURSE)
    assert told.value == pytest.approx(COURSE[:24])
    assert told.error == pytest.approx(np.zeros(24), abs=1e-9)
    assert told.blind[5] > 1, "that all stays as it is would miss"


def test_a_departure_fades_with_the_hours():
    generator = np.random.default_rng(1)
    departure = np.zeros(len(HOURS))
    for hour in HOURS[1:]:
        departure[hour] = 0.8 * departure[hour - 1] + generator.normal(0, 0.3)
    departure[-1] = 4.0
    told = forecast(COURSE + departure).value - COURSE[:24]
    assert told[0] > told[6] > told[20]
    assert told[0] > 2


def test_the_error_is_what_hours_ahead_were_missed_by():
    generator = np.random.default_rng(2)
    noisy = COURSE + generator.normal(0, 1.0, len(HOURS))
    assert 0.8 < forecast(noisy).error.mean() < 1.4


def test_hours_that_were_not_measured_are_left_out():
    assert forecast(gappy((30, 50), (190, 192))).value == pytest.approx(COURSE[:24])


def gappy(*gaps: tuple[int, int]) -> np.ndarray:
    hours = COURSE.copy()
    for first, last in gaps:
        hours[first:last] = np.nan
    return hours


@given(st.lists(st.tuples(st.integers(0, 190), st.integers(1, 60)), max_size=5))
def test_no_error_is_told_that_is_not_known(gaps):
    try:
        told = forecast(gappy(*((first, first + length) for first, length in gaps)))
    except ValueError:
        return
    assert np.isfinite(np.concatenate([told.value, told.error, told.blind])).all()


@pytest.mark.parametrize("hours", [COURSE[: FEWEST - 1], np.full(200, np.nan), gappy((168, 192)), gappy((20, 120))])
def test_too_little_gives_no_forecast(hours):
    with pytest.raises(ValueError, match="needs"):
        forecast(hours)


@given(st.lists(st.floats(-50, 50), min_size=FEWEST, max_size=FEWEST + 30), st.floats(-20, 20))
def test_what_is_warmer_all_along_is_foreseen_as_much_warmer(values, more):
    values = np.array(values)
    assert forecast(values + more).value == pytest.approx(forecast(values).value + more, abs=1e-6)
