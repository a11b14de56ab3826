"""Shortest ways on foot: Dijkstra from every place over an undirected network, to homes close to it.

Coordinates are metres in one plane (EPSG:3879 in Helsinki). Source: Dijkstra (1959), by scipy.sparse.csgraph.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy
from numpy.typing import NDArray

__all__ = ["Network", "Walks", "walks", "way"]

Floats = NDArray[np.float64]
SNAP_M = 150.0  # a home or place further than this from any street is not on the network
FURTHEST_M = 8000.0  # ways longer than this are not looked for


@dataclass(frozen=True)
class Network:
    """Streets as edges between nodes: `spots[i]` is node i's (x, y); `ends[k]` two nodes joined by `metres[k]`."""

    spots: Floats
    ends: NDArray[np.int64]
    metres: Floats

    @cached_property
    def matrix(self) -> scipy.sparse.csr_array:
        """Adjacency, symmetric; of parallel streets the shortest counts."""
        low, high = np.sort(self.ends, axis=1).T
        order = np.lexsort((self.metres, high, low))
        pairs, first = np.unique(np.stack([low, high])[:, order], axis=1, return_index=True)
        lengths = np.maximum(self.metres[order][first], 1e-3)  # 0 would mean no street
        return scipy.sparse.csr_array((lengths, (pairs[0], pairs[1])), shape=(len(self.spots), len(self.spots)))

    @cached_property
    def tree(self) -> scipy.spatial.KDTree:
        """Nodes by where they are."""
        return scipy.spatial.KDTree(self.spots)


@dataclass(frozen=True, slots=True)
class Walks:
    """`metres[h, p]` whole metres from home h to place p; `on_streets[h, p]` whether that is over the network."""

    metres: NDArray[np.int64]
    on_streets: NDArray[np.bool_]


def walks(homes: Floats, places: Floats, *, detour: float, network: Network | None = None) -> Walks:
    """Ways from homes (n, 2) to places (m, 2). Off the network, or with none, straight line times `detour`."""
    straight = np.hypot(homes[:, None, 0] - places[:, 0], homes[:, None, 1] - places[:, 1]) * detour
    if network is None or not len(network.spots):
        return Walks(np.round(straight).astype(np.int64), np.zeros(straight.shape, dtype=bool))
    along = _along(homes, places, network)
    reached = np.isfinite(along)
    return Walks(np.round(np.where(reached, along, straight)).astype(np.int64), reached)


def way(start: Floats, goal: Floats, network: Network | None) -> Floats | None:
    """The corners (n, 2) of the shortest way between two spots (2,) over a network; None where it knows none."""
    if network is None or not len(network.spots):
        return None
    off, nodes = network.tree.query(np.stack([start, goal]), distance_upper_bound=SNAP_M)
    if not np.isfinite(off).all():
        return None
    metres, before = scipy.sparse.csgraph.dijkstra(
        network.matrix, directed=False, indices=int(nodes[1]), limit=FURTHEST_M, return_predecessors=True
    )
    if not np.isfinite(metres[nodes[0]]):
        return None
    passed = [int(nodes[0])]
    while passed[-1] != nodes[1]:
        passed.append(int(before[passed[-1]]))
    return np.vstack([start, network.spots[passed], goal])


def _along(homes: Floats, places: Floats, network: Network) -> Floats:
    """Metres over the network, with the steps to the nearest street at both ends; infinite where there is no way."""
    to_street, home_node = network.tree.query(homes, distance_upper_bound=SNAP_M)
    from_street, place_node = network.tree.query(places, distance_upper_bound=SNAP_M)
    near_home, near_place = np.isfinite(to_street), np.isfinite(from_street)
    along = np.full((len(homes), len(places)), np.inf)
    if near_home.any() and near_place.any():
        ways = scipy.sparse.csgraph.dijkstra(
            network.matrix, directed=False, indices=place_node[near_place], limit=FURTHEST_M
        )
        found = ways[:, home_node[near_home]].T
        along[np.ix_(near_home, near_place)] = found + to_street[near_home][:, None] + from_street[near_place][None, :]
    return along
