"""A resident's own: data by register, children whom they may act for, who has looked, requests for correction. Persons
are pseudonyms."""

from __future__ import annotations

from toimiva.capabilities.profile.correcting import (
    STATE_WORDS,
    answer_correction,
    ask_correction,
    asked_by,
    corrections_under_way,
    field_title,
    get_correction,
    owner_of,
)
from toimiva.capabilities.profile.family import Child, child_of, children_of
from toimiva.capabilities.profile.having import Entry, own_data
from toimiva.capabilities.profile.mandating import give_mandate, mandates_held, withdraw_mandate
from toimiva.capabilities.profile.models import Correction
from toimiva.capabilities.profile.saying import say
from toimiva.capabilities.profile.telling import PurposeTold, tell
from toimiva.capabilities.profile.using import Use, uses_of

__all__ = [
    "STATE_WORDS", "Child", "Correction", "Entry", "PurposeTold", "Use", "answer_correction", "ask_correction",
    "asked_by", "child_of", "children_of", "corrections_under_way", "field_title", "get_correction", "give_mandate",
    "mandates_held", "own_data", "owner_of", "say", "tell", "uses_of", "withdraw_mandate",
]  # fmt: skip
