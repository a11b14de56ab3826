"""Buses and trams: loading a feed, simulating, and where each is at an instant."""

from __future__ import annotations

from toimiva.capabilities.buses.loading import load_feed
from toimiva.capabilities.buses.moving import Position, simulate, vehicles_at

__all__ = ["Position", "load_feed", "simulate", "vehicles_at"]
