"""People: names and contact data by pseudonym, for a stated purpose."""

from __future__ import annotations

from toimiva.core.people.cards import Card, Standing, cards, standing

__all__ = ["Card", "Standing", "cards", "standing"]
