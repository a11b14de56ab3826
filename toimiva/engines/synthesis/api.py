"""A synthetic city drawn from public statistics, and its days."""

from __future__ import annotations

from toimiva.engines.synthesis.changes import DailyRates, day_of_changes
from toimiva.engines.synthesis.city import SyntheticCity, draw_city
from toimiva.engines.synthesis.facts import Facts, Shares

__all__ = ["DailyRates", "Facts", "Shares", "SyntheticCity", "day_of_changes", "draw_city"]
