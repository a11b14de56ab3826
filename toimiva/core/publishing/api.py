"""Open tables: declared by parts, read by whoever publishes them. Instants are UTC, coordinates degrees of WGS 84."""

from __future__ import annotations

from toimiva.core.publishing.tables import Column, OpenTable, open_tables

__all__ = ["Column", "OpenTable", "open_tables"]
