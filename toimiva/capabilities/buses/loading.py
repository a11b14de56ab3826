"""Vehicles from an operator's feed: GTFS Realtime 1 and 2, VehiclePositions in protocol buffers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from google.protobuf.message import DecodeError
from google.transit import gtfs_realtime_pb2 as gtfs

from toimiva.capabilities.buses.models import Vehicle
from toimiva.core.city.api import City
from toimiva.core.errors import Fault, Invalid

__all__ = ["feeds_in", "load_feed"]

_KEPT = ("label", "route", "trip", "longitude", "latitude", "bearing", "speed", "reported", "line", "simulated")
_MOST_FAULTS = 20


def feeds_in(path: Path) -> list[Path]:
    """A feed's file, or the feeds of a folder by name. Raises Invalid where there is none."""
    found = sorted(path.glob("*.pb")) if path.is_dir() else [path]
    if not found or not found[0].is_file():
        raise Invalid(
            what=f"There is no feed at {path}.", mend="Give a .pb file of GTFS Realtime, or a folder of them."
        )
    return found


def load_feed(city: City, file: Path, *, at: dt.datetime | None = None) -> int:
    """Vehicles of a feed; how many. A full feed is in place of what was there, a differential one beside it.

    `at` is told in place of the feed's own times, for a feed that is played again. Raises Invalid, and changes nothing
    then.
    """
    feed = gtfs.FeedMessage()
    try:
        feed.ParseFromString(file.read_bytes())
        if not feed.IsInitialized():
            raise DecodeError("There is no header.")
    except (OSError, DecodeError) as error:
        mend = "Give VehiclePositions of GTFS Realtime in protocol buffers."
        raise Invalid(what=f"{file.name} is no GTFS Realtime feed.", why=str(error), mend=mend) from error
    faults = list(_faults(file.name, feed))
    if faults:
        raise Invalid(what=f"{file.name} has vehicles that are not as GTFS Realtime says.", faults=faults)
    moved = 0 if at is None else at.timestamp() - feed.header.timestamp
    rows = {row.number: row for row in (_vehicle(city, feed, one, moved) for one in feed.entity if _tells(one))}
    differs = feed.header.incrementality == gtfs.FeedHeader.DIFFERENTIAL
    with transaction.atomic():
        others = Vehicle.objects.filter(city=city.id)
        gone = [one.id for one in feed.entity if one.is_deleted]
        (others.filter(number__in=gone) if differs else others.exclude(number__in=rows)).delete()
        Vehicle.objects.bulk_create(
            rows.values(), batch_size=500, update_conflicts=True, unique_fields=["city", "number"], update_fields=_KEPT
        )
    return len(rows)


def _tells(entity: gtfs.FeedEntity) -> bool:
    return entity.HasField("vehicle") and not entity.is_deleted


def _faults(name: str, feed: gtfs.FeedMessage) -> Iterator[Fault]:
    """What is wrong, entity by entity, at most so many."""
    told = 0
    for number, entity in enumerate(feed.entity, 1):
        if not _tells(entity) or told == _MOST_FAULTS:
            continue
        spot = entity.vehicle.position
        if not entity.vehicle.HasField("position") or not (abs(spot.latitude) <= 90 and abs(spot.longitude) <= 180):
            told += 1
            yield Fault(
                name, number, f"Entity {entity.id[:40]!r} has no position on the earth.", "Give degrees (WGS 84)."
            )


def _vehicle(city: City, feed: gtfs.FeedMessage, entity: gtfs.FeedEntity, moved: float) -> Vehicle:
    told, spot = entity.vehicle, entity.vehicle.position
    seconds = (told.timestamp or feed.header.timestamp) + moved
    return Vehicle(
        city=city.id, number=(told.vehicle.id or entity.id)[:80], label=told.vehicle.label[:80],
        route=told.trip.route_id[:80], trip=told.trip.trip_id[:80], longitude=spot.longitude, latitude=spot.latitude,
        bearing=spot.bearing if spot.HasField("bearing") else None,
        speed=spot.speed if spot.HasField("speed") else None, reported=dt.datetime.fromtimestamp(seconds, dt.UTC),
    )  # fmt: skip
