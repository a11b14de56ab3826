"""What cases announces: that one was closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from toimiva.core.event import Event

__all__ = ["LISTENS", "CaseClosed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed(Event):
    """An official has closed a case (`case` is its number) of a service, with an outcome and words of theirs."""

    name: ClassVar[str] = "case.closed/1"
    city: str
    case: int
    service: str
    outcome: str
    note: str
    at: datetime


LISTENS: dict[type[Event], str] = {}
