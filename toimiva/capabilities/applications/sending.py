"""An application sent, made a case, and answered when the case is closed.

Source: Administrative Procedure Act (434/2003), sections 19 (how a matter begins), 23 (without delay) and 45 (grounds).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from toimiva.capabilities.applications.filling import in_words
from toimiva.capabilities.applications.models import Sent
from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.cases.events import CaseClosed
from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities
from toimiva.core.city.api import City, text_in
from toimiva.core.errors import Conflict
from toimiva.core.ledger import api as ledger
from toimiva.core.people import api as people

__all__ = ["PURPOSE", "REASON", "Read", "application_of", "case_closed", "read", "send", "sent_by"]

PURPOSE = "applications"  # by which an official sees who applied, and the applicant is told
REASON = "application"  # of the case
ANSWERED_WITHIN = 14  # days
_ABOUT = "application/"


@dataclass(frozen=True, slots=True)
class Read:
    """An application as people read it: the service and the form by name, the answers with their labels, and, of one
    that is answered, how one may ask for a rectification (days, authority; None where the service tells none)."""

    row: Sent
    service: str
    title: str
    answers: list[tuple[str, str]]
    appeal: tuple[int, str] | None


def send(service: services.Service, person: str, answers: Mapping[str, Any], *, by: str, at: datetime) -> Sent:
    """Keep it, and open its case. Whether the applicant may act for the person has been looked at. Raises Conflict
    while the same is under way."""
    due = at + timedelta(days=ANSWERED_WITHIN)
    try:
        with transaction.atomic():
            row = Sent.objects.create(
                city=service.city.id, service=service.id, person=person, applicant=by,
                answers=ledger.canonical(dict(answers)), sent=at, due=due,
            )  # fmt: skip
            _note(row, "application.sent", by, at)
            about = f"{_ABOUT}{row.pk}"
            case = cases.NewCase(
                row.city, about.replace("/", "-"), row.service, person, REASON, about, "", ANSWERED_WITHIN
            )
            cases.open_cases([case], at=at)
    except IntegrityError as error:
        mend = "Wait for its answer, or call the city."
        raise Conflict(what="An application for them is waiting for its answer already.", mend=mend) from error
    return row


def _note(row: Sent, kind: str, actor: str, at: datetime) -> None:
    body = {"application": row.pk, "service": row.service, "granted": row.granted}
    ledger.append(ledger.NewEntry(row.city, kind, actor, at, row.person, PURPOSE, body))


def sent_by(city: City, applicant: str) -> list[Sent]:
    """What a resident has applied for, newest first."""
    return list(Sent.objects.filter(city=city.id, applicant=applicant).order_by("-sent", "-pk"))


def application_of(case: cases.Case) -> Sent | None:
    """The application that a case is about; None for a case of something else."""
    number = case.about.removeprefix(_ABOUT)
    return Sent.objects.filter(pk=number).first() if number != case.about and number.isdecimal() else None


def read(row: Sent, language: str) -> Read:
    """An application in words."""
    service = services.get_service(cities.load(row.city), row.service)
    name = text_in(service.definition.names, language)
    title = text_in(service.form.title, language) if service.form else name
    answers = in_words(service, json.loads(row.answers or "{}"), language)
    return Read(row, name, title, answers, _appeal(service, row, language) if row.answered else None)


def _appeal(service: services.Service, row: Sent, language: str) -> tuple[int, str] | None:
    if "rectification_days" not in service.parameters or row.answered is None:
        return None
    day = row.answered.astimezone(service.city.zone).date()
    days, authority = (
        services.value_on(service.parameters[f"rectification_{part}"], day).value for part in ("days", "authority")
    )
    return int(days), text_in(authority, language) if isinstance(authority, dict) else str(authority)


def case_closed(event: CaseClosed) -> None:
    """The application of a case is answered with it."""
    case = cases.get_case(event.case)
    row = application_of(case)
    if row is None or row.answered:
        return
    row.answered, row.granted, row.answer = event.at, event.outcome == "granted", event.note
    row.save(update_fields=["answered", "granted", "answer"])
    _note(row, "application.answered", case.official, event.at)
    _tell(row, case.official, event.at)


def _tell(row: Sent, official: str, at: datetime) -> None:
    """A message that the answer is there; nothing of it is in the message."""
    city = cities.load(row.city)
    words = partial(_words, city)
    people.tell(city, row.applicant, f"application/{row.pk}", words, purpose=PURPOSE, actor=official, at=at)


def _words(city: City, language: str) -> tuple[str, str]:
    text = _("%(city)s: your application has been answered. See My city, or call %(phone)s.") % {
        "city": text_in(city.names, language), "phone": city.customer_service_phone,
    }  # fmt: skip
    return _("Your application"), text
