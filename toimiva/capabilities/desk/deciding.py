"""An official's decision of a case: the decision and the closing are one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.decisions import api as decisions

__all__ = ["decide"]


def decide(row: cases.Case, *, give: bool, official: str, grounds: str, at: datetime) -> str:
    """Give the place or give it up, and close the case; the decision's number, empty where none is made.

    Raises Conflict where it cannot be, as for a place that is no longer free.
    """
    outcome = "place_given" if give else "handled_by_phone"
    with transaction.atomic():
        number = decisions.decide_by_official(row.about, give=give, official=official, grounds=grounds, at=at)
        cases.close_case(row.pk, official=official, outcome=outcome, note=grounds, at=at)
    return number or ""
