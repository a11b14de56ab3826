"""Opening a case that another official handles, when it cannot wait: with a reason, for an hour, and reviewed after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from toimiva.capabilities.cases import api as cases
from toimiva.core.errors import Conflict
from toimiva.core.ledger import api as ledger

__all__ = ["HOURS", "Opening", "break_glass", "may_open", "openings"]

_KIND = "access.emergency"
HOURS = 1
_LEAST = 10  # characters of a reason


@dataclass(frozen=True, slots=True)
class Opening:
    """An opening of another official's case: when, by whom, why, and until when."""

    at: datetime
    official: str
    case: int
    city: str
    reason: str
    until: datetime


def may_open(case: cases.Case, official: str, *, at: datetime) -> bool:
    """Whether the official handles it, anyone may, or the glass has been broken within the hour."""
    if case.closed or case.assigned in ("", official):
        return True
    mine = (one for one in _about(case) if one.official == official and one.case == case.pk)
    return any(one.at <= at < one.until for one in mine)


def break_glass(case: cases.Case, official: str, *, reason: str, at: datetime) -> None:
    """Open it for an hour. Raises Conflict without a reason that a reviewer can judge."""
    if len(reason.strip()) < _LEAST:
        raise Conflict(what="The reason is too short to be reviewed.", mend="Say what cannot wait, and why you.")
    until = at + timedelta(hours=HOURS)
    with transaction.atomic():
        words = cases.keep_words(case, reason.strip())
        body = {"case": case.pk, "reason": words, "until": until.isoformat(), "assigned": case.assigned}
        ledger.append(ledger.NewEntry(case.city, _KIND, official, at, case.person, body=body))


def _about(case: cases.Case) -> list[Opening]:
    return [_opening(entry) for entry in ledger.about(case.person, kind=_KIND)]


def openings(limit: int = 100) -> list[Opening]:
    """For review, newest first."""
    return [_opening(entry) for entry in ledger.of_kind(_KIND, limit=limit)]


def _opening(entry: ledger.Content) -> Opening:
    body = entry["body"]
    words = cases.notes_about(entry["city"], [entry["subject"]]).get(body["reason"], "")
    return Opening(
        datetime.fromisoformat(entry["at"]), entry["actor"], body["case"], entry["city"], words,
        datetime.fromisoformat(body["until"]),
    )  # fmt: skip
