"""The operation of a resident's own air: what the page does, for a program that the resident uses while signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from toimiva.capabilities.air.asking import answer
from toimiva.capabilities.air.exposing import Exposure, Hour
from toimiva.core.http import REFUSALS, Problem
from toimiva.core.identity.api import Resident, ResidentSession

__all__ = ["router"]

router = Router(auth=ResidentSession(), tags=["my"])


class Ends(Schema):
    """The ends of a way: `home`, which needs one's consent to `air-profile`, or the code of a sub-area."""

    start: str = Field(max_length=20)
    goal: str = Field(max_length=20)


class HourOut(Schema):
    """What is expected in an hour; `level` is its class, 0 the best, `error` by how much it may be missed."""

    at: datetime
    value: float
    level: int
    error: float


class ExposureOut(Schema):
    """A measure on the way: now, at its worst spot, and the hours that follow."""

    measure: str
    now: HourOut
    worst: float
    hours: list[HourOut]
    sensors: int
    simulated: bool


class AirOut(Schema):
    """A way and what is on it."""

    metres: float
    minutes: int
    on_streets: bool
    exposures: list[ExposureOut]


@router.post("", response={200: AirOut, REFUSALS: Problem})
def ask(request: HttpRequest, ends: Ends) -> dict[str, Any]:
    """How the air is on a way, now and by the hour until tomorrow. Nothing of the question is kept."""
    me: Resident = request.auth  # type: ignore[attr-defined]
    found = answer(me, ends.start, ends.goal)
    return {
        "metres": round(found.way.metres), "minutes": found.minutes, "on_streets": found.way.on_streets,
        "exposures": [_exposure(one) for one in found.exposures],
    }  # fmt: skip


def _exposure(found: Exposure) -> dict[str, Any]:
    return {
        "measure": found.measure, "now": _hour(found.now), "worst": round(found.worst, 2),
        "hours": [_hour(hour) for hour in found.hours], "sensors": found.sensors, "simulated": found.simulated,
    }  # fmt: skip


def _hour(hour: Hour) -> dict[str, Any]:
    return {"at": hour.at, "value": round(hour.value, 2), "level": hour.level, "error": round(hour.error, 2)}
