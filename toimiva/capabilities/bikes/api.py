"""City bikes: loading stations from a feed, or simulating them."""

from __future__ import annotations

from toimiva.capabilities.bikes.loading import load_feed, simulate, stations

__all__ = ["load_feed", "simulate", "stations"]
