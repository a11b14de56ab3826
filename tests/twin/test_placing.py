"""A change is tried out: a building, trees, panels on a roof; what each gives and takes, and how it joins a plan."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pytest

from tests.parts.models3d import EAST, NORTH, House
from toimiva.capabilities.twin.importing import bring_in
from toimiva.capabilities.twin.placing import placed
from toimiva.capabilities.twin.planning import keep_plan
from toimiva.capabilities.twin.plans import changes
from toimiva.capabilities.twin.trying import try_out
from toimiva.core.errors import Conflict, Invalid
from toimiva.engines.citymodels.api import degrees
from toimiva.engines.solids.api import faces_of

GRID, DAY = 3879, date(2027, 3, 20)


def at(east: float, north: float) -> list[float]:
    """A place so many metres from the houses' corner, in degrees."""
    return list(degrees(GRID, EAST + east, NORTH + north))


def tower(storeys: int = 12) -> dict:
    corners = [(0, -40), (15, -40), (15, -25), (0, -25)]
    return {"outline": [at(*corner) for corner in corners], "storeys": storeys}


@pytest.fixture
def house(city, brings):
    """A gabled house of 10 by 8 metres, and nothing around it."""
    brings(House("home", eaves=3.0))
    return city


def test_a_tower_takes_sun_and_sky_from_a_house_to_its_north(house):
    low, high = (try_out(house, placed(house, tower(storeys)), DAY).measures for storeys in (2, 20))
    assert high["neighbours_lose_mwh"] > low["neighbours_lose_mwh"] >= 0
    assert high["walls_less_sky"] >= 1
    assert high["walls_less_view"] >= 1
    assert high["floor_area"] == pytest.approx(20 * 15 * 15, rel=1e-3)
    assert high["residents"] == 100
    assert high["energy_mwh"] == pytest.approx(405, rel=1e-3)
    assert high["roof_electricity_mwh"] == pytest.approx(high["roof_sun_mwh"] * 0.16, abs=0.1)


def test_trees_shade_in_summer(house):
    told = {"kind": "trees", "points": [at(x, -6) for x in (0, 5, 10)], "height": 15, "crown": 6}
    tried = try_out(house, placed(house, told), DAY)
    assert tried.measures["trees"] == 3
    assert 60 < tried.measures["crown_area"] < 3 * 3.15 * 9
    assert {one["object"] for one in tried.lost} == {"home"}
    assert tried.measures["neighbours_lose_mwh"] > 0


@pytest.mark.parametrize("share", [0.1, 0.4, 0.6])
def test_panels_lie_over_the_roof_and_cover_what_is_asked(house, share):
    whole = placed(house, {"kind": "panels", "object": "home", "share": share})
    roof = 10 * 8 / np.cos(np.radians(whole.faces.slopes[0]))
    assert whole.measures["panel_area"] == pytest.approx(share * roof, rel=0.02)
    assert whole.measures["peak_kw"] == pytest.approx(whole.measures["panel_area"] * 0.2, abs=0.1)
    heights = whole.faces.points[:, 2]
    assert heights.min() > 3.0 + 0.15
    tried = try_out(house, whole, DAY).measures
    light = tried["sun"] * tried["panel_area"] / 1000
    assert tried["electricity_mwh"] == pytest.approx(light * 0.16, abs=0.1)


def test_panels_are_on_the_roof_that_was_chosen_or_on_all(house):
    both = placed(house, {"kind": "panels", "object": "home"})
    assert len(both.faces) == 2
    south = placed(house, {"kind": "panels", "object": "home", "at": at(5, 2)})
    north = placed(house, {"kind": "panels", "object": "home", "at": at(5, 6)})
    sun = [try_out(house, one, DAY).measures["sun"] for one in (south, both, north)]
    assert sun == sorted(sun, reverse=True)
    assert sun[0] > sun[2] + 50
    wall = placed(house, {"kind": "panels", "object": "home", "at": at(50, 50)})
    assert wall.measures == both.measures


