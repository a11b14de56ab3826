"""A resident's own: data by register, children whom they may act for, and who has looked. Persons are pseudonyms."""

from __future__ import annotations

from toimiva.capabilities.profile.family import Child, child_of, children_of
from toimiva.capabilities.profile.having import Entry, own_data
from toimiva.capabilities.profile.using import Use, uses_of

__all__ = ["Child", "Entry", "Use", "child_of", "children_of", "own_data", "uses_of"]
