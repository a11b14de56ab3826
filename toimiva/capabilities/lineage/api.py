"""Where data flows: every table of a city with its purposes, services and open data."""

from __future__ import annotations

from toimiva.capabilities.lineage.flows import Flow, Quality, flows_of

__all__ = ["Flow", "Quality", "flows_of"]
