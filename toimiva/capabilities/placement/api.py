"""Placement: proposals for everyone at once, and the matching of wishes. Distances in metres, persons pseudonyms."""

from __future__ import annotations

from toimiva.capabilities.placement.basing import Pins, bases, keep_problem, kept_problem, pinned_version, wave_basis
from toimiva.capabilities.placement.choosing import Matched, Wish, Wisher, match, problem_text, solve
from toimiva.capabilities.placement.proposing import ON_STREETS, Proposal, offered_places, propose

__all__ = [
    "ON_STREETS", "Matched", "Pins", "Proposal", "Wish", "Wisher", "bases", "keep_problem", "kept_problem", "match",
    "offered_places", "pinned_version", "problem_text", "propose", "solve", "wave_basis",
]  # fmt: skip
