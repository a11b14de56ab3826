"""Where the page begins: at the view that the city states, over most of its models, above its ground."""

from __future__ import annotations

import pytest

from tests.parts.models3d import EAST, NORTH, House
from toimiva.capabilities.twin.asking import question
from toimiva.capabilities.twin.guiding import walk_of
from toimiva.capabilities.twin.settings import credits, left_by_clouds, view
from toimiva.capabilities.twin.showing import around, looked_at
from toimiva.core.city import api as cities
from toimiva.engines.citymodels.api import degrees


def test_the_first_view_is_the_stated_one_or_over_most_of_the_city(city, brings):
    """Kalasatama's view is stated; a city whose models lie elsewhere is not looked at where there is nothing."""
    brings(House("there"))
    stated = looked_at(city)
    assert (stated["longitude"], stated["height"]) == (24.981, 700)
    brings(*(House(f"far{n}", EAST - 9_000 + 30 * n) for n in range(3)), House("lone", EAST - 5_000))
    found = looked_at(city)
    assert found["longitude"] == pytest.approx(degrees(3879, EAST - 9_000, NORTH)[0], abs=0.002)
    box = around(found)
    assert box.west < found["longitude"] < box.east


def test_a_city_on_a_hill_is_looked_at_from_above_its_ground(city, brings):
    brings(*(House(f"far{n}", EAST - 9_000 + 30 * n, ground=410.0) for n in range(3)))
    found = looked_at(city)
    assert found["ground"] == pytest.approx(410 + 17.6)
    assert found["height"] == 120, "a few houses are seen from nearby"
    brings(House("there", ground=30.0), name="there.gml")
    assert looked_at(city) == {"longitude": 24.981, "latitude": 60.1855, "height": 700, "ground": pytest.approx(47.6)}


def test_what_tells_of_a_place_is_not_taken_from_the_city_that_one_extends(home, db):
    """Mallila takes Helsinki's services and questions, and not its walk, first view, heights, clouds and credits."""
    helsinki, mallila = cities.load("helsinki"), cities.load("mallila")
    assert walk_of(helsinki, "en")
    assert walk_of(mallila, "en") == []
    assert view(mallila) == {}
    assert [text for _, text in credits(mallila)] == ["© OpenStreetMap contributors (ODbL)"]
    assert left_by_clouds(mallila)[0] == (1.0,) * 12
    assert question(mallila, "south-roofs") == question(helsinki, "south-roofs")
