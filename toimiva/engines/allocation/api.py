"""Allocation: everyone at once by min-cost flow, and choices by deferred acceptance."""

from __future__ import annotations

from toimiva.engines.allocation.flow import Certificate, Placement, Problem, Uncertified, certify, place
from toimiva.engines.allocation.matching import deferred_acceptance, justified_envy, lottery

__all__ = [
    "Certificate", "Placement", "Problem", "Uncertified", "certify", "deferred_acceptance", "justified_envy", "lottery",
    "place",
]  # fmt: skip
