"""Walking: metres on foot between homes and places over a street network."""

from __future__ import annotations

from toimiva.engines.walking.network import Network, Walks, walks, way

__all__ = ["Network", "Walks", "walks", "way"]
