"""Rounds as pages: all of them, one as it runs, and starting one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import BoundedSemaphore
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.rounds.areas import as_geojson, map_of
from toimiva.capabilities.rounds.conducting import begin, set_paused
from toimiva.capabilities.rounds.measuring import PUBLISHED
from toimiva.capabilities.rounds.models import Round
from toimiva.capabilities.rounds.planning import Terms, get_round, list_rounds, measured_before, unfinished
from toimiva.capabilities.rounds.rehearsing import rehearse
from toimiva.capabilities.rounds.reporting import report_csv, report_pdf
from toimiva.capabilities.rounds.stopping import stop
from toimiva.capabilities.rounds.wording import CAUSE_WORDS, PHASE_WORDS
from toimiva.capabilities.services import api as services
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.geography import api as geography
from toimiva.core.identity.api import official_of
from toimiva.core.lake import api as lake
from toimiva.core.registers import api as registers

__all__ = [
    "healthy",
    "home",
    "one",
    "pause",
    "plan",
    "progress",
    "report",
    "report_document",
    "round_areas",
    "sign",
    "start_round",
    "stop_round",
]  # fmt: skip

_DAYS, _LOOKED_AT = 14, 500  # days of services that follow the registers, told of and looked at
_STREAM_S, _TICK_S = 30.0, 1.0  # how long one stream lives, and how often it looks
_STREAMS = BoundedSemaphore(2)  # of each web process, which has a few threads more


class TermsForm(forms.Form):
    """When a round opens, for how long, and how many places it leaves free."""

    opens = forms.DateField(
        required=False,
        label=gettext_lazy("Opens on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    days = forms.IntegerField(required=False, min_value=1, max_value=90, label=gettext_lazy("Days to reply"))
    kept_back = forms.IntegerField(required=False, min_value=0, max_value=90, label=gettext_lazy("Places kept back, %"))

    def terms(self) -> Terms:
        """As the round is planned; what was left empty is as usual. The form has been found valid."""
        given = self.cleaned_data
        return Terms(opens=given["opens"], days=given["days"], kept_back=given["kept_back"] or 0)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Cities with their services and rounds."""
    language = request.LANGUAGE_CODE
    ready = [cities.load(name) for name in cities.cities() if lake.tables(name)]
    shown = [
        {
            "city": city,
            "name": cities.text_in(city.names, language),
            "now": cities.now(city.id),
            "services": [_service_row(city, name, language) for name in services.names_of(city)],
            "rounds": [
                {"row": row, "phase": PHASE_WORDS.get(row.phase, row.phase)}
                for row in list_rounds(city.id, follows=False)
            ],
            "days": _day_rows(city, language),
        }
        for city in ready
    ]
    return render(request, "rounds/home.html", {"cities": shown})


def _day_rows(city: cities.City, language: str) -> list[dict[str, Any]]:
    """The newest days of services that follow the registers. One that concerned nobody is left out: most do."""
    newest = list_rounds(city.id, follows=True)[:_LOOKED_AT]
    offered = offers.count_by_round([row.id for row in newest])
    told = [row for row in newest if row.id in offered][:_DAYS]
    named = {name: services.get_service(city, name).definition.names for name in {row.service for row in told}}
    return [
        {
            "row": row, "service": cities.text_in(named[row.service], language), "offered": offered[row.id],
            "causes": _causes(row),
        }
        for row in told
    ]  # fmt: skip


def _causes(row: Round) -> list[dict[str, Any]]:
    return [{"words": CAUSE_WORDS[name], "n": n} for name, n in sorted(row.figures.get("causes", {}).items())]


def _service_row(city: cities.City, name: str, language: str) -> dict[str, Any]:
    service = services.get_service(city, name)
    return {
        "id": name, "name": cities.text_in(service.definition.names, language),
        "summary": cities.text_in(service.definition.summary, language), "signed": decisions.is_deployed(service),
        "follows": service.definition.runs == "by_changes",
    }  # fmt: skip


