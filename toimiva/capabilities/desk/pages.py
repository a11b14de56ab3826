"""The staff queue as work, and one case: what is known, the next step, and what each choice does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from toimiva.capabilities.applications import api as applications
from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.desk.breaking_glass import HOURS, break_glass, may_open, openings
from toimiva.capabilities.desk.deciding import decide
from toimiva.capabilities.desk.impartial import Matter, be_impartial, refused
from toimiva.capabilities.desk.knowing import known_of, name_of
from toimiva.capabilities.desk.unusual import MANY, unusual
from toimiva.capabilities.desk.wording import KIND_WORDS, NEXT_STEPS, OUTCOME_WORDS
from toimiva.capabilities.reports import api as reports
from toimiva.capabilities.services import api as services
from toimiva.capabilities.watches import api as watches
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict
from toimiva.core.identity.api import SAMPLE_OFFICIALS, official_of
from toimiva.core.ledger import api as ledger

__all__ = ["case", "desk", "refused_openings"]


_SHOWN = 50  # cases on the page; a reason or a search finds the others


class Settling(forms.Form):
    """What an official decides of an offer."""

    choice = forms.ChoiceField(
        choices=[("give", gettext_lazy("The place is given")), ("release", gettext_lazy("The place is given up"))],
        widget=forms.RadioSelect, label=gettext_lazy("Decision"),
    )  # fmt: skip
    grounds = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        label=gettext_lazy("Grounds, as the family reads them"),
    )


_OF_PLACE = ("put_right", "handled_by_phone", "nothing_to_do")
_OF_PERSON = ("place_given", "handled_by_phone", "application_sent", "nothing_to_do")
_OF_APPLICATION = ("granted", "not_granted")


class Closing(forms.Form):
    """What an official says in closing a case."""

    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"))
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=2000, label=gettext_lazy("Grounds"))

    def __init__(self, row: cases.Case, *given: Any) -> None:
        super().__init__(*given)
        outcomes: tuple[str, ...] = _OF_PERSON if row.person else _OF_PLACE
        if row.reason == applications.REASON:
            outcomes = _OF_APPLICATION
            self.fields["note"].label = gettext_lazy("Grounds, as the applicant reads them")
            self.fields["outcome"] = forms.ChoiceField(label=gettext_lazy("Outcome"), widget=forms.RadioSelect)
        self.fields["outcome"].choices = [(name, OUTCOME_WORDS[name]) for name in outcomes]  # type: ignore[attr-defined]


class Answering(Closing):
    """What an official answers to whoever reported."""

    publish = forms.BooleanField(
        required=False, label=gettext_lazy("Everybody may see the report and the answer: they name nobody")
    )

    def __init__(self, row: cases.Case, *given: Any) -> None:
        super().__init__(row, *given)
        self.fields["note"].label = gettext_lazy("Answer, as whoever reported reads it")


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Open cases, oldest first: of one reason, mine, nobody's, or found by search."""
    city = request.GET.get("city") or cases.city_of_newest() or next(iter(cities.cities()), "")
    reason, whose = request.GET.get("reason") or None, request.GET.get("whose", "")
    search, official = request.GET.get("search", "").strip()[:80], official_of(request)
    assigned = {"mine": official, "free": ""}.get(whose)
    rows = cases.list_cases(city, reason=reason, assigned=assigned, search=search, limit=_SHOWN)
    now = cities.now(city) if city else None
    why = {row["reason"]: row["why"] for row in _reasons(city, request.LANGUAGE_CODE)}
    shown = [
        {"case": row, "why": why[row.reason], "late": now is not None and row.due < now, "subject": _subject(row)}
        for row in rows
    ]
    context = {
        "city": city, "name": cities.text_in(cities.load(city).names, request.LANGUAGE_CODE) if city else "",
        "cases": shown, "reasons": _reasons(city, request.LANGUAGE_CODE), "chosen": reason, "whose": whose,
        "search": search, "official": official,
    }  # fmt: skip
    return render(request, "desk/queue.html", context)


def _subject(row: cases.Case) -> str:
    """Whom or what a case is about: a pseudonym, a place, a report's number."""
    if row.service == reports.SERVICE:
        return _("Report %(number)s") % {"number": row.about.rpartition("/")[2]}
    return row.person or row.about


def _reasons(city: str, language: str) -> list[dict[str, Any]]:
    return [
        {"reason": reason, "n": n, "why": _why(city, service, reason, language)}
        for service, reason, n in cases.counts_of_open(city)
    ]


def _why(city: str, service: str, reason: str, language: str) -> str:
    found = cities.load(city)
    if service == reports.SERVICE:
        return reports.title_of(found, reason, language)
    if service in watches.watches_of(found):
        return watches.reason_of(found, service, language)
    if reason == applications.REASON:
        return _("An application waits for its answer.")
    texts = services.get_service(found, service).texts[language]["because"]
    return str(texts.get(reason, reason))


