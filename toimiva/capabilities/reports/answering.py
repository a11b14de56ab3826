"""The answer: what the official said in closing the case, told to all who reported it; and what others may see."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext as _

from toimiva.capabilities.cases.events import CaseClosed
from toimiva.capabilities.reports.events import ReportAnswered
from toimiva.capabilities.reports.kinds import kinds
from toimiva.capabilities.reports.making import SERVICE, page_of, tell
from toimiva.capabilities.reports.models import Report
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import NotFound
from toimiva.core.event import announce

__all__ = ["CaseOfReports", "case_closed", "of_case", "publish", "title_of"]


@dataclass(frozen=True, slots=True)
class CaseOfReports:
    """What a case is about: its kind in words, what to do, and the reports in it, oldest first."""

    name: str
    next: str
    owner: str
    reports: list[Report]


def title_of(city: City, name: str, language: str) -> str:
    """A kind in words; its id where the city's file has it no more."""
    found = kinds(city).get(name)
    return cities.text_in(found.name, language) if found else name


def of_case(city: City, number: int, language: str) -> CaseOfReports:
    """What a case of reports is about. Raises NotFound for a case of something else."""
    rows = list(Report.objects.filter(city=city.id, case=number).order_by("made", "pk"))
    if not rows:
        raise NotFound(what=f"Case {number} is of no report.", mend="Choose a case from the queue.")
    name = rows[0].kind
    found = kinds(city).get(name)  # none where the city's file has it no more: the case is still to be answered
    todo = cities.text_in(found.next, language) if found else ""
    return CaseOfReports(
        title_of(city, name, language), todo, cities.text_in(found.owner, language) if found else "", rows
    )


def publish(number: int) -> int:
    """Let others see the words of a case's reports and their answer; how many reports that were."""
    return Report.objects.filter(case=number).update(published=True)


def case_closed(event: CaseClosed) -> None:
    """The reports of a case are answered with it."""
    if event.service != SERVICE:
        return
    city = cities.load(event.city)
    still_open = Report.objects.filter(city=event.city, case=event.case, closed=None).order_by("pk")
    while rows := list(still_open.select_for_update()):  # one may have joined the case while we waited for its lock
        for row in rows:
            row.closed = row.updated = event.at
            row.answer = event.note
            row.save(update_fields=["closed", "updated", "answer"])
            announce(ReportAnswered(city=event.city, report=row.pk, kind=row.kind, at=event.at))
            tell(city, row, "answered", partial(_answer, city, row), event.at)


def _answer(city: City, row: Report, language: str) -> tuple[str, str]:
    text = _("You told us of this: %(kind)s. Our answer: %(answer)s %(page)s") % {
        "kind": title_of(city, row.kind, language), "answer": row.answer, "page": page_of(row),
    }  # fmt: skip
    return _("Your report is answered"), text
