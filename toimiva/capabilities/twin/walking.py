"""Metres on foot from every building to the nearest place of each kind, over the city's streets.

Method: shortest way over the register of streets (Dijkstra; steps to the nearest street within 150 m), else the
straight line times a detour. Error: the ends of ways are the building's middle and the place's point, not their doors;
a street that the network lacks makes a way longer than it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from toimiva.capabilities.twin import keeping
from toimiva.capabilities.twin.nearby import DETOUR
from toimiva.capabilities.twin.rows import BUILDINGS, WALKS
from toimiva.core.city.api import City
from toimiva.core.errors import NotFound
from toimiva.core.geography import api as geography
from toimiva.engines.solids.api import Floats
from toimiva.engines.walking.api import Network, walks

__all__ = ["METHOD", "Walked", "walk_to_places"]

METHOD = f"Dijkstra over the register of streets; where it does not reach, the straight line times {DETOUR}; 1"
_AT_ONCE = 20_000_000  # pairs of a building and a place
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Walked:
    """How many ways were found, and how many of them over streets."""

    buildings: int
    ways: int
    on_streets: int
    kinds: dict[str, int]


def walk_to_places(city: City, branch: str, *, progress: Progress) -> Walked:
    """From every building of today's city or of a branch, into the lake as `twin.walks`.

    Raises NotFound where the twin has no places, or no buildings.
    """
    with keeping.opened(city, branch) as asked:
        homes = asked.sql(
            f"SELECT id AS object, source, digest, longitude, latitude, root FROM objects WHERE {BUILDINGS} "
            "ORDER BY ALL"
        ).pl()
        places = asked.sql("SELECT id, kind, longitude, latitude FROM places ORDER BY ALL").pl()
    if places.is_empty():
        raise NotFound(
            what="The twin has no places to walk to.",
            mend="Import an OpenStreetMap extract (.osm.pbf), or GeoJSON points that have a `kind`.",
        )
    if homes.is_empty():
        raise NotFound(what="The twin has no buildings to walk from.", mend="Run `toimiva twin import FOLDER`.")
    network = geography.newest_network(city)
    found = []
    for kind in places["kind"].unique().sort().to_list():
        of_kind = places.filter(kind=kind)
        parts = homes.iter_slices(max(1000, _AT_ONCE // of_kind.height))
        found += [_nearest(part, of_kind, kind, branch, network) for part in parts]
        progress(kind, sum(one.height for one in found))
    whole = pl.concat(found)
    table = whole.select(WALKS.names).to_arrow().cast(WALKS)
    keeping.replace(city, keeping.WALKS_TABLE, table, "branch", branch)
    return Walked(
        homes.n_unique(["source", "root"]),
        whole.height,
        int(whole["on_streets"].sum()),
        dict(places["kind"].value_counts().sort("kind").iter_rows()),
    )


def _nearest(
    homes: pl.DataFrame, places: pl.DataFrame, kind: str, branch: str, network: Network | None
) -> pl.DataFrame:
    """Each building with its nearest place of a kind."""
    ways = walks(_on_grid(homes), _on_grid(places), detour=DETOUR, network=network)
    nearest = ways.metres.argmin(axis=1)
    row = np.arange(homes.height)
    return homes.select("object", "source", "digest").with_columns(
        branch=pl.lit(branch), kind=pl.lit(kind), place=places["id"].gather(nearest),
        metres=pl.Series(ways.metres[row, nearest], dtype=pl.Int32),
        on_streets=pl.Series(ways.on_streets[row, nearest]),
    )  # fmt: skip


def _on_grid(rows: pl.DataFrame) -> Floats:
    x, y = geography.to_grid(rows["longitude"].to_numpy(), rows["latitude"].to_numpy())
    return np.column_stack([x, y])
