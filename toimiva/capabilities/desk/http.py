"""The official's desk for programs of the city: cases, requests for correction, and what reviewers look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from toimiva.capabilities.applications import api as applications
from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.desk.breaking_glass import break_glass, may_open, openings
from toimiva.capabilities.desk.deciding import decide
from toimiva.capabilities.desk.impartial import Matter, be_impartial, refused
from toimiva.capabilities.desk.knowing import known_of
from toimiva.capabilities.desk.unusual import unusual
from toimiva.capabilities.profile import api as profile
from toimiva.capabilities.reports import api as reports
from toimiva.capabilities.watches import api as watches
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, NotAllowed
from toimiva.core.http import REFUSALS, Number, Problem, Words
from toimiva.core.identity.api import OfficialSession

__all__ = ["corrections", "review", "router"]

router = Router(auth=OfficialSession(), tags=["cases"])
corrections = Router(auth=OfficialSession(), tags=["corrections"])
review = Router(auth=OfficialSession(), tags=["review"])


class CaseOut(Schema):
    """A case: why a person must look, about whom (a pseudonym), and by when."""

    id: int
    city: str
    round: str
    service: str
    person: str
    reason: str
    opened: datetime
    due: datetime
    assigned: str
    closed: datetime | None
    outcome: str


class FactOut(Schema):
    """A value that the rules looked at, and the register it comes from."""

    name: str
    value: str
    source: str


class CaseWhole(Schema):
    """A case with what is known: the facts by the rules, the offered unit, and whether the place can be given."""

    case: CaseOut
    name: str
    facts: list[FactOut]
    unit: str
    can_give: bool


class Assignment(Schema):
    """To whom; empty leaves it to anyone."""

    to: str = Field(max_length=80)


class NoteIn(Schema):
    """A note for whoever goes on with it."""

    text: str = Field(min_length=1, max_length=2000)


class DecisionIn(Schema):
    """Give the place or give it up, with grounds as the family reads them."""

    choice: Literal["give", "release"]
    grounds: str = Field(min_length=1, max_length=2000)


class Decided(Schema):
    """The decision's number; empty where the place was given up."""

    number: str


class Closing(Schema):
    """How a case ends without a decision. `publish`: everybody may see what residents reported, and the note."""

    outcome: Literal[
        "place_given", "handled_by_phone", "application_sent", "put_right", "nothing_to_do", "granted", "not_granted"
    ]  # fmt: skip
    note: str = Field(min_length=1, max_length=2000)
    publish: bool = False


class Emergency(Schema):
    """What cannot wait, and why you."""

    reason: str = Field(max_length=1000)


class CorrectionAsked(Schema):
    """A resident's request: which field, what it says, what it should say, and who keeps the register."""

    id: int
    city: str
    table: str
    field: str
    was: str
    wanted: str
    owner: str
    asked: datetime
    due: datetime
    state: str


class CorrectionAnswer(Schema):
    """What became of it; a refusal gives its reason."""

    state: Literal["passed", "mended", "refused"]
    text: str = Field("", max_length=2000)


class RefusedOut(Schema):
    """An official who opened what they must not handle."""

    at: datetime
    official: str
    kind: str
    number: int
    city: str


class OpeningOut(Schema):
    """A case that was opened although another handles it."""

    at: datetime
    official: str
    case: int
    city: str
    reason: str
    until: datetime


class UnusualOut(Schema):
    """A day of looking that a rule has found."""

    day: date
    official: str
    city: str
    people: int
    rule: Words


class Reviewed(Schema):
    """What a reviewer looks at."""

    refused: list[RefusedOut]
    openings: list[OpeningOut]
    unusual: list[UnusualOut]


def _official(request: HttpRequest) -> str:
    return str(request.auth)  # type: ignore[attr-defined]


def _mine(request: HttpRequest, number: int) -> cases.Case:
    """A case that the official may open. Raises NotAllowed for one of their own, their family's, or another's."""
    row, official = cases.get_case(number), _official(request)
    if not row.person:
        return row
    be_impartial(request, Matter("case", row.pk, row.city, row.person), official)
    if not may_open(row, official, at=cities.now(row.city)):
        raise NotAllowed(
            what=f"{row.assigned} handles case {row.pk}.", mend="Ask them to hand it over, or open it in an emergency."
        )
    return row


@router.get("", response={200: list[CaseOut], REFUSALS: Problem})
@paginate
def list_cases(request: HttpRequest, city: str, reason: str = "", search: str = "") -> Sequence[cases.Case]:
    """Open cases, oldest first: of one reason, or found by number, pseudonym or offer."""
    return cases.list_cases(cities.load(city).id, reason=reason or None, search=search[:80], limit=5000)


def _seen(row: cases.Case, request: HttpRequest) -> list[dict[str, str]]:
    """What the sensors or residents told of a place, as facts."""
    if row.service == reports.SERVICE:
        found = reports.of_case(cities.load(row.city), row.pk, request.LANGUAGE_CODE)
        return [{"name": found.name, "value": one.text, "source": one.made.isoformat()} for one in found.reports]
    place = watches.case_of_place(cities.load(row.city), row.pk, row.service, row.about, request.LANGUAGE_CODE)
    return [
        {"name": f"{alarm.name}: {title}", "value": f"{value} {unit}".strip(), "source": alarm.since.isoformat()}
        for alarm, seen in place.alarms
        for title, value, unit in seen
    ]


