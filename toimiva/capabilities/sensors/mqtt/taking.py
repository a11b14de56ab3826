"""Observations that come by MQTT: many messages at once, each created or refused by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DataError, transaction

from toimiva.capabilities.sensors.bodies import read_json
from toimiva.capabilities.sensors.finding import find
from toimiva.capabilities.sensors.models import Observation
from toimiva.capabilities.sensors.mqtt.topics import BASE
from toimiva.capabilities.sensors.posting import plain_of
from toimiva.capabilities.sensors.posting_sql import store_rows
from toimiva.capabilities.sensors.schema import ENTITIES
from toimiva.capabilities.sensors.times import read_instant
from toimiva.capabilities.sensors.values import numbers
from toimiva.capabilities.sensors.writing import create
from toimiva.core.errors import Invalid, ToimivaError
from toimiva.engines.odata.api import QueryError, parse_path

__all__ = ["Came", "take"]

_LARGEST = 256 * 1024
_OBSERVATION = ENTITIES["Observation"]
_PLAIN = re.compile(rf"{BASE}/(?:Datastreams\(([1-9]\d{{0,17}})\)/)?Observations").fullmatch


@dataclass(frozen=True, slots=True)
class Came:
    """A message as the broker handed it over; `again` where it may have been handed over before."""

    topic: str
    payload: bytes
    again: bool = False


def take(messages: Sequence[Came]) -> list[str]:
    """Create them in one transaction; for each why it was not, or "". What we have told ourselves is passed over."""
    told = [""] * len(messages)
    plain: dict[int, tuple[int, Mapping[str, Any]]] = {}
    with transaction.atomic():
        for number, message in enumerate(messages):
            try:
                body = _read(message)
                if body is None or (message.again and _is_there(message, body)):
                    continue
                topic = _PLAIN(message.topic)
                found = plain_of(body, int(topic[1]) if topic[1] else None) if topic else None
                if found is not None:
                    plain[number] = found
                else:
                    told[number] = _alone(message.topic, body)
            except (ToimivaError, QueryError) as error:
                told[number] = str(error)
        for number in _left(plain):
            told[number] = _alone(messages[number].topic, read_json(messages[number].payload))
    return told


def _left(plain: Mapping[int, tuple[int, Mapping[str, Any]]]) -> list[int]:
    """Store them in one write; those that have to be looked at by themselves: all where the database refuses one."""
    if not plain:
        return []
    try:
        with transaction.atomic():
            keys = store_rows(*zip(*plain.values(), strict=True))
    except DataError:
        return list(plain)
    return [number for number, key in zip(plain, keys, strict=True) if key is None]


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
