"""Rounds: one run of a service over a snapshot, from the registers to the measured end."""

from __future__ import annotations

from toimiva.capabilities.rounds.following import follow, follow_all, following
from toimiva.capabilities.rounds.living import advance, advance_live, live_until
from toimiva.capabilities.rounds.measuring import PUBLISHED, measure
from toimiva.capabilities.rounds.models import Round
from toimiva.capabilities.rounds.planning import Terms, get_round, list_rounds, plan, unfinished
from toimiva.capabilities.rounds.preparing import Prepared, prepare
from toimiva.capabilities.rounds.running import run, start
from toimiva.capabilities.rounds.standing import Progress, progress

__all__ = [
    "PUBLISHED", "Prepared", "Progress", "Round", "Terms", "advance", "advance_live", "follow", "follow_all",
    "following", "get_round", "list_rounds", "live_until", "measure", "plan", "prepare", "progress", "run", "start",
    "unfinished",
]  # fmt: skip
