"""What devices are told to do, to those that ask: tasks of SensorThings (OGC 17-079r1) for the things they are.

A device that follows MQTT hears of its tasks there. Others ask over HTTP, by themselves or through their gateway; as
JSON, or in UltraLight 2.0 as the IoT Agent of FIWARE answers (`getCmd=1`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from toimiva.capabilities.devices.models import Device
from toimiva.capabilities.devices.taking import device_of
from toimiva.capabilities.sensors import api as sensors
from toimiva.capabilities.sensors.api import TaskTold

__all__ = ["STALE", "as_ultralight", "tell"]

STALE = dt.timedelta(days=1)  # after which nobody wants it done any more


def tell(number: str, key: str, after: int | None = None) -> list[TaskTold]:
    """Tasks of the last day that the device has not been told, oldest first; those after a number where it says which
    it had last, so that what was lost on the way is told again. Raises NotFound and NotSignedIn."""
    device = device_of(number, key)
    with transaction.atomic():
        known = Device.objects.select_for_update().get(pk=device.pk).told if after is None else after
        tasks = sensors.tasks_of(device.thing, after=known, within=STALE)
        if tasks:
            Device.objects.filter(pk=device.pk).update(told=tasks[-1].id)
    return tasks


def as_ultralight(number: str, tasks: Sequence[TaskTold]) -> str:
    """`meter-1@valve|open=true&percent=30`, with `#` between tasks. What would be read as a sign of the protocol is
    left out of texts."""
    told = ("&".join(f"{_plain(name)}={_plain(value)}" for name, value in one.parameters.items()) for one in tasks)
    named = zip(tasks, told, strict=True)
    return "#".join(f"{number}@{_plain(one.name)}|{parameters}" for one, parameters in named)


def _plain(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.translate(dict.fromkeys(map(ord, "|#@&=\r\n"), " "))
