"""What purposes announce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from toimiva.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Objected(Event):
    """A resident has objected to a purpose, or ended their consent to it: in force now."""

    name: ClassVar = "purposes.objected.v1"
    city: str
    person: str
    purpose: str
    at: datetime


LISTENS: dict[type[Event], str] = {}
