"""Figures and documents of decisions, for others."""

from __future__ import annotations

from pathlib import Path

from toimiva.capabilities.decisions.documents import document_path
from toimiva.capabilities.decisions.models import Decision
from toimiva.capabilities.offers import api as offers

__all__ = ["confirmation_seconds", "count_decisions", "document_of"]


def count_decisions(round_id: str) -> int:
    """How many decisions a round has."""
    return Decision.objects.filter(round=round_id).count()


def document_of(offer_id: str) -> tuple[str, Path] | None:
    """(number, PDF) of the decision on an offer, or None while there is none."""
    found = Decision.objects.filter(offer=offer_id).exclude(document_digest="").first()
    return (found.number, document_path(found)) if found else None


def confirmation_seconds(round_id: str) -> list[float]:
    """Seconds from storing a reply to storing its decision and confirmation, measured on the machine's own clock."""
    made = dict(Decision.objects.filter(round=round_id).values_list("offer", "made"))
    heard = {offer.id: offer.heard for offer in offers.offers_of(round_id) if offer.heard}
    return sorted((made[offer] - at).total_seconds() for offer, at in heard.items() if offer in made)
