"""Vehicle positions as GTFS Realtime 2.0 (MobilityData): protocol buffers, and the same as JSON for people."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from google.protobuf import json_format
from google.transit import gtfs_realtime_pb2 as gtfs

from toimiva.capabilities.buses.models import Vehicle
from toimiva.capabilities.buses.moving import Position, vehicles_at
from toimiva.core.city import api as cities
from toimiva.core.errors import NotFound

__all__ = ["positions"]

_FORMS = {"pb": "application/x-protobuf", "json": "application/json"}


@require_safe
def positions(request: HttpRequest, city: str, form: str) -> HttpResponse:
    """Where every vehicle is now."""
    found = cities.load(city)
    if form not in _FORMS or not Vehicle.objects.filter(city=found.id).exists():
        mend = "See /gtfs-rt/<city>/vehicle-positions.pb, after `toimiva buses`."
        raise NotFound(what=f"There are no positions of vehicles of {found.id} in this form.", mend=mend)
    now = cities.now(found.id)
    feed = _feed(vehicles_at(found, now), now)
    body = feed.SerializeToString() if form == "pb" else json_format.MessageToJson(feed, indent=None)
    answer = HttpResponse(body, content_type=_FORMS[form])
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _feed(told: list[Position], at: dt.datetime) -> gtfs.FeedMessage:
    """All of it: a full feed."""
    feed = gtfs.FeedMessage()
    feed.header.gtfs_realtime_version = "2.0"
    feed.header.incrementality = gtfs.FeedHeader.FULL_DATASET
    feed.header.timestamp = int(at.timestamp())
    for one in told:
        entity = feed.entity.add()
        entity.id = one.number
        _tell(entity.vehicle, one)
    return feed


def _tell(vehicle: gtfs.VehiclePosition, one: Position) -> None:
    vehicle.vehicle.id = one.number
    vehicle.vehicle.label = f"{one.label} (simulated)" if one.simulated else one.label
    vehicle.timestamp = int(one.at.timestamp())
    vehicle.position.latitude, vehicle.position.longitude = one.latitude, one.longitude
    if one.bearing is not None:
        vehicle.position.bearing = one.bearing
    if one.speed is not None:
        vehicle.position.speed = one.speed
    if one.route:
        vehicle.trip.route_id = one.route
    if one.trip:
        vehicle.trip.trip_id = one.trip