@require_POST
def sign(request: HttpRequest, city: str, service: str) -> HttpResponse:
    """Sign a service's deployment decision as the official who is here."""
    found = services.get_service(cities.load(city), service)
    decisions.sign(
        found,
        official=official_of(request),
        role=cities.text_in(found.definition.responsible, "en"),
        at=cities.now(city),
    )
    messages.info(request, _("The rules are signed off."), extra_tags="done")
    return redirect("rounds")


@require_POST
def start_round(request: HttpRequest, city: str, service: str) -> HttpResponse:
    """Start a round: from the registers to offers in the outbox. Pressed twice, it is still one round."""
    found = services.get_service(cities.load(city), service)
    form = TermsForm(request.POST)
    if not form.is_valid():
        return _planned(request, found, form, Terms())
    row = begin(found, form.terms(), official=official_of(request))
    return redirect("round", round_id=row.id)


@require_POST
def pause(request: HttpRequest, round_id: str) -> HttpResponse:
    """Hold messages back, or let them go on; replies are always heard."""
    row = set_paused(round_id, not get_round(round_id).paused, official=official_of(request))
    return redirect("round", round_id=row.id)


@require_safe
def one(request: HttpRequest, round_id: str) -> HttpResponse:
    """One round: figures, map, staff reasons, and the report when it is measured."""
    row = get_round(round_id)
    service = services.get_service(cities.load(row.city), row.service)
    context = _figures(row) | {
        "name": cities.text_in(service.definition.names, request.LANGUAGE_CODE),
        "city": cities.text_in(service.city.names, request.LANGUAGE_CODE),
        "map_of": lambda: map_of(row, request.LANGUAGE_CODE),
        "reasons": _reasons(row, service, request.LANGUAGE_CODE),
        "summary": row.summary,
        "previous": measured_before(row),
        "method": _method(row, service, request.LANGUAGE_CODE),
        "published": PUBLISHED,
        "causes": _causes(row),
    }
    return render(request, "rounds/round.html", context)


@require_safe
def round_areas(request: HttpRequest, round_id: str) -> JsonResponse:
    """The round's map as GeoJSON."""
    shown = as_geojson(get_round(round_id), request.LANGUAGE_CODE, "1–4")
    return JsonResponse(shown, content_type="application/geo+json")


def _method(row: Round, service: services.Service, language: str) -> str:
    texts, factor = service.texts[language], f"{service.definition.allocation.detour_factor:g}"
    straight = services.fill(texts["travel_method"], {"factor": factor})
    if not geography.has_streets(registers.get_snapshot(row.snapshot)):
        return straight
    return _("%(streets)s, elsewhere %(straight)s") % {
        "streets": texts["travel_on_streets"], "straight": straight,
    }  # fmt: skip


@require_safe
def plan(request: HttpRequest, city: str, service: str) -> HttpResponse:
    """A rehearsal of the next round: what would happen, sent to nobody."""
    found, form = services.get_service(cities.load(city), service), TermsForm(request.GET)
    return _planned(request, found, form, form.terms() if form.is_valid() else Terms())


def _planned(request: HttpRequest, found: services.Service, form: TermsForm, terms: Terms) -> HttpResponse:
    language = request.LANGUAGE_CODE
    rehearsal = rehearse(found, seed=1, at=cities.now(found.city.id), terms=terms)
    because, groups = found.texts[language]["because"], found.texts[language]["groups"]
    context = {
        "rehearsal": rehearsal, "city": found.city, "service": found, "signed": decisions.is_deployed(found),
        "name": cities.text_in(found.definition.names, language), "under_way": unfinished(found),
        "city_name": cities.text_in(found.city.names, language),
        "reasons": [{"why": because.get(key, key), "n": n} for key, n in rehearsal.to_staff.items()],
        "groups": [{"name": groups.get(g, g), "children": n, "places": places} for g, n, places in rehearsal.groups],
        "near": round(100 * (rehearsal.near_share or 0)), "form": form,
    }  # fmt: skip
    return render(request, "rounds/plan.html", context, status=422 if form.errors else 200)