@require_http_methods(["GET", "POST"])
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case: why it is here, what is known, what has happened, and what can be done."""
    row, official = cases.get_case(case_id), official_of(request)
    if not row.person:
        return _of_place(request, row, official)
    be_impartial(request, Matter("case", row.pk, row.city, row.person), official)
    if not may_open(row, official, at=cities.now(row.city)):
        return _of_another(request, row, official)
    shown: dict[str, Any] = {"settling": Settling(prefix="settle"), "closing": Closing(row)}
    if request.method == "POST":
        at = cities.now(row.city)
        done = _act(request, row, official, at, shown)
        if done:
            return redirect(done, *([case_id] if done == "case" else []))
    known = known_of(row, language=request.LANGUAGE_CODE)
    settles = known.offer is not None and known.offer.state not in ("open", "accepted")
    decides = settles or row.reason == "no_deployment_decision"
    context = shown | {
        "case": row, "known": known, "next": NEXT_STEPS.get(row.reason, ""),
        "why": _why(row.city, row.service, row.reason, request.LANGUAGE_CODE),
        "history": _history(row), "official": official, "officials": SAMPLE_OFFICIALS, "decides": decides,
    }  # fmt: skip
    return render(request, "desk/case.html", context)


def _of_place(request: HttpRequest, row: cases.Case, official: str) -> HttpResponse:
    """A case of a place, not of a person: of a watch, or of what residents reported."""
    shown: dict[str, Any] = {"closing": _closing(row)()}
    if request.method == "POST":
        done = _act(request, row, official, cities.now(row.city), shown)
        if done:
            return redirect(done, *([row.pk] if done == "case" else []))
    if row.service == reports.SERVICE:
        found = reports.of_case(cities.load(row.city), row.pk, request.LANGUAGE_CODE)
        shown |= {"case": row, "found": found, "official": official, "officials": SAMPLE_OFFICIALS}
        return render(request, "desk/report.html", shown)
    place = watches.case_of_place(cities.load(row.city), row.pk, row.service, row.about, request.LANGUAGE_CODE)
    shown |= {"case": row, "place": place, "official": official, "officials": SAMPLE_OFFICIALS}
    return render(request, "desk/place.html", shown)


def _closing(row: cases.Case) -> Callable[..., Closing]:
    """The form that a case is closed with."""
    return partial(Answering if row.service == reports.SERVICE else Closing, row)


def _of_another(request: HttpRequest, row: cases.Case, official: str) -> HttpResponse:
    """A case that another official handles: nothing of it is shown until the glass is broken."""
    fault = None
    if request.method == "POST" and request.POST.get("action") == "break":
        try:
            reason = request.POST.get("reason", "")[:1000]
            break_glass(row, official, reason=reason, at=cities.now(row.city))
            return redirect("case", row.pk)
        except Conflict as conflict:
            fault = conflict
    shown = {"case": row, "fault": fault, "hours": HOURS}
    return render(request, "desk/another.html", shown, status=422 if fault else 403)


@require_safe
def refused_openings(request: HttpRequest) -> HttpResponse:
    """Who opened what they must not handle, who broke the glass and why, and looking that a rule finds unusual."""
    shown = {"refused": refused(), "openings": openings(), "unusual": unusual(), "many": MANY}
    return render(request, "desk/refused.html", shown)


def _history(row: cases.Case) -> list[dict[str, Any]]:
    """What the ledger tells of the child, in words; guardians, who are pseudonyms there, are not named."""
    notes = cases.notes_about(row.city, [row.person])
    return [
        {
            "at": datetime.fromisoformat(entry["at"]), "words": KIND_WORDS.get(entry["kind"], entry["kind"]),
            "who": entry["actor"] if " " in entry["actor"] else "", "body": entry["body"],
            "note": notes.get(entry["body"].get("note", ""), ""),
        }
        for entry in ledger.about(row.person, limit=500)
    ]  # fmt: skip


def _act(request: HttpRequest, row: cases.Case, official: str, at: Any, shown: dict[str, Any]) -> str | None:
    """Do what was pressed; the page to go to after it, or None where the form has to be mended."""
    match request.POST.get("action"):
        case "name" if row.person:
            shown["name"] = name_of(row, official=official, at=at)
            return None
        case "take":
            cases.assign(row.pk, to=official, official=official, at=at)
        case "hand":
            cases.assign(row.pk, to=request.POST.get("to", "")[:80], official=official, at=at)
        case "note" if request.POST.get("text", "").strip():
            cases.note(row.pk, request.POST["text"].strip()[:2000], official=official, at=at)
        case "settle" if row.person:
            return _settle(request, row, official, at, shown)
        case "close":
            return _close(request, row, official, at, shown)
    return "case"


def _settle(request: HttpRequest, row: cases.Case, official: str, at: Any, shown: dict[str, Any]) -> str | None:
    shown["settling"] = form = Settling(request.POST, prefix="settle")
    if not form.is_valid():
        return None
    give, grounds = form.cleaned_data["choice"] == "give", form.cleaned_data["grounds"]
    try:
        number = decide(row, give=give, official=official, grounds=grounds, at=at)
    except Conflict as conflict:
        form.add_error(None, f"{conflict.what} {conflict.mend}")
        return None
    words = _("Settled. They are told.")
    if number:
        words = _("Decided: %(number)s. They are told.") % {"number": number}
    messages.info(request, words, extra_tags="done")
    return "desk"


def _close(request: HttpRequest, row: cases.Case, official: str, at: Any, shown: dict[str, Any]) -> str | None:
    shown["closing"] = form = _closing(row)(request.POST)
    if not form.is_valid():
        return None
    with transaction.atomic():
        if form.cleaned_data.pop("publish", False):
            reports.publish(row.pk)
        cases.close_case(row.pk, official=official, at=at, **form.cleaned_data)
    messages.info(request, _("The case is closed."), extra_tags="done")
    return "desk"
