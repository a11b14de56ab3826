"""Buildings that are modelled in parts, as many cities have them: the building has a name, its parts have the faces."""

from __future__ import annotations

import json

import pytest

from tests.parts.models3d import EAST, NORTH, House, in_parts
from toimiva.capabilities.twin.asking import ask, question
from toimiva.capabilities.twin.elevation import elevations
from toimiva.capabilities.twin.flood import flood_at
from toimiva.capabilities.twin.importing import bring_in
from toimiva.capabilities.twin.keeping import opened
from toimiva.capabilities.twin.showing import Box, in_view, object_of
from toimiva.capabilities.twin.walking import walk_to_places
from toimiva.engines.citymodels.api import degrees

WING, HALL = House("siipi", ground=1.0, eaves=24.0), House("sali", x=EAST + 10, ground=4.0)


def quiet(*_):
    """No progress is shown."""


@pytest.fixture
def school(city, tmp_path):
    """A school of a wing and a hall, and a library 300 metres away."""
    (tmp_path / "koulu.gml").write_text(in_parts("koulu", WING, HALL), encoding="utf-8")
    spot = {"type": "Point", "coordinates": degrees(3879, EAST + 300, NORTH)[:2]}
    library = {"type": "Feature", "properties": {"kind": "library", "name": "Oodi"}, "geometry": spot}
    (tmp_path / "oodi.geojson").write_text(json.dumps(library))
    kept = [brought for name in ("koulu.gml", "oodi.geojson") for brought in bring_in(city, tmp_path / name)]
    assert [brought.error for brought in kept] == ["", ""]
    return city


def test_a_part_is_called_as_its_building_is_and_tells_what_that_tells(school):
    whole = {"name": "Talo koulu", "Kerroksia": 2}
    wing = object_of(school, "", "siipi")
    assert (wing["name"], wing["attributes"], wing["kind"]) == ("Talo koulu", whole, "BuildingPart")
    listed = in_view(school, "", Box(24, 60, 26, 61))["objects"]
    assert {(one["id"], one["name"]) for one in listed} == {("siipi", "Talo koulu"), ("sali", "Talo koulu")}


def test_parts_are_one_building_where_buildings_are_counted(school):
    assert walk_to_places(school, "", progress=quiet).buildings == 1
    assert ask(school, "SELECT object FROM walks ORDER BY object", {}).rows == [("sali",), ("siipi",)]
    done = flood_at(school, "", 2.0)
    assert (done.buildings, done.looked_at) == (1, 1)
    assert ask(school, "SELECT object FROM flood", {}).rows == [("siipi",)], "the hall stands higher"


def test_the_ground_is_drawn_between_the_feet_of_parts(school):
    with opened(school) as asked:
        ((_, _, height),) = elevations(asked, 3879, (EAST - 50, NORTH - 50, EAST + 50, NORTH + 50))
    assert height == 2.5


def test_a_tall_part_is_found_near_a_place(school):
    asked = question(school, "tall-near")
    longitude, latitude, *_ = degrees(3879, EAST, NORTH)
    found = ask(school, asked.sql, {**asked.parameters, "longitude": longitude, "latitude": latitude})
    assert [row[0] for row in found.rows] == ["siipi"]
