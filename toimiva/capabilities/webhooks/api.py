"""Webhooks: delivery of what is due. Bodies are JSON, signed as Standard Webhooks says."""

from __future__ import annotations

from toimiva.capabilities.webhooks.delivering import deliver

__all__ = ["deliver"]
