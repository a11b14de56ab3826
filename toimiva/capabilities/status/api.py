"""Status: parts of the platform are looked at once a minute."""

from __future__ import annotations

from toimiva.capabilities.status.watching import look_live

__all__ = ["look_live"]
