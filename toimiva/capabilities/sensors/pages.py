"""Sensors for people: open to anyone, as the data is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from toimiva.capabilities.sensors.models import BridgeState
from toimiva.capabilities.sensors.showing import (
    csv_of,
    hours_of,
    newest_of,
    places,
    thing_of,
    things,
)
from toimiva.core.geography import api as geography

__all__ = ["sensor", "sensor_csv", "sensor_places", "sensors"]


@require_safe
def sensors(request: HttpRequest) -> HttpResponse:
    """Every thing with the newest of what it says."""
    rows = [{"thing": thing, "newest": newest} for thing, newest in things()]
    shown = {
        "things": rows,
        "drawing": geography.spots_of(_spots(places())),
        "bridge": BridgeState.objects.first(),
        "resident": True,
    }
    return render(request, "sensors/sensors.html", shown)


def _spots(told: dict[str, Any]) -> list[tuple[float, float, str]]:
    return [(*one["geometry"]["coordinates"][:2], one["properties"]["words"]) for one in told["features"]]


@require_safe
def sensor(request: HttpRequest, thing: int) -> HttpResponse:
    """One thing: its newest values, and the week by hours."""
    row = thing_of(thing)
    shown = {"thing": row, "newest": newest_of(row), "hours": hours_of(row), "resident": True}
    return render(request, "sensors/sensor.html", shown)


@require_safe
def sensor_places(request: HttpRequest) -> JsonResponse:
    """Where they are, as GeoJSON."""
    return JsonResponse(places(), content_type="application/geo+json")


@require_safe
def sensor_csv(request: HttpRequest, thing: int) -> StreamingHttpResponse:
    """What a thing has told in the week before its newest value."""
    row = thing_of(thing)
    answer = StreamingHttpResponse(csv_of(row), content_type="text/csv; charset=utf-8")
    mark = "-simulated" if (row.properties or {}).get("simulated") else ""
    answer.headers["Content-Disposition"] = f'attachment; filename="sensor-{row.pk}{mark}.csv"'
    return answer
