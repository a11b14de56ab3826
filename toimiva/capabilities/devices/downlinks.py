"""What LoRaWAN devices are told to do: tasks of SensorThings become downlinks, which their network's server queues.

A device gets its tasks in their order, one at a time. One that a server does not take now is tried again until it is a
day old; one that it refuses, or that cannot be encoded, is left out, and the device tells why. Who stops between a
server's answer and its record sends the task again: it has the same `correlation_ids` then (The Things Stack).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from toimiva.capabilities.devices.encoding import Command, Payload, encoders
from toimiva.capabilities.devices.models import Device
from toimiva.capabilities.devices.networks import Downlink, Queueing, Request, networks
from toimiva.capabilities.devices.telling import STALE
from toimiva.capabilities.devices.types import type_of
from toimiva.capabilities.sensors import api as sensors
from toimiva.capabilities.sensors.api import TaskTold
from toimiva.core.city import api as cities
from toimiva.core.errors import ToimivaError

__all__ = ["queue_downlinks"]

_AT_ONCE, _WAIT_S = 32, 10.0
_LEASE = timedelta(minutes=2)  # for whoever tells a device now; if they stop, it is due again
_AGAIN = timedelta(minutes=1)
_LATER = (401, 403, 408, 429)  # answers that say nothing about the task: a key that is corrected, a moment's rest
_LOG = logging.getLogger("toimiva.devices")


@dataclass(frozen=True, slots=True)
class _Task:
    """A device's oldest task that it was not told, and what its server is asked, or the fault why it is not."""

    device: Device
    task: int
    address: str = ""
    request: Request | None = None
    fault: str = ""


def queue_downlinks() -> int:
    """Give network servers the next task of each device that has one; how many they took."""
    now = timezone.now()
    tasks = [one for device in _claim(now) if (one := _next(device))]
    if not tasks:
        return 0
    with ThreadPoolExecutor(1) as thread:  # whoever calls may have a loop of their own
        answers = thread.submit(lambda: asyncio.run(_post_all(tasks))).result()
    return sum(_note(one, answer) for one, answer in zip(tasks, answers, strict=True))


def _claim(now: datetime) -> Iterator[Device]:
    """Devices of networks that have a server, with tasks, so that nobody else tells them now."""
    if not settings.NETWORK_SERVERS:
        return
    newest = sensors.newest_tasks(within=STALE)
    free = Q(due=None) | Q(due__lte=now)
    found = Device.objects.filter(free, ended=None, network__in=settings.NETWORK_SERVERS, thing__in=newest)
    waiting = [one for one in found.order_by("pk") if one.told < newest[one.thing]]
    for device in waiting[:_AT_ONCE]:
        if Device.objects.filter(free, pk=device.pk, told=device.told).update(due=now + _LEASE):
            yield device


def _next(device: Device) -> _Task | None:
    tasks = sensors.tasks_of(device.thing, after=device.told, within=STALE)
    if not tasks:
        return None
    try:
        command = _command(device, tasks[0].name)
        payload = encoders[command.encoder].payload(command, tasks[0].parameters)
        return _asked(device, tasks[0], command, payload)
    except (ToimivaError, ValueError) as error:
        return _Task(device, tasks[0].id, fault=str(error))


def _command(device: Device, name: str) -> Command:
    commands = type_of(cities.load(device.city), device.kind).commands
    if name not in commands:
        known = ", ".join(commands) or "none"
        raise ValueError(f"{device.kind} has no command {name!r:.60} (known: {known}): add it to the device's type.")
    return commands[name]


def _asked(device: Device, task: TaskTold, command: Command, payload: Payload) -> _Task:
    network = networks[device.network]
    if not isinstance(network, Queueing) or not device.route:
        raise ValueError(f"{device.network} has not said how the device is reached: see what its webhook sends.")
    url, key = settings.NETWORK_SERVERS[device.network]
    request = network.request(device.route, key, Downlink(task.id, payload, command.port, command.confirmed))
    return _Task(device, task.id, f"{url}{request.path}", request)


async def _post_all(tasks: Sequence[_Task]) -> list[int | str]:
    async with httpx.AsyncClient(timeout=_WAIT_S, follow_redirects=False, trust_env=False) as client:
        return await asyncio.gather(*(_post(client, one) for one in tasks))


async def _post(client: httpx.AsyncClient, one: _Task) -> int | str:
    """The answer's status, or why there is none."""
    if one.request is None:
        return 0
    try:
        async with asyncio.timeout(_WAIT_S):
            told = await client.post(one.address, json=dict(one.request.body), headers=dict(one.request.headers))
            return told.status_code
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        return f"{type(error).__name__}: {error}"[:200]


def _note(one: _Task, answer: int | str) -> bool:
    """What came of it."""
    rows = Device.objects.filter(pk=one.device.pk)
    if isinstance(answer, str) or answer >= 500 or answer in _LATER:
        why = f"{one.device.network} does not take task {one.task} now: {answer}."
        _LOG.warning("%s It is tried again in a minute.", why)
        rows.update(due=timezone.now() + _AGAIN, untold=why)
        return False
    taken = 200 <= answer < 300
    fault = one.fault or ("" if taken else f"{one.device.network} answered {answer}")
    rows.update(told=one.task, due=None, untold=f"Task {one.task}: {fault}"[:300] if fault else "")
    return taken
