"""Networks: whose webhook brings an uplink, and where in it things are; how a downlink is queued. A plug-in each.

Sources: The Things Stack v3, webhooks and Application Server API; ChirpStack v4, HTTP integration and REST API;
zigbee2mqtt; FIWARE IoT Agent for UltraLight.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from toimiva.capabilities.devices.decoding import Sent
from toimiva.capabilities.devices.encoding import Payload
from toimiva.core.registry import Registry

__all__ = ["Downlink", "Network", "Queueing", "Request", "Undelivered", "Uplink", "networks", "read_time"]


@dataclass(frozen=True, slots=True)
class Uplink:
    """What a device sent: its identifier, when (None: now), the bytes or fields, its battery in per cent if told; the
    `route` by which the network finds it again."""

    number: str
    at: dt.datetime | None
    sent: Sent
    battery: float | None = None
    key: str = ""
    route: str = ""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A downlink that the network could not bring to a device, and why."""

    number: str
    why: str


@dataclass(frozen=True, slots=True)
class Downlink:
    """What a device is to be told: of which task, on which port, and whether it has to confirm it."""

    task: int
    payload: Payload
    port: int
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Request:
    """A POST to a network's server."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


class Network(ABC):
    """Reads one kind of webhook."""

    @abstractmethod
    def uplink(self, content: bytes, query: Mapping[str, str]) -> Uplink | Undelivered | None:
        """The uplink, or None for what is none, as a join. Raises ValueError, KeyError or TypeError."""


class Queueing(ABC):
    """A network with a queue of downlinks for each device."""

    @abstractmethod
    def request(self, route: str, key: str, downlink: Downlink) -> Request:
        """How a downlink is added to the queue of a device."""


_IDENTIFIER = re.compile(r"[a-z0-9](-?[a-z0-9]){1,35}").fullmatch  # of The Things Stack

networks = Registry[Network]("network")


@networks.register("ttn")
class TheThingsStack(Network, Queueing):
    """The Things Stack, version 3."""

    def uplink(self, content: bytes, query: Mapping[str, str]) -> Uplink | Undelivered | None:
        """`uplink_message` with the time the network received it; `downlink_failed` and `downlink_nack`."""
        told = json.loads(content)
        device = told["end_device_ids"]
        if "downlink_failed" in told:
            error = told["downlink_failed"].get("error", {})
            return Undelivered(device["dev_eui"], str(error.get("message_format") or error.get("name") or "It failed."))
        if "downlink_nack" in told:
            return Undelivered(device["dev_eui"], "The device did not confirm it.")
        message = told.get("uplink_message")
        if message is None:
            return None
        payload = _bytes(message.get("frm_payload", ""))
        battery = message.get("last_battery_percentage", {}).get("value")
        decoded = message.get("decoded_payload") or {}
        ids = (device.get("application_ids", {}).get("application_id"), device.get("device_id"))
        route = "/".join(ids) if all(isinstance(one, str) and _IDENTIFIER(one) for one in ids) else ""
        at = read_time(message.get("received_at"))
        return Uplink(device["dev_eui"], at, Sent(payload, decoded), battery, route=route)

    def request(self, route: str, key: str, downlink: Downlink) -> Request:
        """`DownlinkQueuePush` of the Application Server; the route is `application/device`."""
        application, device = route.split("/")
        message = {
            "f_port": downlink.port, "confirmed": downlink.confirmed, "priority": "NORMAL",
            "correlation_ids": [f"toimiva:task:{downlink.task}"],
        } | _written(downlink.payload, "frm_payload", "decoded_payload")  # fmt: skip
        return Request(
            f"/api/v3/as/applications/{application}/devices/{device}/down/push",
            {"Authorization": f"Bearer {key}"},
            {"downlinks": [message]},
        )


@networks.register("chirpstack")
class ChirpStack(Network, Queueing):
    """ChirpStack, version 4, JSON."""

    def uplink(self, content: bytes, query: Mapping[str, str]) -> Uplink | Undelivered | None:
        """The event `up`; an `ack` that is none, and what the `log` says of downlinks."""
        event = query.get("event", "up")
        if event not in ("up", "ack", "log"):
            return None
        told = json.loads(content)
        number = told["deviceInfo"]["devEui"]
        if event == "ack":
            return None if told.get("acknowledged") else Undelivered(number, "The device did not confirm it.")
        if event == "log":
            lost = told.get("level") == "ERROR" and told.get("code") in _LOST
            return Undelivered(number, str(told.get("description") or told["code"])) if lost else None
        sent = Sent(_bytes(told.get("data", "")), told.get("object") or {})
        return Uplink(number, read_time(told.get("time")), sent, route=number)

    def request(self, route: str, key: str, downlink: Downlink) -> Request:
        """`DeviceService.Enqueue`, by the REST API; the route is the DevEUI."""
        item = {"fPort": downlink.port, "confirmed": downlink.confirmed} | _written(downlink.payload, "data", "object")
        path = f"/api/devices/{quote(route, safe='')}/queue"
        return Request(path, {"Grpc-Metadata-Authorization": f"Bearer {key}"}, {"queueItem": item})


_LOST = ("DOWNLINK_PAYLOAD_SIZE", "DOWNLINK_CODEC", "DOWNLINK_GATEWAY", "EXPIRED")


@networks.register("zigbee")
class Zigbee(Network):
    """A gateway's JSON (zigbee2mqtt), with the device's address in it or as `?device=`."""

    def uplink(self, content: bytes, query: Mapping[str, str]) -> Uplink | None:
        """Fields at the top, the battery among them."""
        told = json.loads(content)
        number = query.get("device") or told["device"]["ieeeAddr"]
        fields = {name: value for name, value in told.items() if name not in ("device", "battery", "last_seen")}
        return Uplink(number, read_time(told.get("last_seen")), Sent(b"", fields), told.get("battery"))


@networks.register("ultralight")
class UltraLightHttp(Network):
    """A device by itself: `?i=NUMBER&k=KEY&t=TIME`, the measures in the body or as `&d=`."""

    def uplink(self, content: bytes, query: Mapping[str, str]) -> Uplink | None:
        """The key is the device's own."""
        payload = content or query.get("d", "").encode()
        return Uplink(query["i"], read_time(query.get("t")), Sent(payload, {}), key=query.get("k", ""))


def _written(payload: Payload, data: str, fields: str) -> dict[str, Any]:
    """The bytes, or what the network is to make them of, by the names it has for them."""
    if payload.data is None:
        return {fields: dict(payload.fields)}
    return {data: base64.b64encode(payload.data).decode()}


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"the payload is not base64: {error}") from error


def read_time(text: object) -> dt.datetime | None:
    """An instant, UTC where it has no zone; networks write nanoseconds, which are cut. Raises ValueError."""
    if not isinstance(text, str) or not text:
        return None
    whole, dot, rest = text.partition(".")
    if dot:
        digits = "".join(char for char in rest if char.isdigit() or char in "+-:Z")
        zone = next((digits[n:] for n, char in enumerate(digits) if char in "+-Z"), "")
        text = f"{whole}.{digits[: len(digits) - len(zone)][:6]}{zone}"
    found = dt.datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
