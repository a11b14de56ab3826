"""API management: what a key is, found by itself."""

from __future__ import annotations

from toimiva.capabilities.developers.gatekeeping import key_of
from toimiva.capabilities.developers.keys import count, find
from toimiva.capabilities.developers.models import Key

__all__ = ["Key", "count", "find", "key_of"]
