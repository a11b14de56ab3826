"""Observations as arrays (OGC 18-088, section 11.2): each is created, or told why it was not.

A group of a datastream is checked row by row and stored at once; one of a stream of several properties, or with
entities within its rows, is created one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction

from toimiva.capabilities.sensors.models import Datastream
from toimiva.capabilities.sensors.reading import Reader
from toimiva.capabilities.sensors.schema import ENTITIES
from toimiva.capabilities.sensors.storing import Columns, append
from toimiva.capabilities.sensors.times import read_instants
from toimiva.capabilities.sensors.values import numbers, values_of
from toimiva.capabilities.sensors.writing import create, linked, place_of
from toimiva.core.errors import Invalid, ToimivaError

__all__ = ["create_observations"]

_OBSERVATION = ENTITIES["Observation"]
_MOST = 100_000
_FEATURE, _FEATURES = "FeatureOfInterest/id", ENTITIES["FeatureOfInterest"]
_COLUMNS = (
    "phenomenon_time", "phenomenon_time_end", "result_time", "valid_time", "valid_time_end", "result_number",
    "result_text", "result_json", "result_quality", "parameters",
)  # fmt: skip
_INSTANTS = {"phenomenonTime": "phenomenon_time", "resultTime": "result_time"}
Row = dict[str, Any]


def create_observations(body: object, reader: Reader) -> list[str]:
    """Links of the observations in the order of their rows; `error` where one could not be created."""
    if not isinstance(body, list) or not all(isinstance(group, dict) for group in body):
        raise Invalid(what="CreateObservations takes a list of groups.", mend="See the standard, section 11.2.")
    for group in body:
        _check(group)
    if sum(len(group["dataArray"]) for group in body) > _MOST:
        raise Invalid(what=f"More than {_MOST} observations came at once.", mend="Send them in parts.")
    with transaction.atomic():
        return [link for group in body for link in _group(group, reader)]


def _check(group: Row) -> None:
    lists = isinstance(group.get("components"), list) and isinstance(group.get("dataArray"), list)
    if not lists or not {"Datastream", "MultiDatastream"} & group.keys():
        raise Invalid(
            what="A group has a Datastream, components and a dataArray.", mend="See the standard, section 11.2."
        )


def _group(group: Row, reader: Reader) -> list[str]:
    components = [str(name) for name in group["components"]]
    stream = _datastream(group) if {*components} <= {*_OBSERVATION.properties, _FEATURE} else None
    if stream is None:
        return list(_one_by_one(group, components, reader))
    return _at_once(stream, components, group["dataArray"], reader)


def _datastream(group: Row) -> Datastream | None:
    """The one datastream that is named by its id."""
    linked = group.get("Datastream")
    if "MultiDatastream" in group or not isinstance(linked, dict) or not isinstance(linked.get("@iot.id"), int):
        return None
    return Datastream.objects.filter(pk=linked["@iot.id"]).first()


def _at_once(stream: Datastream, components: list[str], rows: list[Any], reader: Reader) -> list[str]:
    """All rows that are right in one write."""
    features = _Features(stream)
    try:
        columns, faults = _by_column(components, rows, features), [""] * len(rows)
    except (ToimivaError, ValueError):
        columns, faults = _by_row(rows, components, features)
    keys = iter(append(stream, columns, {}))
    return [f"error: {fault}" if fault else f"{reader.base}/Observations({next(keys)})" for fault in faults]


def _by_column(components: list[str], rows: list[Any], features: _Features) -> Columns:
    """Times and numbers, as most of what comes is, column by column. Raises for anything else."""
    if not {"phenomenonTime", "result"} <= {*components} <= {"result", *_INSTANTS}:
        raise ValueError("not times and numbers only")
    if {*map(type, rows)} - {list} or {*map(len, rows)} - {len(components)}:
        raise ValueError("a row of another length")
    given = {name: [row[at] for row in rows] for at, name in enumerate(components)}
    times = {_INSTANTS[name]: read_instants(given[name]) for name in components if name in _INSTANTS}
    return {
        **times, "result_number": numbers(given["result"]), "feature_of_interest_id": [features.key(None)] * len(rows),
    }  # fmt: skip


def _by_row(rows: Sequence[Any], components: list[str], features: _Features) -> tuple[Columns, list[str]]:
    """Whatever the standard takes, and what is wrong with each row that is not right, or ""."""
    faults: list[str] = []
    fit: list[Row] = []
    for row in rows:
        try:
            values = _cells(components, row)
            feature = features.key(values.pop(_FEATURE, None))
            fit.append(values_of(_OBSERVATION, values) | {"feature_of_interest_id": feature})
            faults.append("")
        except (ToimivaError, ValueError) as error:
            faults.append(str(error))
    columns: Columns = {name: [one.get(name) for one in fit] for name in (*_COLUMNS, "feature_of_interest_id")}
    return columns, faults


class _Features:
    """Features of interest by the keys that rows give, each looked up once; without one, the place of the thing."""

    def __init__(self, stream: Datastream) -> None:
        self._stream = stream
        self._known: dict[str, int] = {}  # by the key as it was written: 8 is one, "8" is none

    def key(self, given: object) -> int:
        """The feature's key. Raises NotFound for one that is not there, Invalid where there is no place."""
        known = self._known.get(repr(given))
        if known is None:
            found = place_of(self._stream.thing) if given is None else linked(_FEATURES, {"@iot.id": given})
            known = self._known[repr(given)] = found.pk
        return known


def _cells(components: list[str], row: object) -> Row:
    """A row by its components; what is null is as if it had not been given, but for a result."""
    if not isinstance(row, list) or len(row) != len(components):
        raise Invalid(what=f"A row has not the {len(components)} components.", mend="Give each a value, or null.")
    return {name: value for name, value in zip(components, row, strict=True) if value is not None or name == "result"}


def _one_by_one(group: Row, components: list[str], reader: Reader) -> Iterator[str]:
    for row in group["dataArray"]:
        try:
            yield reader.link(_OBSERVATION, create(_OBSERVATION, _body(group, _cells(components, row))))
        except (ToimivaError, ValueError) as error:
            yield f"error: {error}"


def _body(group: Row, told: Row) -> Row:
    feature = told.pop(_FEATURE, None)
    if feature is not None:
        told["FeatureOfInterest"] = {"@iot.id": feature}
    return told | {name: group[name] for name in ("Datastream", "MultiDatastream") if name in group}
