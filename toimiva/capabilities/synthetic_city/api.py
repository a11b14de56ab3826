"""Synthetic cities: created from public statistics, moved on day by day. Nobody in them is real."""

from __future__ import annotations

from toimiva.capabilities.synthetic_city.creating import Created, advance, create_city
from toimiva.capabilities.synthetic_city.facts import read_facts

__all__ = ["Created", "advance", "create_city", "read_facts"]
