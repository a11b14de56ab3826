"""Many observations of a datastream at once. One that is there already, at the same time with the same result, is not
stored again: a file that is loaded twice, or a device that repeats itself, changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from toimiva.capabilities.sensors.models import Datastream, FeatureOfInterest, Observation
from toimiva.core.bulk import insert_columns

__all__ = ["Measured", "store"]


@dataclass(frozen=True, slots=True)
class Measured:
    """A number or a text at an instant."""

    at: dt.datetime
    result: float | str


def store(stream: Datastream, feature: FeatureOfInterest, measured: Iterable[Measured]) -> int:
    """Store what is new, in the order of time; how many that was. The datastream's times widen with it."""
    with transaction.atomic():
        locked = Datastream.objects.select_for_update().get(pk=stream.pk)
        there = set(locked.observations.values_list("phenomenon_time", "result_number", "result_text"))
        rows = {_key(one): one for one in measured}
        new = [one for key, one in sorted(rows.items(), key=lambda pair: pair[1].at) if key not in there]
        if not new:
            return 0
        numbers, texts = zip(*(_columns(one) for one in new), strict=True)
        columns = {
            "phenomenon_time": [one.at for one in new], "result_time": [one.at for one in new],
            "result_number": list(numbers), "result_text": list(texts),
        }  # fmt: skip
        insert_columns(Observation, columns, {"datastream_id": locked.pk, "feature_of_interest_id": feature.pk})
        _widen(locked, new[0].at, new[-1].at)
    return len(new)


def _columns(one: Measured) -> tuple[float | None, str | None]:
    return (None, one.result) if isinstance(one.result, str) else (float(one.result), None)


def _key(one: Measured) -> tuple[dt.datetime, float | None, str | None]:
    return one.at, *_columns(one)


def _widen(stream: Datastream, first: dt.datetime, last: dt.datetime) -> None:
    for name in ("phenomenon_time", "result_time"):
        setattr(stream, name, min(getattr(stream, name) or first, first))
        setattr(stream, f"{name}_end", max(getattr(stream, f"{name}_end") or last, last))
    stream.save(update_fields=["phenomenon_time", "phenomenon_time_end", "result_time", "result_time_end"])