def test_panels_leave_a_hole_in_a_roof_free(house, tmp_path):
    outer, hole = [(100, 0), (130, 0), (130, 20), (100, 20)], [(110, 8), (114, 8), (114, 12), (110, 12)]
    rings = [[at(*corner) for corner in [*ring, ring[0]]] for ring in (outer, hole)]
    told = {
        "type": "Feature",
        "id": "yard",
        "properties": {"height": 9},
        "geometry": {"type": "Polygon", "coordinates": rings},
    }
    (tmp_path / "yard.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [told]}))
    bring_in(house, tmp_path / "yard.geojson")
    panels = placed(house, {"kind": "panels", "object": "yard", "share": 1})
    assert len(panels.faces) == 2
    assert panels.measures["panel_area"] == pytest.approx(29 * 19 - 25, rel=0.01)
    assert faces_of([ring] for ring in panels.rings).slopes.max() < 0.1


def test_a_building_has_services_near_it(house, tmp_path):
    spots = [("library", "Kirjasto", 300), ("library", "Kaukokirjasto", 900), ("zoo", "Eläintarha", 10)]
    features = [
        {
            "type": "Feature",
            "id": name,
            "properties": {"kind": kind, "name": name},
            "geometry": {"type": "Point", "coordinates": at(east, 0)},
        }
        for kind, name, east in spots
    ]
    (tmp_path / "places.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    bring_in(house, tmp_path / "places.geojson")
    (way,) = try_out(house, placed(house, tower()), DAY).ways
    assert (way["kind"], way["name"]) == ("Kirjasto", "Kirjasto")
    assert way["metres"] == pytest.approx(1.3 * np.hypot(292.5, 32.5), abs=2)


def test_in_a_plan_it_takes_only_what_the_plan_has_left(house):
    twice = placed(house, tower())
    keep_plan(house, twice, "torni")
    today, planned = (try_out(house, twice, DAY, branch) for branch in ("", "torni"))
    assert today.faces > planned.faces == 0
    assert today.measures["walls_less_view"] > planned.measures["walls_less_view"] == 0
    assert today.measures["walls_less_sky"] > planned.measures["walls_less_sky"] == 0


def test_more_joins_a_plan_only_where_it_is_said(house):
    trees = placed(house, {"kind": "trees", "points": [at(0, -6), at(5, -6)], "height": 9, "crown": 4})
    keep_plan(house, placed(house, tower()), "torni")
    with pytest.raises(Conflict):
        keep_plan(house, trees, "torni")
    keep_plan(house, trees, "torni", add=True)
    keep_plan(house, placed(house, {"kind": "panels", "object": "plan-torni", "plan": "torni"}), "torni", add=True)
    told = {one.id: one.change for one in changes(house, "torni")}
    assert told == dict.fromkeys(["plan-torni", "plan-torni-2-1", "plan-torni-2-2", "plan-torni-3"], "new")


def test_two_designers_who_add_at_once_both_add(house):
    keep_plan(house, placed(house, tower()), "pari")
    trees = [placed(house, {"kind": "trees", "points": [at(x, -6)], "height": 9, "crown": 4}) for x in (0, 9)]
    with ThreadPoolExecutor(2) as designers:
        list(designers.map(lambda tree: keep_plan(house, tree, "pari", add=True), trees))
    assert {one.id for one in changes(house, "pari")} == {"plan-pari", "plan-pari-2-1", "plan-pari-3-1"}


def test_what_cannot_be_put_anywhere_says_how_to_mend_it(house):
    for told, words in (
        ({"kind": "castle"}, "Use one of building, trees, panels"),
        ({"kind": "trees"}, "Give `points`"),
        ({"outline": tower()["outline"]}, "Give `outline`"),
        ({"kind": "panels", "object": "home", "share": 0}, "0.05 to 1"),
        ({"kind": "panels", "object": "nothing"}, "Valitse rakennuksen katto"),
    ):
        with pytest.raises(Invalid) as caught:
            placed(house, told)
        assert words in caught.value.mend
