"""What proposals announces; it listens to nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from toimiva.core.event import Event

__all__ = ["LISTENS", "ProposalDecided", "ProposalOpened"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalOpened(Event):
    """A plan has been put before residents; `closes` is the last day (ISO) on which they are heard."""

    name: ClassVar[str] = "proposal.opened/1"
    city: str
    plan: str
    closes: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDecided(Event):
    """The city has told what it did with what residents said."""

    name: ClassVar[str] = "proposal.decided/1"
    city: str
    plan: str
    at: datetime


LISTENS: dict[type[Event], str] = {}
