"""People: names and contact data by pseudonym, for a stated purpose."""

from __future__ import annotations

from toimiva.core.people.cards import Card, Sample, Standing, cards, samples, standing
from toimiva.core.people.relating import near

__all__ = ["Card", "Sample", "Standing", "cards", "near", "samples", "standing"]
