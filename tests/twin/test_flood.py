"""Levels of the sea: which buildings water reaches over the terrain."""

from __future__ import annotations

import numpy as np
import pytest

from tests.parts.models3d import EAST, NORTH, House
from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.asking import ask
from toimiva.capabilities.twin.flood import flood_at
from toimiva.core.errors import Invalid
from toimiva.engines.citymodels.api import Frame


def rows(city, sql):
    return [tuple(row) for row in ask(city, sql, {}, "").rows]


def terrain(city, heights):
    """Ten-metre cells from the house's corner to the east; the outermost is sea."""
    points = [(EAST + 10 * at + 5, NORTH + 5 + 10 * row, z) for at, z in enumerate(heights) for row in range(-2, 3)]
    keeping.keep_heights(city, "maasto.tif", np.array(points, dtype=float), Frame.kept(3879, (EAST, NORTH), 17.6))


def test_water_comes_where_the_ground_lets_it(city, brings):
    brings(House("ranta", x=EAST + 42, ground=1.0), House("kuoppa", x=EAST + 162, ground=1.0))
    terrain(city, [0.0, 0.0, 0.5, 0.8, 1.0, 1.2, 2.0, 3.5, 4.0, 4.0, 4.0, 4.0, 3.5, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 4.0])
    done = flood_at(city, "", 2.6)
    assert (done.buildings, done.looked_at, done.terrain) == (1, 2, True), "a hollow behind a ridge stays dry"
    assert rows(city, "SELECT object, level, depth FROM flood") == [("ranta", 2.6, 1.6)]
    assert flood_at(city, "", 4.5).buildings == 2, "over the ridge"


def test_without_terrain_low_feet_are_reached(city, brings):
    brings(House("matala", ground=1.5), House("korkea", x=EAST + 50, ground=6.0))
    assert flood_at(city, "", 2.0).buildings == 1


@pytest.mark.parametrize("level", [-1.0, 0.0, 500.0, float("nan")])
def test_a_level_that_no_sea_has_is_refused(city, brings, level):
    brings(House())
    with pytest.raises(Invalid, match="no level of the sea"):
        flood_at(city, "", level)
