"""Many observations of a datastream at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import transaction

from toimiva.capabilities.sensors.models import Datastream, FeatureOfInterest, Observation
from toimiva.capabilities.sensors.past import past_results
from toimiva.capabilities.sensors.rollups import mark_stale
from toimiva.capabilities.sensors.spans import Span, widen
from toimiva.capabilities.sensors.writing import place_of
from toimiva.core.bulk import insert_columns, new_keys
from toimiva.core.columns import Instants, as_instants, moment
from toimiva.core.errors import NotFound

__all__ = ["Columns", "Measured", "append", "store", "store_numbers"]

Columns = Mapping[str, Any]  # lists, or arrays of numbers or instants, by the name of the model's field


@dataclass(frozen=True, slots=True)
class Measured:
    """A number or a text at an instant."""

    at: dt.datetime
    result: float | str


def append(stream: Datastream, columns: Columns, same: Mapping[str, Any]) -> list[int]:
    """Store observations given as columns by the model's names, `phenomenon_time` among them; their keys in order.

    The datastream's times widen, and its newest is kept at hand. In the caller's transaction.
    """
    times = as_instants(columns["phenomenon_time"])
    if not len(times):
        return []
    keys = new_keys(Observation, len(times))
    insert_columns(Observation, {**columns, "phenomenon_time": times, "id": keys}, {**same, "datastream_id": stream.pk})
    features = {*columns.get("feature_of_interest_id", [same.get("feature_of_interest_id")])}
    widen(stream, _span(times, columns, keys, features))
    mark_stale(stream.pk, times)
    return keys


def _span(times: Instants, columns: Columns, keys: Sequence[int], features: Collection[int]) -> Span:
    """What these observations add to what their datastream knows."""
    ends = _first_and_last(columns.get("phenomenon_time_end", ()))
    results = _first_and_last(columns.get("result_time", ()))
    last = moment(times.max())
    newest = keys[len(times) - 1 - int(times[::-1].argmax())]  # of equal times the last
    return Span(
        phenomena=(moment(times.min()), max(last, ends[1]) if ends else last), results=results, newest=(last, newest),
        features=features,
    )  # fmt: skip


def _first_and_last(values: Sequence[dt.datetime | None] | Instants) -> tuple[dt.datetime, dt.datetime] | None:
    if isinstance(values, np.ndarray):
        return moment(values.min()), moment(values.max())
    there = [one for one in values if one is not None]
    return (min(there), max(there)) if there else None


def store(stream: Datastream, feature: FeatureOfInterest, measured: Iterable[Measured]) -> int:
    """Store what is new, in the order of time; how many that was.

    One that is there already, at the same time with the same result, is not stored again: a file that is loaded twice,
    or a device that repeats itself, changes nothing.
    """
    with transaction.atomic():
        locked = Datastream.objects.select_for_update().get(pk=stream.pk)
        rows = {_key(one): one for one in measured}
        there = _there(locked, [one.at for one in rows.values()])
        new = [one for key, one in sorted(rows.items(), key=lambda pair: pair[1].at) if key not in there]
        numbers, texts = [_columns(one)[0] for one in new], [_columns(one)[1] for one in new]
        at = [one.at for one in new]
        columns: dict[str, Sequence[Any]] = {
            "phenomenon_time": at,
            "result_time": at,
            "result_number": numbers,
            "result_text": texts,
        }
        return len(append(locked, columns, {"feature_of_interest_id": feature.pk}))


def store_numbers(thing: int, title: str, rows: Iterable[tuple[dt.datetime, float]]) -> int:
    """Numbers of a thing's datastream, by the thing's number and the datastream's name; how many were new.

    Raises NotFound for a datastream that is not there.
    """
    stream = Datastream.objects.filter(thing=thing, name=title).select_related("thing").first()
    if stream is None:
        raise NotFound(what=f"Things({thing}) has no datastream {title!r}.", mend="Create it, or add the device again.")
    return store(stream, place_of(stream.thing), [Measured(at, number) for at, number in rows])


def _there(stream: Datastream, times: Sequence[dt.datetime]) -> set[tuple[Any, ...]]:
    """What is stored already within these times."""
    if not times:
        return set()
    within = stream.observations.filter(phenomenon_time__range=(min(times), max(times)))
    live = set(within.values_list("phenomenon_time", "result_number", "result_text"))
    return live | past_results(stream.pk, min(times), max(times) + dt.timedelta(microseconds=1))


def _columns(one: Measured) -> tuple[float | None, str | None]:
    return (None, one.result) if isinstance(one.result, str) else (float(one.result), None)


def _key(one: Measured) -> tuple[dt.datetime, float | None, str | None]:
    return one.at, *_columns(one)
