"""Plans before residents: put forward, commented, answered."""

from __future__ import annotations

from toimiva.capabilities.proposals.commenting import STANCES, NewComment, comment, seen, stances
from toimiva.capabilities.proposals.proposing import Words, decide, is_open, proposal, proposals, put_forward

__all__ = [
    "STANCES", "NewComment", "Words", "comment", "decide", "is_open", "proposal", "proposals", "put_forward", "seen",
    "stances",
]  # fmt: skip
