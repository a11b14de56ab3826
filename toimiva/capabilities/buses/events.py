"""What buses announces and listens to: nothing."""

from __future__ import annotations

from toimiva.core.event import Event

LISTENS: dict[type[Event], str] = {}