@router.get("/{case}", response={200: CaseWhole, REFUSALS: Problem})
def get_case(request: HttpRequest, case: Number) -> dict[str, Any]:
    """One case, as far as its purpose lets an official see."""
    row = _mine(request, case)
    if not row.person:
        return {"case": row, "name": row.about, "facts": _seen(row, request), "unit": "", "can_give": False}
    known = known_of(row, language=request.LANGUAGE_CODE)
    explained = known.explained.facts if known.explained else []
    facts = [{"name": fact.name, "value": fact.value, "source": fact.register} for fact in explained]
    if known.applied:
        facts = [{"name": name, "value": value, "source": known.applied.title} for name, value in known.applied.answers]
    return {"case": row, "name": known.name, "facts": facts, "unit": known.unit, "can_give": known.can_give}


@router.put("/{case}/assigned", response={204: None, REFUSALS: Problem})
def assign(request: HttpRequest, case: Number, body: Assignment) -> Any:
    """Take it, or hand it over."""
    row = _mine(request, case)
    cases.assign(row.pk, to=body.to, official=_official(request), at=cities.now(row.city))
    return Status(204, None)


@router.post("/{case}/notes", response={204: None, REFUSALS: Problem})
def note(request: HttpRequest, case: Number, body: NoteIn) -> Any:
    """Write a note that stays with it."""
    row = _mine(request, case)
    cases.note(row.pk, body.text, official=_official(request), at=cities.now(row.city))
    return Status(204, None)


@router.post("/{case}/decision", response={200: Decided, REFUSALS: Problem})
def decide_case(request: HttpRequest, case: Number, body: DecisionIn) -> dict[str, str]:
    """Decide it, and close it; the family is told."""
    row = _mine(request, case)
    if not row.person:
        raise Conflict(what=f"Case {row.pk} is of a place: there is nothing to give.", mend="Close it with a note.")
    give = body.choice == "give"
    at = cities.now(row.city)
    return {"number": decide(row, give=give, official=_official(request), grounds=body.grounds, at=at)}


@router.post("/{case}/closing", response={204: None, REFUSALS: Problem})
def close(request: HttpRequest, case: Number, body: Closing) -> Any:
    """Close it without a decision; an application is answered by it."""
    row = _mine(request, case)
    at = cities.now(row.city)
    if (body.outcome in ("granted", "not_granted")) != (row.reason == applications.REASON):
        mend = "An application, and nothing else, ends as granted or not_granted."
        raise Conflict(what=f"Case {row.pk} cannot end as {body.outcome}.", mend=mend)
    with transaction.atomic():
        if body.publish and row.service == reports.SERVICE:
            reports.publish(row.pk)
        cases.close_case(row.pk, official=_official(request), outcome=body.outcome, note=body.note, at=at)
    return Status(204, None)


@router.post("/{case}/emergency", response={204: None, REFUSALS: Problem})
def open_in_emergency(request: HttpRequest, case: Number, body: Emergency) -> Any:
    """Open a case that another handles, for an hour; a reviewer asks about it."""
    row, official = cases.get_case(case), _official(request)
    if not row.person:
        raise Conflict(what=f"Case {row.pk} is of a place: it is open to every official.", mend="Open it as it is.")
    be_impartial(request, Matter("case", row.pk, row.city, row.person), official)
    break_glass(row, official, reason=body.reason, at=cities.now(row.city))
    return Status(204, None)


def _correction(row: profile.Correction) -> dict[str, Any]:
    names = [name for name in CorrectionAsked.model_fields if name != "owner"]
    return {name: getattr(row, name) for name in names} | {"owner": profile.owner_of(row, get_language() or "fi")}


@corrections.get("", response={200: list[CorrectionAsked], REFUSALS: Problem})
@paginate
def list_corrections(request: HttpRequest, city: str) -> list[dict[str, Any]]:
    """Requests that wait for an answer, the first due first."""
    return [_correction(row) for row in profile.corrections_under_way(cities.load(city).id)]


@corrections.get("/{correction}", response={200: CorrectionAsked, REFUSALS: Problem})
def get_correction(request: HttpRequest, correction: Number) -> dict[str, Any]:
    """One request."""
    row = profile.get_correction(correction)
    be_impartial(request, Matter("correction", row.pk, row.city, row.person), _official(request))
    return _correction(row)


@corrections.put("/{correction}/answer", response={204: None, REFUSALS: Problem})
def answer_correction(request: HttpRequest, correction: Number, body: CorrectionAnswer) -> Any:
    """Pass it on, or answer it; the resident is told."""
    row = profile.get_correction(correction)
    be_impartial(request, Matter("correction", row.pk, row.city, row.person), _official(request))
    at = cities.now(row.city)
    profile.answer_correction(row.pk, body.state, text=body.text, official=_official(request), at=at)
    return Status(204, None)


@review.get("", response={200: Reviewed, REFUSALS: Problem})
def to_review(request: HttpRequest) -> dict[str, Any]:
    """Refused openings, emergencies, and looking that a rule finds unusual; newest first."""
    attempts = [
        {"at": one.at, "official": one.official, "kind": one.matter.kind, "number": one.matter.number,
         "city": one.matter.city}
        for one in refused()
    ]  # fmt: skip
    return {"refused": attempts, "openings": openings(), "unusual": unusual()}
