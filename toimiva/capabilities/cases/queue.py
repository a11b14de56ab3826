"""The staff queue: opening cases, closing them, counting them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q

from toimiva.capabilities.cases.events import CaseClosed
from toimiva.capabilities.cases.models import Case, Note
from toimiva.core.bulk import insert_rows
from toimiva.core.errors import Conflict, NotFound
from toimiva.core.event import announce
from toimiva.core.ledger import api as ledger

__all__ = [
    "NewCase", "assign", "city_of_newest", "close_case", "count_by_reason", "count_open", "counts_of_open", "get_case",
    "handled_before", "keep_words", "list_cases", "note", "notes_about", "open_cases", "open_of_places",
]  # fmt: skip

OUTCOMES = (
    "place_given", "handled_by_phone", "application_sent", "put_right", "nothing_to_do", "granted", "not_granted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be opened; `about` is an offer's id where there is one, or a place where it is of no person. A person
    should have looked at it within `days`.
    """

    city: str
    round: str
    service: str
    person: str
    reason: str
    about: str = ""
    facts: str = ""
    days: int = 7


def open_cases(new: Iterable[NewCase], *, at: datetime) -> int:
    """Open cases in the caller's transaction; one that is there already is not opened again. How many were new."""
    wanted = {f"{c.round}/{c.person or _digest(c.about)}/{c.reason}": c for c in new}
    known = _known(list(wanted))
    rows = [
        Case(
            key=key, city=c.city, round=c.round, service=c.service, person=c.person, about=c.about, reason=c.reason,
            facts=c.facts, opened=at, due=at + timedelta(days=c.days),
        )
        for key, c in sorted(wanted.items())
        if key not in known
    ]  # fmt: skip
    entries = [
        ledger.NewEntry(
            row.city, "case.opened", "rule", at, row.person, body={"reason": row.reason, "round": row.round}
        )
        for row in rows
    ]
    with transaction.atomic():
        insert_rows(rows)
        ledger.append_many(entries)
    return len(rows)


def _digest(about: str) -> str:
    return hashlib.sha256(about.encode()).hexdigest()[:16]


def _known(keys: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), 500):
        found |= set(Case.objects.filter(key__in=keys[start : start + 500]).values_list("key", flat=True))
    return found


def handled_before(city: str, service: str, persons: Sequence[str]) -> set[tuple[str, str]]:
    """(person, reason) of the cases that these people have or have had in a service."""
    found: set[tuple[str, str]] = set()
    for start in range(0, len(persons), 500):
        rows = Case.objects.filter(city=city, service=service, person__in=persons[start : start + 500])
        found |= set(rows.values_list("person", "reason"))
    return found


def open_of_places(city: str, service: str, places: Collection[str]) -> dict[str, int]:
    """Numbers of open cases by the place that they are about."""
    rows = Case.objects.filter(city=city, service=service, person="", closed=None, about__in=[*places])
    return dict(rows.order_by("pk").values_list("about", "pk"))


def get_case(case_id: int) -> Case:
    """A case by its number. Raises NotFound."""
    found = Case.objects.filter(pk=case_id).first()
    if found is None:
        raise NotFound(what=f"There is no case {case_id}.", mend="Open the staff queue and choose one.")
    return found


def assign(case_id: int, *, to: str, official: str, at: datetime) -> None:
    """Give a case to an official, or take it oneself; "" leaves it to anyone. Raises Conflict when it is closed."""
    with transaction.atomic():
        case = _open_case(case_id)
        case.assigned = to
        case.save(update_fields=["assigned"])
        body = {"case": case_id, "to": to}
        ledger.append(ledger.NewEntry(case.city, "case.assigned", official, at, case.person, body=body))


def note(case_id: int, text: str, *, official: str, at: datetime) -> None:
    """Write a note that stays with the case. Raises Conflict when it is closed."""
    with transaction.atomic():
        case = _open_case(case_id)
        body = {"case": case_id, "note": keep_words(case, text)}
        ledger.append(ledger.NewEntry(case.city, "case.noted", official, at, case.person, body=body))


def keep_words(case: Case, text: str) -> str:
    """Keep what was written in a case, so that it can be erased; the digest by which the ledger knows it."""
    salt = secrets.token_hex(16)
    digest = hashlib.sha256(f"{salt}{text}".encode()).hexdigest()
    Note.objects.create(case=case, text=text, salt=salt, digest=digest)
    return digest


def notes_about(city: str, persons: Collection[str]) -> dict[str, str]:
    """What has been written, and not erased since, in the cases of these people: text by its digest in the ledger."""
    found = Note.objects.filter(case__city=city, case__person__in=list(persons)).exclude(text="")
    return dict(found.values_list("digest", "text"))


def _open_case(case_id: int) -> Case:
    case = Case.objects.select_for_update().filter(pk=case_id).first() or get_case(case_id)
    if case.closed:
        raise Conflict(what=f"Case {case_id} was closed by {case.official}.", mend="See its note; nothing was changed.")
    return case


def close_case(case_id: int, *, official: str, outcome: str, note: str, at: datetime) -> Case:
    """Close a case with its outcome and a note. Raises Conflict when it is closed already or the outcome is unknown."""
    with transaction.atomic():
        case = _open_case(case_id)
        if outcome not in OUTCOMES:
            raise Conflict(what=f"{outcome!r} is not an outcome.", mend=f"Use one of {', '.join(OUTCOMES)}.")
        case.closed, case.official, case.outcome, case.note = at, official, outcome, note
        case.save()
        body = {"case": case_id, "outcome": outcome, "note": keep_words(case, note), "round": case.round}
        ledger.append(ledger.NewEntry(case.city, "case.closed", official, at, case.person, body=body))
        announce(CaseClosed(
            city=case.city, case=case_id, service=case.service, outcome=outcome, note=note, at=at
        ))  # fmt: skip
    return case


def list_cases(
    city: str, *, reason: str | None = None, assigned: str | None = None, search: str = "", limit: int = 100
) -> list[Case]:
    """Open cases, the first due first. `search` is a case's number, or the start of a pseudonym or an offer's id."""
    rows = Case.objects.filter(city=city, closed=None)
    rows = rows.filter(reason=reason) if reason else rows
    rows = rows.filter(assigned=assigned) if assigned is not None else rows
    if search:
        numbered = Q(pk=int(search)) if search.isdecimal() and len(search) < 12 else Q()
        rows = rows.filter(numbered | Q(person__startswith=search) | Q(about__startswith=search))
    return list(rows.order_by("due", "id")[:limit])


def counts_of_open(city: str) -> list[tuple[str, str, int]]:
    """Open cases as (service, reason, how many), most first."""
    rows = Case.objects.filter(city=city, closed=None).values("service", "reason").annotate(n=Count("id"))
    return [(row["service"], row["reason"], row["n"]) for row in rows.order_by("-n", "service", "reason")]


def city_of_newest() -> str | None:
    """The city of the case opened last, if any is open."""
    return Case.objects.filter(closed=None).order_by("-opened").values_list("city", flat=True).first()


def count_open(city: str) -> int:
    """How many cases wait for a person."""
    return Case.objects.filter(city=city, closed=None).count()


def count_by_reason(round_id: str) -> dict[str, int]:
    """How many cases a round has given, by reason, open and closed."""
    rows = Case.objects.filter(round=round_id).values("reason").annotate(n=Count("id")).order_by("reason")
    return {row["reason"]: row["n"] for row in rows}
