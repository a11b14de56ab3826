"""The service designer for programs of the city: services, drafts of them, their effect, publishing and signing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema, Status

from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.design import drafting, publishing
from toimiva.capabilities.design.effects import day_of, effect_of
from toimiva.capabilities.design.models import Draft
from toimiva.capabilities.design.showing import decision_rows, example_rows, parameter_rows
from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities
from toimiva.core.http import REFUSALS, Number, Problem
from toimiva.core.identity.api import OfficialSession

__all__ = ["drafts", "router"]

router = Router(auth=OfficialSession(), tags=["services"])
drafts = Router(auth=OfficialSession(), tags=["drafts"])


class ServiceOut(Schema):
    """A service; `signed` tells that exactly these rules may decide."""

    id: str
    name: str
    summary: str
    gives: str
    runs: str
    signed: bool
    digest: str


class ServiceWhole(ServiceOut):
    """With its decisions, parameters and examples as they are shown."""

    owner: str
    law: str
    decisions: list[dict[str, Any]]
    parameters: list[dict[str, Any]]
    examples: list[dict[str, Any]]


class DraftOut(Schema):
    """A draft of a service. state: open, published or dropped."""

    id: int
    city: str
    service: str
    author: str
    opened: datetime
    state: str
    reviewer: str
    changes: list[dict[str, Any]]


class NewDraft(Schema):
    """Of which service."""

    city: str
    service: str


class ParameterValue(Schema):
    """A parameter's new value from a day on."""

    name: str = Field(max_length=80)
    value: str = Field(max_length=80)
    since: date
    source: str = Field(min_length=1, max_length=200)


class TextIn(Schema):
    """A text as it shall be."""

    text: str = Field(max_length=2000)


class Move(Schema):
    """How many would be decided otherwise; null for fewer than five."""

    before: str
    after: str
    n: int | None


class EffectOut(Schema):
    """Who gains and who loses by a draft."""

    on: date
    cohort: int
    changed: int
    gains: int
    loses: int
    moves: list[Move]


class Signed(Schema):
    """By whom a service's rules were signed off."""

    official: str
    at: datetime


def _official(request: HttpRequest) -> str:
    return str(request.auth)  # type: ignore[attr-defined]


def _service(found: services.Service, language: str) -> dict[str, Any]:
    definition = found.definition
    return {
        "id": found.id, "name": cities.text_in(definition.names, language),
        "summary": cities.text_in(definition.summary, language), "gives": definition.gives, "runs": definition.runs,
        "signed": decisions.is_deployed(found), "digest": found.digest,
    }  # fmt: skip


