"""Noise of roads against the cases of ISO/TR 17534-4:2020 (levels of a source of 93 dB in each band), and its sense."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toimiva.engines.noise.api import (
    ABSORBED,
    Air,
    Obstacles,
    Profiles,
    Sources,
    Traffic,
    Walls,
    Winter,
    along_lines,
    attenuation,
    levels,
    line_power,
    paths_over,
)
from toimiva.engines.solids.api import Terrain

AIR = Air(10.0, 70.0)
SLOPE = [(0, 0), (112.41, 0), (178.84, 10), (194.16, 10)]
FIELD = [(0, 0.9), (40.88, 0.5), (143.07, 0.2)]  # G of the ground from so many metres along


def told(ground, heights, porous, tops=()):
    """dB in homogeneous and in favourable conditions of 93 dB over a line of (metres along, height), and what stands
    on it."""
    points = sorted(dict(ground) | dict(tops))
    level = np.interp(points, *zip(*ground, strict=True))
    high = [max(z, dict(tops).get(x, z)) for x, z in zip(points, level, strict=True)]
    line = Profiles(*(np.array([each], dtype=float) for each in (points, level, high)))

    def lost(*, bent):
        of_all = np.array([mean(porous, 0, points[-1])])
        road = np.array([porous[0][1]])
        ((first, _), (last, _)) = paths_over(line, heights, (of_all,) * 3, road)[bent].edges[0]
        beside = np.array([mean(porous, 0, first)]), np.array([mean(porous, last, points[-1])])
        return attenuation(paths_over(line, heights, (of_all, *beside), road)[bent], AIR, bent=bent)[0]

    return [93 - lost(bent=bent) for bent in (False, True)]


def mean(porous, begin, end):
    """Mean G of the ground between metres along."""
    until = [x for x, _ in porous[1:]] + [np.inf]
    wide = [max(min(right, end) - max(left, begin), 0) for (left, _), right in zip(porous, until, strict=True)]
    return np.average([g for _, g in porous], weights=wide) if end > begin else 0.0


def test_the_air_takes_what_iso_9613_says():
    assert AIR.absorption == pytest.approx([0.12, 0.41, 1.04, 1.93, 3.66, 9.66, 32.77, 116.88], abs=0.005)


@pytest.mark.parametrize(
    ("ground", "straight", "bent"),
    [
        (0.0, [39.21, 39.16, 39.03, 38.86, 38.53, 37.36, 32.87, 16.54], [40.58, 40.52, 40.40, 40.23, 39.89, 38.72, 34.24, 17.90]),
        (0.5, [37.71, 37.66, 37.53, 35.01, 29.82, 35.86, 31.37, 15.04], [38.39, 38.34, 38.22, 38.04, 36.45, 36.54, 32.05, 15.72]),
        (1.0, [36.21, 36.16, 34.45, 26.19, 30.49, 34.36, 29.87, 13.54], [36.21, 36.16, 36.03, 31.63, 35.53, 34.36, 29.87, 13.54]),
    ],
    ids=["T01 hard", "T02 mixed", "T03 porous"],
)  # fmt: skip
def test_flat_ground_is_as_in_the_standard_s_cases(ground, straight, bent):
    level = [(0, 0), (float(np.hypot(190, 40)), 0)]
    homogeneous, favourable = told(level, (1, 4), [(0, ground)])
    assert homogeneous == pytest.approx(straight, abs=0.02)
    assert favourable == pytest.approx(bent, abs=0.02)


@pytest.mark.parametrize(
    ("receiver", "straight", "bent"),
    [
        (4.0, [37.26, 37.21, 37.08, 36.91, 36.57, 35.41, 30.91, 14.54], [37.26, 37.21, 37.08, 36.91, 36.57, 35.41, 30.91, 14.54]),
        (1.5, [37.53, 37.47, 37.35, 31.54, 36.34, 35.67, 31.18, 14.82], [37.53, 37.47, 37.31, 36.89, 36.84, 35.67, 31.18, 14.82]),
    ],
    ids=["T05 over a slope", "T06 grazing its edge: bent in two bands"],
)  # fmt: skip
def test_a_slope_is_as_in_the_standard_s_cases(receiver, straight, bent):
    homogeneous, favourable = told(SLOPE, (1, receiver), FIELD)
    assert homogeneous == pytest.approx(straight, abs=0.02)
    assert favourable == pytest.approx(bent, abs=0.02)


@pytest.mark.parametrize(
    ("ground", "tops", "heights", "porous", "straight", "bent"),
    [
        ([(0, 0), (194.16, 0)], [(170.49, 6)], (1, 4), FIELD,
         [32.54, 31.31, 29.58, 27.35, 22.19, 20.74, 13.42, -5.84], [32.84, 31.81, 30.32, 28.33, 25.74, 22.02, 14.76, -4.45]),
        (SLOPE, [(170.49, 16.634)], (1, 4), FIELD,
         [30.28, 28.31, 25.86, 23.07, 19.93, 15.86, 8.41, -9.87], [30.47, 28.57, 26.16, 23.40, 20.29, 16.23, 8.79, -9.92]),
        ([(0, 0), (20, 0)], [(5, 10), (15, 10)], (1, 4), [(0, 0.5)],
         [40.19, 36.52, 33.38, 33.36, 33.33, 33.21, 32.74, 31.04], [40.19, 36.52, 33.38, 33.36, 33.33, 33.21, 32.74, 31.04]),
        (SLOPE, [(164.08, 30), (181.83, 30)], (1, 18.5), [(0, 0.5), (40.88, 0.9), (143.07, 0.2)],
         [28.13, 24.61, 20.45, 16.71, 13.19, 10.90, 6.36, -10.13], [28.33, 24.86, 20.73, 17.00, 13.49, 10.87, 6.34, -10.16]),
        ([(0, 0), (14.21, 0), (22.64, 5), (23.98, 5), (32.3, 0), (70.03, 0)], [], (1, 4), [(0, 0), (14.21, 1), (32.31, 0)],
         [38.80, 37.02, 36.08, 34.47, 30.75, 25.93, 20.64, 14.74], [38.99, 37.32, 36.42, 34.88, 32.01, 28.72, 24.16, 15.29]),
    ],
    ids=["T08 a barrier", "T09 a barrier on a slope", "T10 a house", "T13 a house on a slope", "T23 an earth bank"],
)  # fmt: skip
def test_what_hides_the_source_is_as_in_the_standard_s_cases(ground, tops, heights, porous, straight, bent):
    homogeneous, favourable = told(ground, heights, porous, tops)
    assert homogeneous == pytest.approx(straight, abs=0.02)
    assert favourable == pytest.approx(bent, abs=0.02)


def cars(an_hour=1000.0, speed=50.0, heavy=0.0):
    flow = np.array([[an_hour * (1 - heavy), 0, an_hour * heavy]])
    return Traffic(flow, np.array([speed]))


@given(st.floats(1, 5000), st.floats(20, 120), st.floats(0, 0.5))
def test_twice_the_vehicles_are_three_decibels_more(an_hour, speed, heavy):
    one, two = (line_power(cars(many, speed, heavy), Winter()) for many in (an_hour, 2 * an_hour))
    assert two - one == pytest.approx(np.full((1, 8), 10 * np.log10(2)), abs=1e-9)


def test_an_empty_road_gives_nothing_off():
    assert np.isneginf(line_power(cars(0.0), Winter())).all()


def test_studs_are_heard_above_four_hundred_hertz_and_cold_makes_roads_louder():
    usual, studded = (line_power(cars(), winter)[0] for winter in (Winter(), Winter(1.0, 12.0)))
    assert studded[:3] == pytest.approx(usual[:3])
    assert (studded[3:] > usual[3:] + 0.1).all()
    assert (line_power(cars(), Winter(degrees=0.0))[0] > usual).all()


def heard(receiver, heights=None, power=80.0, air=AIR):
    """dB(A) at a receiver north of a road along the x axis."""
    points, metres, _ = along_lines([np.array([[-200.0, 0.0], [200.0, 0.0]])], 5.0)
    each = np.full((len(points), 3, 8), power) + 10 * np.log10(metres)[:, None, None]
    grid = np.zeros((200, 200), dtype=np.float32) if heights is None else heights
    told_ = levels(
        np.array([receiver]), Sources(points, each), Obstacles(grid, -200, -200, 2.0), air, 0.0, 300.0, (12, 4, 8)
    )
    return float(told_.den[0])


def test_the_same_at_every_hour_is_six_decibels_more_as_lden():
    """10 lg((12 + 4 * 10^0.5 + 8 * 10) / 24)."""
    points, power = np.array([[0.0, 0.0]]), np.full((1, 3, 8), 90.0)
    empty = Obstacles(np.zeros((1, 1), dtype=np.float32), 0, 0, 2.0)
    one = levels(np.array([[50.0, 0.0]]), Sources(points, power), empty, AIR, 0.0, 300.0, (12, 4, 8))
    assert one.den[0] - one.day[0] == pytest.approx(6.4, abs=0.01)
    assert one.day[0] == one.night[0]


def test_twice_as_far_from_a_long_road_is_three_to_four_decibels_less():
    assert 2.5 < heard((0.0, 20.0)) - heard((0.0, 40.0)) < 4.5


def test_a_row_of_houses_hides_the_road():
    heights = np.zeros((200, 200), dtype=np.float32)
    heights[108:114] = 12.0  # from 16 to 28 metres north, all along
    assert heard((0.0, 60.0)) - heard((0.0, 60.0), heights) > 12


@given(st.floats(3, 30))
def test_a_higher_house_never_lets_more_through(height):
    low, high = (np.zeros((200, 200), dtype=np.float32) for _ in range(2))
    low[108:114], high[108:114] = height, height + 3
    assert heard((0.0, 60.0), high) <= heard((0.0, 60.0), low) + 0.3, (
        "diffraction takes 25 dB at most, and the ground a little"
    )


def test_nothing_in_reach_is_silence():
    assert heard((0.0, 2000.0)) < -50


def test_a_line_is_cut_into_pieces_that_add_up():
    points, metres, owner = along_lines([np.array([[0.0, 0], [100.0, 0]]), np.array([[0.0, 5], [0.0, 12]])], 10.0)
    assert metres.sum() == pytest.approx(107)
    assert metres.max() <= 10
    assert owner.tolist() == [0] * 10 + [1]
    assert along_lines([], 10.0)[0].shape == (0, 2)
    assert points[0].tolist() == [5.0, 0.0]


# walls that throw sound back

DRIVEN = np.full((1, 3, 8), 90.0)
OPEN = Obstacles(np.zeros((300, 300), np.float32), -300.0, -300.0, 2.0)


def wall(east: float, length: float = 200.0, faces: float = -1.0) -> Walls:
    """A wall along the y axis, so many metres to the east, facing west unless told."""
    begins = np.array([[east, -length / 2]])
    return Walls(begins, np.array([[0.0, 1.0]]), np.array([length]), np.array([[faces, 0.0]]))


def from_one(receiver, source, walls=None, obstacles=OPEN):
    told = levels(
        np.array([receiver]), Sources(np.array([source]), DRIVEN), obstacles, AIR, 0.0, 500.0, (12, 4, 8), walls
    )
    return float(told.day[0])


def together(*decibels):
    return 10 * np.log10(sum(10 ** (one / 10) for one in decibels))


@given(st.floats(-40, 15), st.floats(-60, 60), st.floats(-60, 15), st.floats(-60, 60))
def test_a_wall_is_one_more_source_behind_it(x, y, source_x, source_y):
    """Over hard open ground: the direct sound, and that of the source's image less what the wall keeps."""
    receiver, source = (x, y), (source_x, source_y)
    image = from_one(receiver, (2 * 20.0 - source_x, source_y))
    kept = 10 * np.log10(1 - ABSORBED)
    assert from_one(receiver, source, wall(20.0)) == pytest.approx(
        together(from_one(receiver, source), image + kept), abs=0.01
    )


