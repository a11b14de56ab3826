"""Ways on foot: along streets where both ends are on them, a straight line with a stated factor elsewhere."""

from __future__ import annotations

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toimiva.engines.walking.api import Network, walks, way

# A square of streets, 100 m a side, without its southern side; a dead end goes north from the north-eastern corner.
SQUARE = Network(
    spots=np.array([[0, 0], [0, 100], [100, 100], [100, 0], [100, 300]], dtype=float),
    ends=np.array([[0, 1], [1, 2], [3, 2], [2, 4]]),
    metres=np.array([100.0, 100.0, 100.0, 200.0]),
)


def test_one_walks_around_where_there_is_no_street_across():
    found = walks(np.array([[0.0, 0.0]]), np.array([[100.0, 0.0]]), detour=1.3, network=SQUARE)

    assert found.metres.tolist() == [[300]]
    assert found.on_streets.all()


def test_the_steps_to_the_nearest_street_count_at_both_ends():
    found = walks(np.array([[-30.0, 0.0]]), np.array([[100.0, 320.0]]), detour=1.3, network=SQUARE)

    assert found.metres.tolist() == [[30 + 100 + 100 + 200 + 20]]


def test_far_from_any_street_it_is_a_straight_line_times_the_factor():
    found = walks(np.array([[0.0, 5000.0]]), np.array([[0.0, 0.0]]), detour=1.3, network=SQUARE)

    assert found.metres.tolist() == [[6500]]
    assert not found.on_streets.any()


def test_of_parallel_streets_the_shortest_counts_whichever_way_it_is_drawn():
    twice = Network(SQUARE.spots, np.array([[0, 1], [1, 0], [0, 1]]), np.array([90.0, 40.0, 70.0]))

    assert walks(SQUARE.spots[:1], SQUARE.spots[1:2], detour=1.3, network=twice).metres.tolist() == [[40]]


def test_a_way_is_told_corner_by_corner_and_is_as_long_as_it_is_said():
    start, goal = SQUARE.spots[0] + 20.0, SQUARE.spots[2] - 20.0
    corners = way(start, goal, SQUARE)
    assert corners is not None
    assert (corners[0] == start).all()
    assert (corners[-1] == goal).all()
    told = walks(start[None], goal[None], detour=1.3, network=SQUARE)
    length = float(np.hypot(*np.diff(corners, axis=0).T).sum())
    assert length == pytest.approx(float(told.metres[0, 0]), abs=1)


def test_where_there_are_no_streets_no_way_is_told():
    far = np.array([1e6, 1e6])
    assert way(SQUARE.spots[0], far, SQUARE) is None
    assert way(SQUARE.spots[0], far, None) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(1, 900)), min_size=1, max_size=30))
def test_it_finds_the_ways_that_networkx_finds(edges):
    spots = np.array([[i % 4 * 1000.0, i // 4 * 1000.0] for i in range(12)])
    network = Network(spots, np.array([e[:2] for e in edges]), np.array([float(e[2]) for e in edges]))
    graph = networkx.Graph()
    graph.add_nodes_from(range(12))
    for a, b, metres in edges:
        if a != b and metres < graph.get_edge_data(a, b, {"weight": 1e9})["weight"]:
            graph.add_edge(a, b, weight=metres)

    found = walks(spots, spots, detour=1.3, network=network)

    lengths = dict(networkx.all_pairs_dijkstra_path_length(graph))
    for a in range(12):
        for b in range(12):
            assert bool(found.on_streets[a, b]) == (b in lengths[a])
            if b in lengths[a]:
                assert found.metres[a, b] == lengths[a][b]
