"""What datasets announces: that a data set has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from toimiva.core.event import Event

__all__ = ["LISTENS", "DatasetChanged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetChanged(Event):
    """The rows of a data set of the city's own (`dataset` is its name in the catalogue) are others than before."""

    name: ClassVar[str] = "dataset.changed/1"
    city: str
    dataset: str
    rows: int
    at: datetime


LISTENS: dict[type[Event], str] = {}
