"""What of the standard is here, as the service's root tells it (OGC 18-088, section 9.2.1; 17-079r1 for tasking)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from toimiva.capabilities.sensors.schema import TASKING

__all__ = ["server_settings"]

_SENSING = (
    "datamodel", "resource-path/resource-path-to-entities", "request-data", "create-update-delete/create-entity",
    "create-update-delete/link-to-existing-entities", "create-update-delete/deep-insert",
    "create-update-delete/deep-insert-status-code", "create-update-delete/update-entity",
    "create-update-delete/update-entity-put", "create-update-delete/update-entity-jsonpatch",
    "create-update-delete/delete-entity", "create-update-delete/historical-location-auto-creation",
    "create-update-delete/historical-location-manual-creation", "batch-request/batch-request",
    "multi-datastream", "data-array/data-array",
    "create-observations-via-mqtt/observations-creation", "receive-updates-via-mqtt/receive-updates",
)  # fmt: skip
_TASKING = ("tasking-capability", "task", "actuator", "create-tasks", "receive-updates-via-mqtt")
_BY_MQTT = ("create-observations-via-mqtt/observations-creation", "receive-updates-via-mqtt/receive-updates")
_SENSING_SPEC = "http://www.opengis.net/spec/iot_sensing/1.1/req/"
_TASKING_SPEC = "http://www.opengis.net/spec/iot_tasking/1.0/req/"
_CONFORMANCE = (*(_SENSING_SPEC + name for name in _SENSING), *(_TASKING_SPEC + name for name in _TASKING))
_HERE = ("127.0.0.1", "localhost", "0.0.0.0", "::1", "")  # noqa: S104 - of this machine only


def server_settings(base: str) -> dict[str, Any]:
    """Requirements that are met, and where tasking and MQTT are found. `base` is the root's own address."""
    told: dict[str, Any] = {"conformance": _CONFORMANCE}
    told[f"{_TASKING_SPEC}tasking-capability"] = {"endpoints": [f"{base}/{name}" for name in TASKING]}
    if settings.MQTT:
        broker = {"endpoints": [_broker(base)]}
        told |= {_SENSING_SPEC + name: broker for name in _BY_MQTT}
    return told


def _broker(base: str) -> str:
    """The broker's address without its password; one on this machine is where the service is."""
    parts = urlsplit(settings.MQTT.replace("embedded:", "mqtt://", 1))
    host = urlsplit(base).hostname if (parts.hostname or "") in _HERE else parts.hostname
    return f"{parts.scheme}://{host}:{parts.port or 1883}"
