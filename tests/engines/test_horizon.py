"""Hills on the horizon: the sun goes down behind them as late as geometry says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toimiva.engines.solids.api import Terrain
from toimiva.engines.sun.api import Horizon, Scene

EYE = np.array([[25.0, 25.0, 2.5]])


def ridge(height, east, wide=400.0):
    """A plain at zero, 60 km across, with a ridge from south to north so many metres to the east."""
    x = np.arange(-30_000.0, 30_001.0, 100.0)
    line = np.where(np.abs(x - east) <= wide / 2, height, 0.0)
    return Horizon(Terrain(np.tile(line, (len(x), 1)), -30_000.0, -30_000.0, 100.0))


def towards(azimuth, elevation):
    turn, rise = np.radians(azimuth), np.radians(elevation)
    return np.array([[np.sin(turn) * np.cos(rise), np.cos(turn) * np.cos(rise), np.sin(rise)]])


@given(st.floats(40, 900), st.floats(1000, 9000))
def test_the_sun_comes_over_a_ridge_at_the_angle_of_its_top(height, east):
    near = east - 200.0 - EYE[0, 0]  # the ridge's edge; between two heights it rises over a hundred metres
    steepest, least = (np.degrees(np.arctan2(height - EYE[0, 2], metres)) for metres in (near - 200, near + 700))
    hills = ridge(height, east)
    assert hills.clear(EYE, towards(90, steepest + 0.3))[0, 0]
    assert not hills.clear(EYE, towards(90, max(least - 0.3, 0.0)))[0, 0]
    assert hills.clear(EYE, towards(270, 0.5))[0, 0], "behind, there is a plain"


def test_a_bank_beside_the_eye_is_no_horizon():
    assert ridge(30.0, 0.0, wide=100.0).clear(EYE, towards(90, 5.0))[0, 0]


def test_the_earth_falls_away_under_far_hills():
    assert ridge(8.0, 9_800.0).clear(EYE, towards(90, 0.001))[0, 0], "it is six metres lower there"
    assert not ridge(40.0, 9_800.0).clear(EYE, towards(90, 0.05))[0, 0]


def test_nobody_knows_a_hill_beyond_the_terrain():
    small = Horizon(Terrain(np.array([[-10_000.0, -10_000.0], [-10_000.0, -10_000.0]]), 0.0, 0.0, 100.0))
    assert small.clear(EYE, towards(90, 0.0))[0, 0]


@pytest.mark.parametrize("points", [np.zeros((0, 3)), EYE])
def test_a_scene_without_houses_still_has_its_horizon(points):
    scene = Scene(np.zeros((0, 3, 3)), horizon=ridge(200.0, 1000.0))
    seen = scene.free(points, np.concatenate([towards(90, 5.0), towards(90, 45.0)]))
    assert seen.tolist() == [[False, True]] * len(points)
