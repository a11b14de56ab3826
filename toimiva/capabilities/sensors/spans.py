"""What a datastream knows of its observations: the times they span, which is the newest, and the box around all that
they are of (OGC 18-088, table 11: observedArea). The box never shrinks: it would have to look at every observation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Min

from toimiva.capabilities.sensors.geometry import box_around
from toimiva.capabilities.sensors.models import Datastream, FeatureOfInterest, MultiDatastream
from toimiva.core.errors import NotFound

__all__ = ["Span", "narrow", "widen"]

Stream = Datastream | MultiDatastream
Times = tuple[dt.datetime, dt.datetime] | None  # the first and the last
_FIELDS = (
    "phenomenon_time", "phenomenon_time_end", "result_time", "result_time_end", "latest", "latest_time",
)  # fmt: skip
_AREA = ("observed_area", "seen_feature")


@dataclass(frozen=True, slots=True)
class Span:
    """Of observations: their first and last times, the newest with its number, and the features that they are of."""

    phenomena: Times
    results: Times
    newest: tuple[dt.datetime, int]
    features: Collection[int]


def widen(stream: Stream, span: Span) -> None:
    """More observations of a stream, the later of equal times as its newest. Raises NotFound for one that is gone."""
    row: Any = type(stream)._default_manager.select_for_update().filter(pk=stream.pk).first()
    if row is None:
        raise NotFound(what="The datastream has been deleted meanwhile.", mend="Create it again.")
    for name, times in (("phenomenon_time", span.phenomena), ("result_time", span.results)):
        if times is not None:
            first, last = times
            setattr(row, name, min(getattr(row, name) or first, first))
            setattr(row, f"{name}_end", max(getattr(row, f"{name}_end") or last, last))
    if row.latest_time is None or span.newest[0] >= row.latest_time:
        row.latest_time, row.latest = span.newest
    new = {*span.features} - {row.seen_feature}
    if new:
        shapes = FeatureOfInterest.objects.filter(pk__in=new).values_list("feature", flat=True)
        row.observed_area, row.seen_feature = box_around([row.observed_area, *shapes]), max(new)
    row.save(update_fields=(*_FIELDS, *_AREA))


def narrow(stream: Stream) -> None:
    """The times and the newest of what is left."""
    found = stream.observations.aggregate(
        first=Min("phenomenon_time"), last=Max("phenomenon_time"), end=Max("phenomenon_time_end"),
        begun=Min("result_time"), done=Max("result_time"),
    )  # fmt: skip
    last = max(filter(None, (found["last"], found["end"])), default=None)
    newest = stream.observations.order_by("-phenomenon_time", "-pk").values_list("phenomenon_time", "pk").first()
    latest_time, latest = newest or (None, None)
    values = (found["first"], last, found["begun"], found["done"], latest, latest_time)
    type(stream)._default_manager.filter(pk=stream.pk).update(**dict(zip(_FIELDS, values, strict=True)))
