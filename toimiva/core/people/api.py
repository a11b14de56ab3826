"""People: names and contact data by pseudonym, for a stated purpose; how they want to be reached."""

from __future__ import annotations

from toimiva.core.people.cards import Card, Sample, Standing, cards, samples, standing
from toimiva.core.people.contacts import (
    CHANNELS,
    Asked,
    Kind,
    Own,
    ask_contact,
    end_contact,
    normal_contact,
    own_contacts,
    verify_contact,
    waiting_contact,
    wish,
)
from toimiva.core.people.relating import near
from toimiva.core.people.telling import Words, tell

__all__ = [
    "CHANNELS", "Asked", "Card", "Kind", "Own", "Sample", "Standing", "Words", "ask_contact", "cards", "end_contact",
    "near", "normal_contact", "own_contacts", "samples", "standing", "tell", "verify_contact", "waiting_contact",
    "wish",
]  # fmt: skip
