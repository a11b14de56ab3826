"""Open tables: declared by parts, read by whoever publishes them. Instants are UTC, coordinates degrees of WGS 84."""

from __future__ import annotations

from toimiva.core.publishing.tables import Chart, Column, OpenTable, open_tables

__all__ = ["Chart", "Column", "OpenTable", "open_tables"]
