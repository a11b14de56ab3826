"""Networks: whose webhook brings an uplink, and where in it things are. A plug-in each.

Sources: The Things Stack, webhooks (v3); ChirpStack v4, HTTP integration; zigbee2mqtt; FIWARE IoT Agent for UltraLight.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from toimiva.capabilities.devices.decoding import Sent
from toimiva.core.registry import Registry

__all__ = ["Network", "Uplink", "networks", "read_time"]


@dataclass(frozen=True, slots=True)
class Uplink:
    """What a device sent: its identifier, when (None: now), the bytes or fields, its battery in per cent if told."""

    number: str
    at: dt.datetime | None
    sent: Sent
    battery: float | None = None
    key: str = ""


class Network(ABC):
    """Reads one kind of webhook."""

    @abstractmethod
    def uplink(self, content: bytes, query: Mapping[str, str]) -> Uplink | None:
        """The uplink, or None for what is none, as a join. Raises ValueError, KeyError or TypeError."""


networks = Registry[Network]("network")


@networks.register("ttn")
class TheThingsStack(Network):
    """The Things Stack, version 3."""

    def uplink(self, content: bytes, query: Mapping[str, str]) -> Uplink | None:
        """`uplink_message` with the time the network received it."""
        told = json.loads(content)
        message = told.get("uplink_message")
        if message is None:
            return None
        payload = _bytes(message.get("frm_payload", ""))
        battery = message.get("last_battery_percentage", {}).get("value")
        decoded = message.get("decoded_payload") or {}
        return Uplink(
            told["end_device_ids"]["dev_eui"], read_time(message.get("received_at")), Sent(payload, decoded), battery
        )


@networks.register("chirpstack")
class ChirpStack(Network):
    """ChirpStack, version 4, JSON."""

    def uplink(self, content: bytes, query: Mapping[str, str]) -> Uplink | None:
        """The event `up`; others bring no observations."""
        if query.get("event", "up") != "up":
            return None
        told = json.loads(content)
        decoded = told.get("object") or {}
        return Uplink(
            told["deviceInfo"]["devEui"], read_time(told.get("time")), Sent(_bytes(told.get("data", "")), decoded)
        )


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
