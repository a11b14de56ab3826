"""What developers announces: changes of the interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from toimiva.core.event import Event

__all__ = ["LISTENS", "InterfaceChanged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceChanged(Event):
    """A change of the interface (`change` is its id) was made known; `sunset` the day a part of it ends, or ""."""

    name: ClassVar[str] = "interface.changed/1"
    change: str
    title: str
    sunset: str


LISTENS: dict[type[Event], str] = {}
