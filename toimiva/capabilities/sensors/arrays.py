"""Observations as arrays (OGC 18-088, section 11.2): each is created, or told why it was not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from toimiva.capabilities.sensors.models import FeatureOfInterest
from toimiva.capabilities.sensors.reading import Reader
from toimiva.capabilities.sensors.schema import ENTITIES
from toimiva.capabilities.sensors.writing import create
from toimiva.core.errors import Invalid, ToimivaError

__all__ = ["create_observations"]

_OBSERVATION = ENTITIES["Observation"]
_MOST = 100_000


def create_observations(body: object, reader: Reader) -> list[str]:
    """Links of the observations in the order of their rows; `error` where one could not be created."""
    if not isinstance(body, list) or not all(isinstance(group, dict) for group in body):
        raise Invalid(what="CreateObservations takes a list of groups.", mend="See the standard, section 11.2.")
    if sum(len(group.get("dataArray") or ()) for group in body) > _MOST:
        raise Invalid(what=f"More than {_MOST} observations came at once.", mend="Send them in parts.")
    with transaction.atomic():
        return [link for group in body for link in _group(group, reader)]


def _group(group: dict[str, Any], reader: Reader) -> Iterator[str]:
    components, rows = group.get("components"), group.get("dataArray")
    if (
        not isinstance(components, list)
        or not isinstance(rows, list)
        or not {"Datastream", "MultiDatastream"} & group.keys()
    ):
        raise Invalid(
            what="A group has a Datastream, components and a dataArray.", mend="See the standard, section 11.2."
        )
    for row in rows:
        try:
            yield reader.link(_OBSERVATION, create(_OBSERVATION, _body(group, components, row)))
        except (ToimivaError, ValueError) as error:
            yield f"error: {error}"


def _body(group: dict[str, Any], components: list[Any], row: object) -> dict[str, Any]:
    if not isinstance(row, list) or len(row) != len(components):
        raise Invalid(what=f"A row has not the {len(components)} components.", mend="Give each a value, or null.")
    told = dict(zip(map(str, components), row, strict=True))
    feature = told.pop("FeatureOfInterest/id", None)
    body = {name: value for name, value in told.items() if value is not None or name == "result"}
    if feature is not None and FeatureOfInterest.objects.filter(pk=feature).exists():
        body["FeatureOfInterest"] = {"@iot.id": feature}
    return body | {name: group[name] for name in ("Datastream", "MultiDatastream") if name in group}
