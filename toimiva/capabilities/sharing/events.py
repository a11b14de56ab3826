"""What sharing listens to."""

from __future__ import annotations

from toimiva.core.event import Event
from toimiva.core.purposes.events import Objected

LISTENS: dict[type[Event], str] = {Objected: "toimiva.capabilities.sharing.permitting.end_without_consent"}
