"""What a building has around it: noise of traffic before its walls, and everyday services on foot."""

from __future__ import annotations

from typing import Any

import duckdb
from django.utils.translation import gettext_lazy

__all__ = ["heard_at", "ways_from"]

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