@pytest.mark.parametrize(
    ("receiver", "source", "walls"),
    [
        ((0, 0), (0, 50), wall(20.0, faces=1.0)),
        ((18.0, 0), (0, 50), wall(20.0)),
        ((0, 0), (40, 50), wall(20.0)),
        ((0, 100), (0, 150), wall(20.0)),
        ((0, 0), (0, 50), wall(90.0)),
        ((0, 0), (0, 50), Walls(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0), np.zeros((0, 2)))),
    ],
    ids=["from behind", "the receiver's own", "source behind it", "past its end", "too far", "no walls"],
)
def test_a_wall_throws_nothing_back(receiver, source, walls):
    assert from_one(receiver, source, walls) == from_one(receiver, source)


def test_a_house_on_the_way_to_the_wall_hides_what_it_throws_back():
    heights = np.zeros((300, 300), np.float32)
    heights[145:165, 154:157] = 15.0  # from -10 to 30 metres north, 8 to 14 east: before the middle of the wall
    hidden = Obstacles(heights, -300.0, -300.0, 2.0)
    free, behind = (from_one((0, 0), (0, 20), wall(20.0), one) for one in (OPEN, hidden))
    assert behind < free - 0.5
    assert behind == pytest.approx(from_one((0, 0), (0, 20)), abs=0.3)


