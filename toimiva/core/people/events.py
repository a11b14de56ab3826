"""What people announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from toimiva.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChanged(Event):
    """A resident is reached in another way from now on."""

    name: ClassVar = "people.contact_changed.v1"
    city: str
    person: str
    at: datetime


LISTENS: dict[type[Event], str] = {}
