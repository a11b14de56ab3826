"""Where data flows, for everybody."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from toimiva.capabilities.lineage.flows import flows_of
from toimiva.capabilities.lineage.openlineage import events_of
from toimiva.capabilities.lineage.provenance import FORMATS, graph_of
from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities
from toimiva.core.errors import NotFound
from toimiva.core.publishing.api import open_tables
from toimiva.core.purposes import api as purposes
from toimiva.core.registers import api as registers

__all__ = ["lineage", "lineage_file"]

_EVENTS = "openlineage"


@require_safe
def lineage(request: HttpRequest, city: str) -> HttpResponse:
    """Every table: its contract, its newest delivery, its columns by purpose, what is made from it."""
    found, language = cities.load(city), request.LANGUAGE_CODE
    names = {key: cities.text_in(one.names, language) for key, one in purposes.purposes(found).items()}
    rows: list[dict[str, Any]] = [
        {
            "flow": flow, "purposes": {column: [names[key] for key in keys] for column, keys in flow.columns.items()},
            "register": cities.text_in(registers.contract(found, flow.table.partition(".")[0]).names, language),
            "owner": cities.text_in(flow.owner, language), "law": cities.text_in(flow.legal_basis, language),
            "services": [_name_of(found, service, language) for service in flow.services],
            "published": [(name, open_tables[name].title[language]) for name in flow.published],
        }
        for flow in flows_of(found)
    ]  # fmt: skip
    shown = {"city": found, "rows": rows, "name": cities.text_in(found.names, language), "resident": True}
    return render(request, "lineage/lineage.html", shown)


def _name_of(city: cities.City, service: str, language: str) -> str:
    return cities.text_in(services.get_service(city, service).definition.names, language)


@require_safe
def lineage_file(request: HttpRequest, city: str, form: str) -> HttpResponse:
    """The same as PROV-O, or as events of OpenLineage."""
    if form not in {*FORMATS, _EVENTS}:
        raise NotFound(what=f"There is no {form[:20]} of it.", mend=f"Use one of {', '.join([*FORMATS, _EVENTS])}.")
    found = cities.load(city)
    if form == _EVENTS:
        return JsonResponse(events_of(found, flows_of(found)), safe=False, json_dumps_params={"ensure_ascii": False})
    name, media_type = FORMATS[form]
    content = graph_of(found, flows_of(found)).serialize(format=name)
    return HttpResponse(content, content_type=f"{media_type}; charset=utf-8")
