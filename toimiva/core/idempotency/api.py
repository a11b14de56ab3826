"""An operation that is asked twice with one key is done once."""

from __future__ import annotations

from toimiva.core.idempotency.answering import once

__all__ = ["once"]
