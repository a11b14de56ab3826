"""How each part of the platform is, right now: "" where it is well, else what is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from toimiva.capabilities.sensors import api as sensors
from toimiva.capabilities.webhooks import api as webhooks
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities

__all__ = ["PARTS", "Part", "state_of"]

_LATE, _TRIES = timedelta(minutes=10), 3
_LEAST_FREE = 2**30  # bytes


@dataclass(frozen=True, slots=True)
class Part:
    """A part: its title, and how to find out how it is."""

    title: Promise
    check: Callable[[], str]


def _pages() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _worker() -> str:
    """It is what looks: its silence is seen by the age of the last look."""
    return ""


def _messages() -> str:
    held = sum(channels.held_up(city, tries=_TRIES) for city in cities.cities())
    return f"{held} messages were tried {_TRIES} times and more" if held else ""


def _sensors() -> str:
    if not settings.MQTT or sensors.bridge_is_connected():
        return ""
    return "the broker is not reached"


def _webhooks() -> str:
    late = webhooks.late_notices(before=timezone.now() - _LATE)
    return f"{late} notices wait for more than {_LATE.seconds // 60} minutes" if late else ""


def _storage() -> str:
    free = shutil.disk_usage(settings.HOME).free
    return "" if free >= _LEAST_FREE else f"{free // 2**20} MB are free"


PARTS: Mapping[str, Part] = {
    "pages": Part(gettext_lazy("Pages and database"), _pages),
    "worker": Part(gettext_lazy("Rounds, replies and watches"), _worker),
    "messages": Part(gettext_lazy("Messages"), _messages),
    "sensors": Part(gettext_lazy("Sensors by MQTT"), _sensors),
    "webhooks": Part(gettext_lazy("Webhooks"), _webhooks),
    "storage": Part(gettext_lazy("Storage"), _storage),
}


def state_of(part: Part) -> str:
    """What is wrong with a part, or ""; one that cannot be asked is not well."""
    try:
        return part.check()
    except (DatabaseError, OSError) as error:
        return f"{type(error).__name__}: {error}".splitlines()[0][:200]
