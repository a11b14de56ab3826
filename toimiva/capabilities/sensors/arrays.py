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
from toimiva.capabilities.sensors.writing import create, feature_of, linked
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
    columns = [_columns(group) for group in body]  # before others wait, as they do on SQLite
    with transaction.atomic():
        return [link for group, read in zip(body, columns, strict=True) for link in _group(group, read, reader)]


def _check(group: Row) -> None:
    lists = isinstance(group.get("components"), list) and isinstance(group.get("dataArray"), list)
    if not lists or not {"Datastream", "MultiDatastream"} & group.keys():
        raise Invalid(
            what="A group has a Datastream, components and a dataArray.", mend="See the standard, section 11.2."
        )


def _columns(group: Row) -> Columns | None:
    """Times and numbers, as most of what comes is, column by column; None for anything else."""
    components, rows = [str(name) for name in group["components"]], group["dataArray"]
    if not {"phenomenonTime", "result"} <= {*components} <= {"result", *_INSTANTS}:
        return None
    if {*map(type, rows)} - {list} or {*map(len, rows)} - {len(components)}:
        return None
    given = {name: [row[at] for row in rows] for at, name in enumerate(components)}
    try:
        times = {_INSTANTS[name]: read_instants(given[name]) for name in components if name in _INSTANTS}
        return {**times, "result_number": numbers(given["result"])}
    except (ToimivaError, ValueError):
        return None


def _group(group: Row, columns: Columns | None, reader: Reader) -> list[str]:
    components = [str(name) for name in group["components"]]
    stream = _datastream(group) if {*components} <= {*_OBSERVATION.properties, _FEATURE} else None
    if stream is None:
        return list(_one_by_one(group, components, reader))
    features = _Features(stream)
    if columns is not None and features.has_place():
        keys = append(stream, columns, {"feature_of_interest_id": features.key(None)})
        return [f"{reader.base}/Observations({key})" for key in keys]
    return _row_by_row(stream, components, group["dataArray"], features, reader)


def _datastream(group: Row) -> Datastream | None:
    """The one datastream that is named by its id."""
    linked = group.get("Datastream")
    if "MultiDatastream" in group or not isinstance(linked, dict) or not isinstance(linked.get("@iot.id"), int):
        return None
    return Datastream.objects.filter(pk=linked["@iot.id"]).first()


def _row_by_row(
    stream: Datastream, components: list[str], rows: list[Any], features: _Features, reader: Reader
) -> list[str]:
    """All rows that are right in one write, each looked at by itself."""
    columns, faults = _by_row(rows, components, features)
    keys = iter(append(stream, columns, {}))
    return [f"error: {fault}" if fault else f"{reader.base}/Observations({next(keys)})" for fault in faults]


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

    def has_place(self) -> bool:
        """Whether the thing has a place that observations without a feature are of."""
        try:
            return bool(self.key(None))
        except ToimivaError:
            return False

    def key(self, given: object) -> int:
        """The feature's key. Raises NotFound for one that is not there, Invalid where there is no place."""
        known = self._known.get(repr(given))
        if known is None:
            found = feature_of(self._stream) if given is None else linked(_FEATURES, {"@iot.id": given})
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
