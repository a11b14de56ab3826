"""API management: what a key is, found by itself; changes of the interface made known."""

from __future__ import annotations

from toimiva.capabilities.developers.changes import tell_changes
from toimiva.capabilities.developers.gatekeeping import key_of, spend
from toimiva.capabilities.developers.keys import count, find, write_to
from toimiva.capabilities.developers.models import Key

__all__ = ["Key", "count", "find", "key_of", "spend", "tell_changes", "write_to"]
