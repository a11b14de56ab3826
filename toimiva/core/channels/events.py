"""What channels announce."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from toimiva.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesFailed(Event):
    """Messages could not be delivered; `messages` are their ids."""

    name: ClassVar = "channels.messages_failed.v1"
    city: str
    messages: tuple[int, ...]


LISTENS: dict[type[Event], str] = {}
