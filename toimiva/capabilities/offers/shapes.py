"""What operations on an offer take and tell, by its link and on a resident's own pages alike."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Field, Schema

from toimiva.core.http import Words

__all__ = ["Answered", "LinkedOffer", "Offered", "Outcome", "Wishes"]


class Offered(Schema):
    """An offer to a guardian. `state` is open, accepted, declined, no_reply, staff or withdrawn."""

    id: str
    service: str
    child_name: str
    unit: str
    group: str
    travel_m: int
    starts: date
    opens: datetime
    closes: datetime
    state: str
    answered: datetime | None
    wishes: list[str]


class LinkedOffer(Offered):
    """The offer that a link opens; `choices` are units that may be wished for after declining."""

    choices: list[dict[str, Any]]


class Answered(Schema):
    """Yes or no to an offer."""

    answer: Literal["yes", "no"]


class Wishes(Schema):
    """Units that one would rather have, most wanted first."""

    units: list[str] = Field(max_length=20)


class Outcome(Schema):
    """What came of an answer, in words."""

    outcome: Words
