"""What is seen from walls: shares of sky, buildings, green, water and ground, and how far."""

from __future__ import annotations

import json
from math import atan, log, pi, sin, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parts.models3d import EAST, NORTH, House
from toimiva.capabilities.twin.asking import ask, question
from toimiva.capabilities.twin.importing import bring_in, take_away
from toimiva.capabilities.twin.seeing import views_from_walls
from toimiva.capabilities.twin.showing import object_of
from toimiva.core.publishing.api import open_tables
from toimiva.engines.solids.api import Terrain, faces_of
from toimiva.engines.sun.api import FURTHEST, Horizon, Scene, views_from


def quiet(*_):
    """No progress is shown."""


def wall(x: float, wide: float, high: float, *, turned: bool = False) -> list[list[float]]:
    """An upright rectangle at x that faces east, or west if turned."""
    corners = [(x, -wide / 2, 0.0), (x, wide / 2, 0.0), (x, wide / 2, high), (x, -wide / 2, high)]
    return [[value for corner in (corners[::-1] if turned else corners) for value in corner]]


def opposite(wide: float, high: float, apart: float) -> float:
    """The view factor between two equal rectangles that face each other (Incropera et al., table 13.2)."""
    x, y = wide / apart, high / apart
    return 2 / (pi * x * y) * (
        log(sqrt((1 + x * x) * (1 + y * y) / (1 + x * x + y * y)))
        + x * sqrt(1 + y * y) * atan(x / sqrt(1 + y * y)) + y * sqrt(1 + x * x) * atan(y / sqrt(1 + x * x))
        - x * atan(x) - y * atan(y)
    )  # fmt: skip


@given(wide=st.floats(5, 60), high=st.floats(3, 40), apart=st.floats(4, 80))
def test_two_walls_see_of_each_other_what_the_formula_says(wide, high, apart):
    faces = faces_of([wall(0, wide, high), wall(apart, wide, high, turned=True)])
    seen = views_from(faces, Scene(faces.points[faces.triangles[0]]), np.array([0, 0, 1, 1]), 2, np.zeros(2))
    assert seen.shares.sum(axis=1) == pytest.approx([1, 1])
    assert (seen.shares[0, 0], seen.shares[1, 1]) == (0, 0), "a flat wall does not see itself"
    assert [seen.shares[0, 1], seen.shares[1, 0]] == pytest.approx([opposite(wide, high, apart)] * 2, abs=0.02)
    assert (seen.open <= FURTHEST).all()


def test_a_wall_alone_sees_half_sky_half_ground(city):
    faces = faces_of([wall(0, 10, 6)])
    seen = views_from(faces, Scene(np.zeros((0, 3, 3))), np.zeros(0, np.int64), 0, np.zeros(1))
    assert seen.shares[0] == pytest.approx([0.5, 0.5], abs=0.01)
    assert seen.open[0] == FURTHEST


@pytest.mark.parametrize("height, east", [(60.0, 1000.0), (300.0, 2500.0)])
def test_a_wall_before_a_ridge_sees_the_ridge_where_there_was_sky(height, east):
    """A wall that faces a long ridge: of the half-sphere, weighted by the cosine, it takes half the sine of its angle."""
    x = np.arange(-20_000.0, 20_001.0, 50.0)
    terrain = Terrain(np.tile(np.where(x >= east, height, 0.0), (len(x), 1)), -20_000.0, -20_000.0, 50.0)
    faces = faces_of([wall(0, 10, 6)])
    seen = views_from(
        faces, Scene(np.zeros((0, 3, 3)), horizon=Horizon(terrain)), np.zeros(0, np.int64), 0, np.zeros(1)
    )
    hidden = sin(atan((height - 3) / east)) / 2
    assert seen.shares[0] == pytest.approx([0.5 + hidden, 0.5 - hidden], abs=0.015)
    assert seen.open[0] == FURTHEST


def test_a_hill_two_hundred_metres_away_ends_the_view():
    x = np.arange(-2_000.0, 2_001.0, 10.0)
    terrain = Terrain(np.tile(np.where(x >= 200, 300.0, 0.0), (len(x), 1)), -2_000.0, -2_000.0, 10.0)
    faces = faces_of([wall(0, 10, 6)])
    seen = views_from(
        faces, Scene(np.zeros((0, 3, 3)), horizon=Horizon(terrain)), np.zeros(0, np.int64), 0, np.zeros(1)
    )
    assert 200 < seen.open[0] < 280, "straight ahead it is two hundred metres, to the sides more"


