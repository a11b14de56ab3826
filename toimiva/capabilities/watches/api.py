"""Rules on streams: watches of a city, what they see, and the cases they open. Instants are aware UTC."""

from __future__ import annotations

from toimiva.capabilities.watches.folders import Watch, watch, watches_of
from toimiva.capabilities.watches.looking import Looked, look, look_live
from toimiva.capabilities.watches.telling import CaseOfPlace, case_of_place, count_alarms, reason_of

__all__ = [
    "CaseOfPlace", "Looked", "Watch", "case_of_place", "count_alarms", "look", "look_live", "reason_of", "watch",
    "watches_of",
]  # fmt: skip
