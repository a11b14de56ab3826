"""What a building has around it: noise of traffic before its walls, and everyday services on foot."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
from django.utils.translation import gettext_lazy

from toimiva.capabilities.twin import keeping
from toimiva.core.city.api import City
from toimiva.core.geography import api as geography
from toimiva.engines.walking.api import walks

__all__ = ["DETOUR", "heard_at", "ways_from", "ways_to"]

DETOUR = 1.3  # of the straight line, where there is no street network: Boscoe et al. 2012 found 1.2 to 1.4 in cities
_NEAR = 5000.0  # metres, as the crow flies

# kinds of places (OpenStreetMap's words) that people go to from day to day, in the order in which they are told
EVERYDAY = {
    "supermarket": gettext_lazy("Grocery shop"), "kindergarten": gettext_lazy("Day care"),
    "school": gettext_lazy("School"), "playground": gettext_lazy("Playground"), "library": gettext_lazy("Library"),
    "park": gettext_lazy("Park"), "pharmacy": gettext_lazy("Pharmacy"), "clinic": gettext_lazy("Clinic"),
    "tram_stop": gettext_lazy("Tram stop"), "station": gettext_lazy("Station"),
}  # fmt: skip


def heard_at(asked: duckdb.DuckDBPyConnection, key: str, source: str) -> dict[str, float] | None:
    """dB before the loudest and the quietest wall over day, evening and night (Lden), and the loudest night; None
    where it was not computed."""
    loudest, quietest, night = asked.execute(
        "SELECT max(den), min(den), max(night) FROM noise WHERE object = ? AND source = ?", [key, source]
    ).fetchall()[0]
    if loudest is None:
        return None
    return {"loudest": round(loudest), "quietest": round(quietest), "night": round(night)}


def ways_from(asked: duckdb.DuckDBPyConnection, key: str, source: str) -> list[dict[str, Any]]:
    """The nearest everyday services: what it is in the reader's language, its name, metres on foot."""
    rows = asked.execute(
        "SELECT w.kind, p.name, w.metres FROM walks w LEFT JOIN places p ON p.id = w.place "
        "WHERE w.object = ? AND w.source = ? ORDER BY ALL", [key, source]
    ).fetchall()  # fmt: skip
    nearest = {kind: (name, metres) for kind, name, metres in reversed(rows)}
    return [
        {"kind": str(words), "name": nearest[kind][0] or "", "metres": nearest[kind][1]}
        for kind, words in EVERYDAY.items() if kind in nearest
    ]  # fmt: skip


def ways_to(city: City, at: tuple[float, float]) -> list[dict[str, Any]]:
    """The nearest everyday services of a place in degrees where nothing may stand yet: as `ways_from`."""
    with keeping.opened(city) as asked:
        rows = asked.execute(
            "SELECT kind, name, longitude, latitude FROM places WHERE list_contains(?, kind) ORDER BY ALL",
            [list(EVERYDAY)],
        ).fetchall()
    x, y = geography.to_grid([at[0], *(row[2] for row in rows)], [at[1], *(row[3] for row in rows)])
    grid = np.column_stack([x, y])
    near = np.flatnonzero(np.hypot(*(grid[1:] - grid[0]).T) <= _NEAR)
    if not len(near):
        return []
    # from the one place to all: ways are as long there as back
    metres = walks(grid[1:][near], grid[:1], detour=DETOUR, network=geography.newest_network(city)).metres[:, 0]
    nearest: dict[str, tuple[str, int]] = {}
    for way, row in sorted(zip(metres.tolist(), near.tolist(), strict=True)):
        nearest.setdefault(rows[row][0], (rows[row][1] or "", way))
    return [
        {"kind": str(words), "name": nearest[kind][0], "metres": nearest[kind][1]}
        for kind, words in EVERYDAY.items() if kind in nearest
    ]  # fmt: skip