@pytest.fixture
def yard(city, brings, tmp_path):
    """Two houses ten metres apart, south to north, the southern one with a pond to its south."""
    brings(House("north", y=NORTH + 18), House("south"))
    around = {"type": "FeatureCollection", "crs": {"properties": {"name": "EPSG:3879"}}, "features": [
        {"type": "Feature", "id": "pond", "properties": {"kind": "WaterBody"}, "geometry": {"type": "Polygon",
         "coordinates": [[[EAST - 40, NORTH - 90, 3.0], [EAST + 50, NORTH - 90, 3.0], [EAST + 50, NORTH - 20, 3.0],
                          [EAST - 40, NORTH - 20, 3.0], [EAST - 40, NORTH - 90, 3.0]]]}},
    ]}  # fmt: skip
    (tmp_path / "around.geojson").write_text(json.dumps(around))
    (brought,) = bring_in(city, tmp_path / "around.geojson")
    assert brought.error == ""
    return city


def test_what_walls_see_is_kept_and_told(yard):
    viewed = views_from_walls(yard, "", progress=quiet)
    assert viewed.walls == 8
    rows = {
        (key, round(y - NORTH)): (sky, built, water, ground, metres)
        for key, y, sky, built, water, ground, metres in ask(
            yard, "SELECT object, y, sky, built, water, ground, open FROM views", {}
        ).rows
    }
    to_pond, to_north, to_south = rows["south", 0], rows["south", 8], rows["north", 18]
    assert to_pond[2] > 0.03 > to_north[2], "only the southern wall sees the water"
    assert to_north[1] == pytest.approx(to_south[1], abs=0.03)
    assert to_north[1] > to_pond[1] == 0
    assert to_north[4] < to_pond[4] == FURTHEST
    for sky, built, water, ground, _ in rows.values():
        assert sky + built + water + ground == pytest.approx(1)
    told = object_of(yard, "", "south")["view"]
    assert (told["open"], told["furthest"], told["green"]) == (300, 300, 0)
    assert told["water"] > 0
    assert sum(told[name] for name in ("sky", "built", "green", "water", "ground")) == pytest.approx(100, abs=2)
    assert open_tables["views-from-walls"].rows(yard).height == 8
    named = question(yard, "open-views")
    assert {row[0] for row in ask(yard, named.sql, named.parameters).rows} == {"south", "north"}


def test_a_tree_is_green_and_hides_what_is_behind_it(yard, tmp_path):
    place = {"type": "Point", "coordinates": [EAST + 5, NORTH - 6, 3.0]}
    tree = {"type": "Feature", "id": "oak", "properties": {"kind": "tree", "height": 12, "crown": 8}, "geometry": place}
    document = {"type": "FeatureCollection", "crs": {"properties": {"name": "EPSG:3879"}}, "features": [tree]}
    (tmp_path / "oak.geojson").write_text(json.dumps(document))
    sql = f"SELECT green, sky, open FROM views WHERE object = 'south' AND y < {NORTH + 1}"
    views_from_walls(yard, "", progress=quiet)
    ((bare, sky, far),) = ask(yard, sql, {}).rows
    bring_in(yard, tmp_path / "oak.geojson", branch="oak")
    views_from_walls(yard, "oak", progress=quiet)
    ((green, less_sky, less_far),) = ask(yard, sql, {}, "oak").rows
    assert green > 0.1 > bare == 0
    assert less_sky < sky
    assert less_far < far


def test_a_plan_changes_what_is_seen_and_todays_stays(yard):
    views_from_walls(yard, "", progress=quiet)
    take_away(yard, "gone", ["north"])
    views_from_walls(yard, "gone", progress=quiet)
    sql = f"SELECT built FROM views WHERE object = 'south' AND y > {NORTH + 7}"
    assert ask(yard, sql, {}).rows[0][0] > 0.1
    assert ask(yard, sql, {}, "gone").rows[0][0] == 0