@require_POST
def stop_round(request: HttpRequest, round_id: str) -> HttpResponse:
    """Stop a round for good."""
    row = get_round(round_id)
    withdrawn = stop(row.id, official=official_of(request), at=cities.now(row.city))
    words = _("The round is stopped. %(n)s open offers went to staff.") % {"n": withdrawn}
    messages.info(request, words, extra_tags="done")
    return redirect("round", round_id=row.id)


@require_safe
def report(request: HttpRequest, round_id: str) -> HttpResponse:
    """The measured round as CSV."""
    named = {"Content-Disposition": f'attachment; filename="{round_id}.csv"'}
    return HttpResponse(report_csv(get_round(round_id)), content_type="text/csv; charset=utf-8", headers=named)


@require_safe
def report_document(request: HttpRequest, round_id: str) -> HttpResponse:
    """The measured round as PDF, in the reader's language."""
    row, language = get_round(round_id), request.LANGUAGE_CODE
    service = services.get_service(cities.load(row.city), row.service)
    pdf = report_pdf(
        row,
        title=cities.text_in(service.definition.names, language),
        city=cities.text_in(service.city.names, language),
        method=_method(row, service, language),
        language=language,
    )
    named = {"Content-Disposition": f'inline; filename="{round_id}-{language}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=named)


@require_safe
def progress(request: HttpRequest, round_id: str) -> StreamingHttpResponse:
    """The figures as server-sent events, whenever they change; the browser asks again when the stream ends."""
    language = request.LANGUAGE_CODE
    events = _events(request, get_round(round_id).id, language)
    return StreamingHttpResponse(events, content_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _events(request: HttpRequest, round_id: str, language: str) -> Iterator[str]:
    if not _STREAMS.acquire(blocking=False):  # a stream holds a thread: the others ask again instead
        yield "retry: 3000\n\n"
        yield _event(request, round_id, language)
        return
    try:
        yield "retry: 1000\n\n"
        yield from _changes(request, round_id, language)
    finally:
        _STREAMS.release()


def _changes(request: HttpRequest, round_id: str, language: str) -> Iterator[str]:
    told, ends = "", time.monotonic() + _STREAM_S
    while time.monotonic() < ends:
        event = _event(request, round_id, language)
        # A beat where there is no news: the write by which it is noticed that nobody listens any more.
        yield event if event != told else ": \n\n"
        told = event
        time.sleep(_TICK_S)


def _event(request: HttpRequest, round_id: str, language: str) -> str:
    with translation.override(language):
        shown = render_to_string("rounds/figures.html", _figures(get_round(round_id)), request)
    return "".join(f"data: {line}\n" for line in shown.splitlines()) + "\n"


def _figures(row: Round) -> dict[str, Any]:
    states = offers.count_states(row.id, 1)
    offered = sum(states.values())
    waiting, outbox = states.get("open", 0), channels.count_messages(row.city, f"{row.id}.")
    return {
        "round": row, "phase": PHASE_WORDS.get(row.phase, row.phase),
        "states": states, "offered": offered,
        "answered": offered - waiting - states.get("no_reply", 0),
        "done_share": round(100 * (offered - waiting) / offered) if offered else 0,
        "outbox": outbox, "decisions": decisions.count_decisions(row.id),
        "now": cities.now(row.city), "minutes": _minutes_left(outbox.waiting),
        "live": row.phase not in ("measured", "stopped"),
    }  # fmt: skip


def _minutes_left(waiting: int) -> int | None:
    """Minutes until every message that waits has left, at the gateway's rate; None where none waits."""
    return -(-waiting // (settings.SMS_PER_SECOND * 60)) if waiting else None


def _reasons(row: Round, service: services.Service, language: str) -> list[dict[str, Any]]:
    words = service.texts[language]["because"]
    counts = cases.count_by_reason(row.id)
    return [
        {"reason": key, "why": words.get(key, key), "n": n} for key, n in sorted(counts.items(), key=lambda i: -i[1])
    ]


@require_safe
def healthy(request: HttpRequest) -> HttpResponse:
    """For monitoring: the database answers."""
    return JsonResponse({"rounds": Round.objects.count()})
