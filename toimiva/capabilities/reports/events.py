"""What reports announces, and that it listens to cases being closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from toimiva.capabilities.cases.events import CaseClosed
from toimiva.core.event import Event

__all__ = ["LISTENS", "ReportAnswered", "ReportMade"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMade(Event):
    """A resident has told of something; `report` is its number."""

    name: ClassVar[str] = "report.made/1"
    city: str
    report: int
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAnswered(Event):
    """An official has answered it."""

    name: ClassVar[str] = "report.answered/1"
    city: str
    report: int
    kind: str
    at: datetime


LISTENS: dict[type[Event], str] = {CaseClosed: "toimiva.capabilities.reports.answering.case_closed"}