def _plain(rows: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows as JSON values: what a page shows, as text."""
    return [{key: _text(value) for key, value in row.items()} for row in rows]


def _text(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _text(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_text(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


@router.get("/{city}", response={200: list[ServiceOut], REFUSALS: Problem})
def list_services(request: HttpRequest, city: str) -> list[dict[str, Any]]:
    """A city's services."""
    found = cities.load(city)
    names = services.names_of(found)
    return [_service(services.get_service(found, name), request.LANGUAGE_CODE) for name in names]


@router.get("/{city}/{service}", response={200: ServiceWhole, REFUSALS: Problem})
def get_service(request: HttpRequest, city: str, service: str) -> dict[str, Any]:
    """One service, with its rules, parameters and examples."""
    found, language = services.get_service(cities.load(city), service), request.LANGUAGE_CODE
    owner, law = (cities.text_in(one, language) for one in (found.definition.owner, found.definition.legal_basis))
    return _service(found, language) | {
        "owner": owner, "law": law,
        "decisions": _plain(decision_rows(found)), "examples": _plain(example_rows(found)),
        "parameters": _plain(parameter_rows(found, cities.today(found.city), language)),
    }  # fmt: skip


_XML = {"responses": {200: {"content": {"text/xml": {"schema": {"type": "string"}}}}}}


@router.get("/{city}/{service}/model", response={REFUSALS: Problem}, openapi_extra=_XML)
def get_model(request: HttpRequest, city: str, service: str) -> HttpResponse:
    """Its decision model as DMN."""
    content = (services.get_service(cities.load(city), service).folder / "decision.dmn").read_bytes()
    return HttpResponse(content, content_type="text/xml")


@router.post("/{city}/{service}/signature", response={200: Signed, REFUSALS: Problem})
def sign(request: HttpRequest, city: str, service: str) -> dict[str, Any]:
    """Sign the rules off, so that they may decide; the same rules again change nothing."""
    found = services.get_service(cities.load(city), service)
    role = cities.text_in(found.definition.responsible, "en")
    row = decisions.sign(found, official=_official(request), role=role, at=cities.now(city))
    return {"official": row.official, "at": row.signed}


@drafts.post("", response={201: DraftOut, REFUSALS: Problem})
def open_draft(request: HttpRequest, body: NewDraft) -> Any:
    """Start a draft of a service, or go on with the one that is open."""
    found = services.get_service(cities.load(body.city), body.service)
    return Status(201, drafting.open_draft(found, author=_official(request), at=cities.now(body.city)))


@drafts.get("/{draft}", response={200: DraftOut, REFUSALS: Problem})
def get_draft(request: HttpRequest, draft: Number) -> Draft:
    """One draft, with what has been changed."""
    return drafting.get_draft(draft)


@drafts.post("/{draft}/parameters", response={204: None, REFUSALS: Problem})
def add_value(request: HttpRequest, draft: Number, body: ParameterValue) -> Any:
    """Give a parameter another value from a day on; values that are there stay."""
    row = drafting.get_draft(draft)
    drafting.change_parameter(
        row, body.name, body.value, since=body.since, source=body.source, author=_official(request)
    )
    return Status(204, None)


@drafts.put("/{draft}/texts/{language}/{key}", response={204: None, REFUSALS: Problem})
def put_text(request: HttpRequest, draft: Number, language: str, key: str, body: TextIn) -> Any:
    """Say something otherwise in one language."""
    drafting.change_text(drafting.get_draft(draft), language, key, body.text, author=_official(request))
    return Status(204, None)


_DMN = {"requestBody": {"required": True, "content": {"text/xml": {"schema": {"type": "string"}}}}}


@drafts.put("/{draft}/model", response={204: None, REFUSALS: Problem}, openapi_extra=_DMN)
def put_model(request: HttpRequest, draft: Number) -> Any:
    """Replace the decision model."""
    drafting.change_model(drafting.get_draft(draft), request.body, author=_official(request))
    return Status(204, None)


@drafts.get("/{draft}/effect", response={200: EffectOut, REFUSALS: Problem})
def get_effect(request: HttpRequest, draft: Number) -> dict[str, Any]:
    """Decide everyone by the rules in force and by the draft, and compare."""
    row = drafting.get_draft(draft)
    city = cities.load(row.city)
    on = day_of(row, cities.today(city))
    found = effect_of(row, on=on, official=_official(request), at=cities.now(city.id))
    moves = [{"before": before, "after": after, "n": n} for before, after, n in found.moves]
    return {name: getattr(found, name) for name in EffectOut.model_fields if name != "moves"} | {"moves": moves}


@drafts.post("/{draft}/publication", response={200: DraftOut, REFUSALS: Problem})
def publish(request: HttpRequest, draft: Number) -> Draft:
    """Make the draft the service; another official than its author."""
    row = drafting.get_draft(draft)
    publishing.publish(row, reviewer=_official(request), at=cities.now(row.city))
    return row


@drafts.delete("/{draft}", response={204: None, REFUSALS: Problem})
def drop(request: HttpRequest, draft: Number) -> Any:
    """Give the draft up."""
    row = drafting.get_draft(draft)
    publishing.drop(row, official=_official(request), at=cities.now(row.city))
    return Status(204, None)
