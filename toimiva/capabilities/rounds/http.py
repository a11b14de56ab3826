"""Rounds for programs of the city: plan, begin, follow, pause, stop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import StrictBool

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.rounds.areas import as_geojson
from toimiva.capabilities.rounds.conducting import begin, set_paused
from toimiva.capabilities.rounds.models import Round
from toimiva.capabilities.rounds.planning import Terms, get_round, list_rounds
from toimiva.capabilities.rounds.rehearsing import Rehearsal, rehearse
from toimiva.capabilities.rounds.reporting import report_csv
from toimiva.capabilities.rounds.stopping import stop
from toimiva.capabilities.services import api as services
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.http import REFUSALS, Problem
from toimiva.core.identity.api import OfficialSession

__all__ = ["router"]

router = Router(auth=OfficialSession(), tags=["rounds"])


class RoundOut(Schema):
    """A round. phase: created, offered, closed, second_offered, done, measured or stopped."""

    id: str
    city: str
    service: str
    phase: str
    simulated: bool
    follows: bool
    paused: bool
    kept_back: int
    created: datetime
    opens: datetime
    closes: datetime


class Standing(Schema):
    """How far a round is: offers of its first wave by state, messages, decisions, cases by reason; `summary` is its
    measured report."""

    round: RoundOut
    states: dict[str, int]
    sent: int
    delivered: int
    failed: int
    waiting: int
    decisions: int
    cases: dict[str, int]
    summary: dict[str, Any]


class TermsIn(Schema):
    """When it opens, for how many days, and the per cent of places kept back; left out, it is as usual."""

    opens: date | None = None
    days: int | None = Field(None, ge=1, le=90)
    kept_back: int = Field(0, ge=0, le=90)


class NewRound(TermsIn):
    """A round to begin."""

    city: str
    service: str


class GroupOut(Schema):
    """Children and places of a group."""

    group: str
    children: int
    places: int


class RehearsalOut(Schema):
    """What a round would do, told to nobody."""

    opens: datetime
    closes: datetime
    residents: int
    cohort: int
    offered: int
    unplaced: int
    to_staff: dict[str, int]
    groups: list[GroupOut]
    travel_mean_m: float | None
    travel_max_m: int | None


class Stopped(Schema):
    """How many open offers went to staff."""

    withdrawn: int


class Paused(Schema):
    """Whether messages are held back."""

    paused: StrictBool


def _official(request: HttpRequest) -> str:
    return str(request.auth)  # type: ignore[attr-defined]


def _terms(given: TermsIn) -> Terms:
    return Terms(opens=given.opens, days=given.days, kept_back=given.kept_back)


@router.get("", response={200: list[RoundOut], REFUSALS: Problem})
@paginate
def rounds(request: HttpRequest, city: str = "") -> Sequence[Round]:
    """Rounds, newest first, of one city or of all."""
    return list_rounds(city) if city else list_rounds()


@router.post("", response={201: RoundOut, REFUSALS: Problem})
def new_round(request: HttpRequest, body: NewRound) -> Any:
    """Begin a round; while one of the service is under way, it is that one."""
    service = services.get_service(cities.load(body.city), body.service)
    return Status(201, begin(service, _terms(body), official=_official(request)))


@router.get("/plan/{city}/{service}", response={200: RehearsalOut, REFUSALS: Problem})
def plan(request: HttpRequest, city: str, service: str, terms: Query[TermsIn]) -> Rehearsal:
    """Rehearse the next round: compute it all, tell nobody."""
    found = services.get_service(cities.load(city), service)
    rehearsal = rehearse(found, seed=1, at=cities.now(city), terms=_terms(terms))
    groups = [{"group": g, "children": n, "places": places} for g, n, places in rehearsal.groups]
    names = [name for name in RehearsalOut.model_fields if name != "groups"]
    return {name: getattr(rehearsal, name) for name in names} | {"groups": groups}  # type: ignore[return-value]


@router.get("/{round_id}", response={200: Standing, REFUSALS: Problem})
def one(request: HttpRequest, round_id: str) -> dict[str, Any]:
    """How far it is, and its report once it is measured."""
    row = get_round(round_id)
    outbox = channels.count_messages(row.city, f"{row.id}.")
    return {
        "round": row, "states": offers.count_states(row.id, 1), "sent": outbox.sent, "delivered": outbox.delivered,
        "failed": outbox.failed, "waiting": outbox.waiting, "decisions": decisions.count_decisions(row.id),
        "cases": cases.count_by_reason(row.id), "summary": row.summary,
    }  # fmt: skip


@router.get("/{round_id}/areas", response={200: dict[str, Any], REFUSALS: Problem})
def areas(request: HttpRequest, round_id: str) -> Any:
    """Its children by area and its units, as GeoJSON; small numbers are hidden."""
    return as_geojson(get_round(round_id), request.LANGUAGE_CODE, "1–4")


_CSV = {"responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}}


@router.get("/{round_id}/report", response={REFUSALS: Problem}, openapi_extra=_CSV)
def report(request: HttpRequest, round_id: str) -> HttpResponse:
    """Its measured figures, one a line."""
    return HttpResponse(report_csv(get_round(round_id)), content_type="text/csv; charset=utf-8")


@router.put("/{round_id}/paused", response={200: RoundOut, REFUSALS: Problem})
def pause(request: HttpRequest, round_id: str, body: Paused) -> Round:
    """Hold its messages back or let them go on; replies are always heard."""
    return set_paused(round_id, body.paused, official=_official(request))


@router.post("/{round_id}/stop", response={200: Stopped, REFUSALS: Problem})
def stop_for_good(request: HttpRequest, round_id: str) -> dict[str, int]:
    """Stop it: open offers go to staff, what was confirmed stays."""
    row = get_round(round_id)
    return {"withdrawn": stop(row.id, official=_official(request), at=cities.now(row.city))}
