"""What webhooks listens to: whatever is a topic."""

from __future__ import annotations

from toimiva.capabilities.datasets.events import DatasetChanged
from toimiva.capabilities.developers.events import InterfaceChanged
from toimiva.capabilities.proposals.events import ProposalDecided, ProposalOpened
from toimiva.capabilities.reports.events import ReportAnswered, ReportMade
from toimiva.capabilities.watches.events import AlarmPassed, AlarmRaised
from toimiva.core.event import Event

_HEARD = "toimiva.capabilities.webhooks.telling.heard"
LISTENS: dict[type[Event], str] = {
    AlarmRaised: _HEARD, AlarmPassed: _HEARD, DatasetChanged: _HEARD, InterfaceChanged: _HEARD,
    ReportMade: _HEARD, ReportAnswered: _HEARD, ProposalOpened: _HEARD, ProposalDecided: _HEARD,
}  # fmt: skip
