"""What applications announces: nothing; and that it listens to cases being closed."""

from __future__ import annotations

from toimiva.capabilities.cases.events import CaseClosed
from toimiva.core.event import Event

__all__ = ["LISTENS"]

LISTENS: dict[type[Event], str] = {CaseClosed: "toimiva.capabilities.applications.sending.case_closed"}
