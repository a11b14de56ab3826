"""Purposes, the gate, objections and consents. Persons are pseudonyms; instants are aware UTC."""

from __future__ import annotations

from toimiva.core.purposes.catalogue import Purpose, purpose, purposes
from toimiva.core.purposes.changes import Change, changes
from toimiva.core.purposes.gate import Gate, open_gate
from toimiva.core.purposes.saying import (
    Said,
    consent,
    consents,
    count_objections,
    object_many,
    object_to,
    objects,
    said,
    withdraw_consent,
    withdraw_objection,
)
from toimiva.core.purposes.small_numbers import SMALLEST, hidden_with, hide_small
from toimiva.core.purposes.ungated import ungated

__all__ = [
    "SMALLEST", "Change", "Gate", "Purpose", "Said", "changes", "consent", "consents", "count_objections",
    "hidden_with", "hide_small", "object_many", "object_to", "objects", "open_gate", "purpose", "purposes", "said",
    "ungated", "withdraw_consent", "withdraw_objection",
]  # fmt: skip