def test_a_street_between_two_walls_is_louder_than_one_in_the_open():
    both = wall(12.0), wall(-12.0, faces=1.0)
    street = Walls(
        *(np.concatenate([getattr(one, name) for one in both]) for name in ("begins", "along", "lengths", "faces"))
    )
    louder = from_one((-8.0, 0), (0.0, 15.0), street) - from_one((-8.0, 0), (0.0, 15.0))
    assert 1.0 < louder < 3.1


# terrain


def over(height, receiver=(0.0, 100.0)):
    """dB(A) north of a road along the x axis, over terrain whose height is told by metres to the north."""
    north = np.arange(-200.0, 401.0, 10.0)
    terrain = Terrain(np.tile(np.array([height(y) for y in north])[:, None], (1, 41)), -200.0, -200.0, 10.0)
    points, metres, _ = along_lines([np.array([[-200.0, 0.0], [200.0, 0.0]])], 5.0)
    each = np.full((len(points), 3, 8), 80.0) + 10 * np.log10(metres)[:, None, None]
    ground = Obstacles(np.zeros((300, 200), np.float32), -200.0, -200.0, 2.0, terrain)
    return float(levels(np.array([receiver]), Sources(points, each), ground, AIR, 0.5, 300.0, (12, 4, 8)).den[0])


@given(st.floats(-0.1, 0.1), st.floats(-50, 200))
def test_level_ground_may_lean_and_lie_at_any_height(slope, above_sea):
    assert over(lambda y: above_sea + slope * y) == pytest.approx(over(lambda _: 0.0), abs=0.2)


def test_a_hill_on_the_way_hides_the_road():
    level, behind = over(lambda _: 0.0), over(lambda y: 8.0 * max(0, 1 - abs(y - 50) / 40))
    assert behind < level - 5


def test_a_road_in_a_cutting_is_quieter_than_one_on_a_bank():
    cutting, bank = (over(lambda y, z=z: z if abs(y) < 15 else 0.0) for z in (-6.0, 6.0))
    assert cutting < bank - 5


def test_terrain_is_straight_between_its_points_and_level_beyond():
    terrain = Terrain(np.array([[0.0, 10.0], [20.0, 30.0]]), 100.0, 200.0, 10.0)
    x, y = np.array([100.0, 105.0, 105.0, 90.0]), np.array([200.0, 200.0, 205.0, 300.0])
    assert terrain.at(x, y).tolist() == [0.0, 5.0, 15.0, 20.0]
