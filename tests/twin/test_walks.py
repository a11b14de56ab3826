"""Ways on foot from every building to the nearest service, along streets where they are known."""

from __future__ import annotations

import numpy as np
import pytest

from tests.parts.models3d import House
from toimiva.capabilities.twin.asking import ask, question
from toimiva.capabilities.twin.walking import walk_to_places
from toimiva.core.city import api as cities
from toimiva.core.errors import NotFound
from toimiva.core.geography.streets import keep_streets, read_osm


def quiet(*_):
    """No progress is shown."""


def rows(city, sql, branch=""):
    return [tuple(row) for row in ask(city, sql, {}, branch).rows]


def test_without_streets_a_way_is_the_straight_line_and_a_third(city, around):
    walked = walk_to_places(city, "", progress=quiet)
    assert (walked.buildings, walked.on_streets, walked.kinds) == (3, 0, {"library": 1})
    ((metres,),) = rows(city, "SELECT metres FROM walks WHERE object = 'osm-way-1'")
    straight = np.hypot(300 - 15, 5 - 26)
    assert metres == pytest.approx(straight * 1.3, abs=3)


def test_along_streets_a_way_goes_where_they_go(city, around, tmp_path):
    keep_streets(city, read_osm(tmp_path / "osa.osm.pbf"), "osa", at=cities.now(city.id))
    assert walk_to_places(city, "", progress=quiet).on_streets == 3
    ((metres, on_streets, nearest),) = rows(
        city,
        "SELECT w.metres, w.on_streets, p.name FROM walks w JOIN places p ON p.id = w.place WHERE w.object = 'osm-way-1'",
    )
    assert on_streets
    assert nearest == "Kalasataman kirjasto"
    assert metres == pytest.approx(30 + 300 + 5, abs=6), "to the road's node before the house, along it, to the door"


def test_homes_far_from_a_library_are_asked_for_by_name(city, around):
    walk_to_places(city, "", progress=quiet)
    told = question(city, "far-from")
    far = ask(city, told.sql, dict(told.parameters) | {"metres": 340})
    assert {row[0] for row in far.rows} == {"osm-way-1", "osm-way-2"}, "the shed is nearer"
    assert not ask(city, told.sql, told.parameters).rows


def test_a_twin_without_places_says_what_to_bring(city, brings):
    brings(House())
    with pytest.raises(NotFound, match="no places"):
        walk_to_places(city, "", progress=quiet)
