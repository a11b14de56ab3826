"""Observations that come by MQTT: many messages at once, each created or refused by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DataError, transaction

from toimiva.capabilities.sensors.arrays import append_bodies
from toimiva.capabilities.sensors.bodies import read_json
from toimiva.capabilities.sensors.finding import find
from toimiva.capabilities.sensors.models import Datastream, Observation
from toimiva.capabilities.sensors.mqtt.topics import BASE
from toimiva.capabilities.sensors.schema import ENTITIES
from toimiva.capabilities.sensors.times import read_instant
from toimiva.capabilities.sensors.values import numbers
from toimiva.capabilities.sensors.writing import create
from toimiva.core.errors import Invalid, ToimivaError
from toimiva.engines.odata.api import QueryError, parse_path

__all__ = ["Came", "take"]

_LARGEST = 256 * 1024
_SIMPLE = {"phenomenonTime", "result", "resultTime", "parameters"}
_OBSERVATION = ENTITIES["Observation"]


@dataclass(frozen=True, slots=True)
class Came:
    """A message as the broker handed it over; `again` where it may have been handed over before."""

    topic: str
    payload: bytes
    again: bool = False


def take(messages: Sequence[Came]) -> list[str]:
    """Create them in one transaction; for each why it was not, or "". What we have told ourselves is passed over."""
    told = [""] * len(messages)
    with transaction.atomic():
        streams: dict[str, Datastream | None] = {}
        together: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        for number, message in enumerate(messages):
            try:
                body = _read(message)
                if body is None or (message.again and _is_there(message, body)):
                    continue
                if _stream(message.topic, streams) is not None and body.keys() <= _SIMPLE:
                    together.setdefault(message.topic, []).append((number, body))
                else:
                    told[number] = _alone(message.topic, body)
            except (ToimivaError, QueryError) as error:
                told[number] = str(error)
        for topic, items in together.items():
            faults = _append(topic, streams[topic], [body for _, body in items])
            for (number, _), fault in zip(items, faults, strict=True):
                told[number] = fault
    return told


def _append(topic: str, stream: Datastream | None, bodies: list[dict[str, Any]]) -> list[str]:
    """All of a datastream in one write; where the database refuses one of them, each by itself."""
    try:
        with transaction.atomic():
            assert stream is not None  # noqa: S101 - only such are together
            return append_bodies(stream, bodies)
    except (ToimivaError, DataError):
        return [_alone(topic, body) for body in bodies]


def _alone(topic: str, body: dict[str, Any]) -> str:
    try:
        _create(topic, body)
    except (ToimivaError, QueryError, DataError) as error:
        return str(error)
    return ""


def _read(message: Came) -> dict[str, Any] | None:
    """The body, or None for what we have told. Raises Invalid for what is no JSON object in UTF-8."""
    if len(message.payload) > _LARGEST:
        raise Invalid(what=f"The message has more than {_LARGEST // 1024} kB.", mend="Send it by HTTP.")
    body = read_json(message.payload)
    if not isinstance(body, dict):
        raise Invalid(what="The message is no JSON object of an Observation.", mend="Send one.")
    return None if "@iot.selfLink" in body else body


def _stream(topic: str, known: dict[str, Datastream | None]) -> Datastream | None:
    """The datastream that a topic is below, looked up once for all its messages."""
    if topic not in known:
        found = find(parse_path(topic.removeprefix(f"{BASE}/"))).within.get("Datastream")
        known[topic] = found if isinstance(found, Datastream) else None
    return known[topic]


def _create(topic: str, body: dict[str, Any]) -> None:
    found = find(parse_path(topic.removeprefix(f"{BASE}/")))
    if found.entity.name != "Observation" or found.row is not None:
        mend = f"Publish to {BASE}/Datastreams(1)/Observations."
        raise Invalid(what=f"{topic[:80]} takes no Observations.", mend=mend)
    with transaction.atomic():
        create(_OBSERVATION, body, within=found.within)


def _is_there(message: Came, body: dict[str, Any]) -> bool:
    """Whether a message that came again was stored the first time: same stream, time and number."""
    result, time = body.get("result"), body.get("phenomenonTime")
    if not isinstance(result, int | float) or not isinstance(time, str):
        return False
    found = find(parse_path(message.topic.removeprefix(f"{BASE}/"))).within.get("Datastream")
    linked = body.get("Datastream")
    key = found.pk if found is not None else linked.get("@iot.id") if isinstance(linked, dict) else None
    try:
        at, (number,) = read_instant(time), numbers([result])
    except ValueError:
        return False
    return Observation.objects.filter(datastream=key, phenomenon_time=at, result_number=number).exists()
