"""What watches announces: alarms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from toimiva.core.event import Event

__all__ = ["LISTENS", "AlarmPassed", "AlarmRaised"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised(Event):
    """A watch's condition has come to hold for a thing (its SensorThings id) of a group."""

    name: ClassVar[str] = "alarm.raised/1"
    city: str
    watch: str
    thing: int
    group: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmPassed(Event):
    """It has passed."""

    name: ClassVar[str] = "alarm.passed/1"
    city: str
    watch: str
    thing: int
    at: datetime


LISTENS: dict[type[Event], str] = {}
