"""Webhooks: delivery of what is due. Bodies are JSON, signed as Standard Webhooks says."""

from __future__ import annotations

from toimiva.capabilities.webhooks.delivering import deliver, late_notices

__all__ = ["deliver", "late_notices"]
