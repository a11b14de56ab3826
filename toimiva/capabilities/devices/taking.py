"""An uplink becomes observations: decoded, held against the type's bounds, stored once however often it comes."""

from __future__ import annotations

import datetime as dt
import hmac
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F

from toimiva.capabilities.devices.decoding import BATTERY, Fields, decoders
from toimiva.capabilities.devices.models import Device
from toimiva.capabilities.devices.networks import Undelivered, Uplink, networks
from toimiva.capabilities.devices.onboarding import digest
from toimiva.capabilities.devices.types import DeviceType, type_of
from toimiva.capabilities.sensors import api as sensors
from toimiva.core.city import api as cities
from toimiva.core.errors import Invalid, NotFound, NotSignedIn

__all__ = ["Kept", "device_of", "keep_lines", "take"]

_AHEAD = dt.timedelta(minutes=5)  # that a device's clock may be before ours


def take(network: str, content: bytes, query: Mapping[str, str], *, key: str) -> int:
    """Take what a network's webhook brings; how many observations were new.

    The `key` is the sensors' own (TOIMIVA_SENSORS_TOKEN) or the device's. Raises Invalid for what cannot be read or be,
    NotFound for an unknown device, NotSignedIn for a wrong key.
    """
    uplink = _read(network, content, query)
    if uplink is None:
        return 0
    if isinstance(uplink, Undelivered):
        Device.objects.filter(pk=device_of(uplink.number, key).pk).update(untold=uplink.why[:300])
        return 0
    device = device_of(uplink.number, uplink.key or key)
    try:
        with transaction.atomic():
            Device.objects.filter(pk=device.pk).update(network=network, route=uplink.route[:200])
            return _keep(device, uplink)
    except (Invalid, ValueError) as error:
        Device.objects.filter(pk=device.pk).update(refused=F("refused") + 1, fault=str(error)[:300])
        if isinstance(error, Invalid):
            raise
        raise Invalid(what=f"The uplink of {device.number} cannot be decoded.", why=str(error), mend=_MEND) from error


def device_of(number: str, key: str) -> Device:
    """The device of a number, to whoever has its key or the sensors' own. Raises NotFound and NotSignedIn."""
    device = Device.objects.filter(number=number.lower(), ended=None).first()
    _allow(device, key)
    if device is None:
        raise NotFound(what=f"There is no device {number[:40]!r}.", mend="Add it first: toimiva device add.")
    return device


_MEND = "See the device's type, and what the network sends."


def _read(network: str, content: bytes, query: Mapping[str, str]) -> Uplink | Undelivered | None:
    try:
        uplink = networks[network].uplink(content, query)
        if uplink and not (isinstance(uplink.number, str) and uplink.number.isascii()):
            raise ValueError("the identifier is no text")
        if isinstance(uplink, Uplink) and not isinstance(uplink.sent.decoded, dict):
            raise ValueError("the decoded fields are no object")
        return uplink
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = f"{type(error).__name__}: {str(error)[:200]}"
        raise Invalid(
            what=f"This is no uplink of {network}.", why=why, mend="See docs/recipes/add-a-device.md."
        ) from error


def _allow(device: Device | None, key: str) -> None:
    """Raises NotSignedIn unless the key is the sensors' or the device's own."""
    if settings.OPEN_SENSORS and not key:
        return
    general = bool(settings.SENSORS_TOKEN) and hmac.compare_digest(settings.SENSORS_TOKEN, key)
    own = device is not None and hmac.compare_digest(device.key, digest(key))
    if not general and not own:
        raise NotSignedIn(what="The key is missing or wrong.", mend="Send it as `Authorization: Bearer KEY`.")


@dataclass(frozen=True, slots=True)
class Kept:
    """Of lines: how many observations were new, and what was refused by the line's number."""

    new: int
    refused: Mapping[int, str]


def keep_lines(device: Device, lines: Mapping[int, tuple[dt.datetime, Fields]]) -> Kept:
    """Lines of a file, by their numbers: what is right is stored together, each thing it measures in one write."""
    city = cities.load(device.city)
    described, rows, refused = type_of(city, device.kind), defaultdict(list), {}
    latest = _latest(city)
    for number, (at, fields) in lines.items():
        try:
            _check_time(at, latest)
            for title, value in _values(described, fields).items():
                rows[title].append((at, value))
        except Invalid as error:
            refused[number] = str(error)
    with transaction.atomic():
        new = sum(sensors.store_numbers(device.thing, title, some) for title, some in rows.items())
        good = [at for number, (at, _) in lines.items() if number not in refused]
        Device.objects.filter(pk=device.pk).update(
            uplinks=F("uplinks") + len(good), refused=F("refused") + len(refused),
            heard=max([*good, *([device.heard] if device.heard else [])], default=None),
            fault=next(iter(refused.values()), "")[:300],
        )  # fmt: skip
    return Kept(new, refused)


def _latest(city: cities.City) -> dt.datetime | None:
    """Until when a time is no time to come; None where time is simulated."""
    return None if cities.is_simulated(city.id) else cities.now(city.id) + _AHEAD


def _check_time(at: dt.datetime, latest: dt.datetime | None) -> None:
    """Raises Invalid for one that is still to come."""
    if latest is not None and at > latest:
        raise Invalid(what=f"{at.isoformat()} is in the future.", mend="Set the device's clock.")


def _values(described: DeviceType, fields: Fields) -> dict[str, float]:
    """Numbers by what they are titled, at least one. Raises Invalid."""
    values = _within(described, fields)
    if not values:
        known = ", ".join(described.fields)
        raise Invalid(what=f"None of {', '.join(fields)[:100]} is known of {described.id}.", mend=f"It has {known}.")
    return values


def _keep(device: Device, uplink: Uplink) -> int:
    city = cities.load(device.city)
    described = type_of(city, device.kind)
    fields = decoders[described.decoder].fields(uplink.sent)
    at = uplink.at or cities.now(city.id)
    _check_time(at, _latest(city))
    values = _values(described, fields)
    new = sum(sensors.store_numbers(device.thing, title, [(at, number)]) for title, number in values.items())
    battery = uplink.battery if uplink.battery is not None else fields.get(BATTERY)
    Device.objects.filter(pk=device.pk).update(
        uplinks=F("uplinks") + 1, heard=max(at, device.heard or at), fault="",
        battery=float(battery) if isinstance(battery, int | float) else device.battery,
    )  # fmt: skip
    return new


def _within(described: DeviceType, fields: Fields) -> dict[str, float]:
    """Numbers by what they are titled. Raises Invalid for one that cannot be."""
    found: dict[str, float] = {}
    for name, measure in described.fields.items():
        value = fields.get(name)
        if value is None:
            continue
        if isinstance(value, str) or not measure.lowest <= value <= measure.highest:
            bounds = f"from {measure.lowest:g} to {measure.highest:g}"
            raise Invalid(what=f"{name} is {value!r:.40}, which cannot be.", mend=f"It is a number {bounds}.")
        found[measure.title] = value
    return found
