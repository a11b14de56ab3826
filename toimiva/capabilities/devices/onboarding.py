"""Adding a device: its thing, its datastreams, its key; the identifier may come from a LoRaWAN QR code."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

from django.db import transaction

from toimiva.capabilities.devices.encoding import Command, Parameter
from toimiva.capabilities.devices.models import Device
from toimiva.capabilities.devices.types import DeviceType, Measure, type_of
from toimiva.capabilities.sensors import api as sensors
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import Conflict, Invalid

__all__ = ["Added", "add", "digest", "number_in"]

_QR = re.compile(r"LW:D0:([0-9A-F]{16}):([0-9A-F]{16}):([0-9A-F]{8})(:.*)?")
_NUMBER = re.compile(r"[0-9a-zA-Z._:-]{1,80}")
_MEASURE = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"


@dataclass(frozen=True, slots=True)
class Added:
    """The device, and its key, which is told now and never again."""

    device: Device
    key: str


def number_in(text: str) -> str:
    """The identifier in what was typed or scanned: a DevEUI of a QR code (LoRa Alliance TR005), or as it is.

    Raises Invalid for what can be none.
    """
    found = _QR.fullmatch(text.strip().upper())
    number = found[2] if found else text.strip()
    if not _NUMBER.fullmatch(number) or number.upper().startswith("LW:"):
        raise Invalid(
            what=f"{text[:60]!r} is no identifier of a device.",
            mend="Scan its code (LW:D0:...), or write its DevEUI or address.",
        )
    return number.lower()


def add(city: City, kind: str, text: str, *, name: str, longitude: float, latitude: float, group: str = "") -> Added:
    """A new device at a place. Raises Conflict for one that is there already, Invalid for a place that is none."""
    described, number = type_of(city, kind), number_in(text)
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise Invalid(what="The place is not on the earth.", mend="Give longitude and latitude in degrees (WGS 84).")
    if Device.objects.filter(number=number).exists():
        raise Conflict(what=f"The device {number} has been added already.", mend="End it first, if it moves.")
    secret = secrets.token_urlsafe(24)
    with transaction.atomic():
        thing = sensors.create(sensors.ENTITIES["Thing"], _thing(city, described, number, name, group) | {
            "Locations": [{
                "name": name, "description": "Where it is fixed", "encodingType": "application/geo+json",
                "location": {"type": "Point", "coordinates": [longitude, latitude]},
            }],
            "Datastreams": [_stream(described, one, name) for one in described.fields.values()],
            "TaskingCapabilities": [_capability(described, key, one) for key, one in described.commands.items()],
        })  # fmt: skip
        row = Device.objects.create(
            city=city.id, kind=kind, number=number, name=name, thing=thing.pk, key=digest(secret),
            added=cities.now(city.id),
        )  # fmt: skip
    return Added(row, secret)


def _thing(city: City, described: DeviceType, number: str, name: str, group: str) -> dict[str, object]:
    properties = {**described.thing, "city": city.id, "device": number, **({"school": group} if group else {})}
    return {"name": name, "description": described.name["en"], "properties": properties}


def _stream(described: DeviceType, one: Measure, name: str) -> dict[str, object]:
    symbol = "" if one.unit.startswith("{") else one.unit.strip("[]")
    return {
        "name": one.title, "description": f"{one.title} of {name}", "observationType": _MEASURE,
        "unitOfMeasurement": {"name": symbol, "symbol": symbol, "definition": f"ucum:{one.unit}"},
        "Sensor": {"name": described.name["en"], "description": described.id, "encodingType": "text/html",
                   "metadata": f"devices/{described.id}"},
        "ObservedProperty": {"name": one.title, "description": one.title, "definition": one.property},
    }  # fmt: skip


def _capability(described: DeviceType, name: str, one: Command) -> dict[str, object]:
    return {
        "name": name, "description": one.description,
        "taskingParameters": {"type": "DataRecord", "field": [_field(*each) for each in one.parameters.items()]},
        "Actuator": {"name": described.name["en"], "description": described.id, "encodingType": "text/html",
                     "metadata": f"devices/{described.id}"},
    }  # fmt: skip


def _field(name: str, one: Parameter) -> dict[str, object]:
    """A field of SWE Common, with what it may be where a number has bounds."""
    told: dict[str, object] = {"name": name, "label": name, "type": one.kind}
    if one.lowest is None or one.highest is None:
        return told
    return told | {"constraint": {"type": "AllowedValues", "interval": [[one.lowest, one.highest]]}}


def digest(key: str) -> str:
    """Of a random key of 192 bits, which needs no salt."""
    return hashlib.sha256(key.encode()).hexdigest()
