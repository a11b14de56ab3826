"""Nobody handles their own case, their family's or a colleague's; who tried is on a list for review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from toimiva.capabilities.cases import api as cases
from toimiva.core.city import api as cities
from toimiva.core.errors import NotAllowed
from toimiva.core.identity import api as identity
from toimiva.core.ledger import api as ledger
from toimiva.core.people import api as people

__all__ = ["Refused", "be_impartial", "refused"]

_KIND = "access.refused"


@dataclass(frozen=True, slots=True)
class Refused:
    """An attempt at a case that the official must not handle: when, who, which case."""

    at: datetime
    official: str
    case: int
    city: str


def be_impartial(request: HttpRequest, case: cases.Case, official: str) -> None:
    """Raises NotAllowed where the case is of the official, their family or a colleague; the attempt is on record."""
    mine, colleagues = identity.persons_of_officials(request, case.city)
    city = cities.load(case.city)
    reason = f"case {case.pk}"
    if mine and people.near(city, case.person, [mine], actor=official, reason=reason):
        raise _refusal(case, official, "It is about you or your family (Administrative Procedure Act, section 28).")
    if colleagues and people.near(city, case.person, colleagues, actor=official, reason=reason):
        raise _refusal(case, official, "It is about a colleague or their family.")


def _refusal(case: cases.Case, official: str, why: str) -> NotAllowed:
    at = cities.now(case.city)
    ledger.append(ledger.NewEntry(case.city, _KIND, official, at, case.person, body={"case": case.pk}))
    mend = "An official of another unit handles it. That you opened it is on the list for review."
    return NotAllowed(what=f"You may not handle case {case.pk}.", why=why, mend=mend)


def refused(limit: int = 100) -> list[Refused]:
    """Attempts, newest first."""
    return [
        Refused(datetime.fromisoformat(entry["at"]), entry["actor"], entry["body"]["case"], entry["city"])
        for entry in ledger.of_kind(_KIND, limit=limit)
    ]
