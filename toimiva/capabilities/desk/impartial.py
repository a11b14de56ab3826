"""Nobody handles their own case, their family's or a colleague's; who tried is on a list for review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.http import HttpRequest

from toimiva.core.city import api as cities
from toimiva.core.errors import NotAllowed
from toimiva.core.identity import api as identity
from toimiva.core.ledger import api as ledger
from toimiva.core.people import api as people

__all__ = ["Matter", "Refused", "be_impartial", "refused"]

_KIND = "access.refused"


@dataclass(frozen=True, slots=True)
class Matter:
    """What an official opens: a `case` or a `correction` by its number, and whom it is about."""

    kind: Literal["case", "correction"]
    number: int
    city: str
    person: str

    @property
    def reason(self) -> str:
        """As the ledger has it."""
        return f"{self.kind} {self.number}"


@dataclass(frozen=True, slots=True)
class Refused:
    """An attempt at a matter that the official must not handle."""

    at: datetime
    official: str
    matter: Matter


def be_impartial(request: HttpRequest, matter: Matter, official: str) -> None:
    """Raises NotAllowed where it is of the official, their family or a colleague; the attempt is on record."""
    mine, colleagues = identity.persons_of_officials(request, matter.city)
    city = cities.load(matter.city)
    if mine and people.near(city, matter.person, [mine], actor=official, reason=matter.reason):
        raise _refusal(matter, official, "It is about you or your family (Administrative Procedure Act, section 28).")
    if colleagues and people.near(city, matter.person, colleagues, actor=official, reason=matter.reason):
        raise _refusal(matter, official, "It is about a colleague or their family.")


def _refusal(matter: Matter, official: str, why: str) -> NotAllowed:
    at = cities.now(matter.city)
    body = {"kind": matter.kind, "number": matter.number}
    ledger.append(ledger.NewEntry(matter.city, _KIND, official, at, matter.person, body=body))
    mend = "An official of another unit handles it. That you opened it is on the list for review."
    return NotAllowed(what=f"You may not handle {matter.reason}.", why=why, mend=mend)


def refused(limit: int = 100) -> list[Refused]:
    """Attempts, newest first."""
    return [
        Refused(
            datetime.fromisoformat(entry["at"]), entry["actor"],
            Matter(entry["body"]["kind"], entry["body"]["number"], entry["city"], entry["subject"]),
        )
        for entry in ledger.of_kind(_KIND, limit=limit)
    ]  # fmt: skip
