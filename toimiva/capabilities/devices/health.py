"""Whether a device is well, by stated rules.

silent    nothing heard for three times as long as its type is heard
battery   under 20 per cent
stuck     a value the same in all of the last twelve observations, over at least six hours
drifting  its mean of a week is further from the others of its type than 4 times their usual distance (median absolute
          deviation), with five others at least
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from toimiva.capabilities.devices.models import Device
from toimiva.capabilities.devices.types import DeviceType, types_of
from toimiva.capabilities.sensors import api as sensors
from toimiva.core.city.api import City

__all__ = ["Health", "health_of"]

_LOW, _STUCK, _STUCK_FOR, _WEEK = 20.0, 12, dt.timedelta(hours=6), dt.timedelta(days=7)
_FAR, _OTHERS, _USUAL = 4.0, 5, 1.4826  # the last makes a median deviation a standard one
Seen = Sequence[tuple[dt.datetime, float]]


@dataclass(frozen=True, slots=True)
class Health:
    """A device with what is wrong: names of rules, in their order."""

    device: Device
    wrong: tuple[str, ...]


def health_of(city: City, *, at: dt.datetime) -> list[Health]:
    """Every device of a city that is in use, those that are unwell first."""
    devices = list(Device.objects.filter(city=city.id, ended=None).order_by("name", "pk"))
    types = types_of(city)
    definitions = {one.property for kind in types.values() for one in kind.fields.values()}
    seen = sensors.observed([row.thing for row in devices], definitions, after=at - _WEEK, until=at)
    drifting = _drifting(devices, types, seen)
    found = [Health(row, tuple(_wrong(row, types.get(row.kind), seen, drifting, at))) for row in devices]
    return sorted(found, key=lambda one: (not one.wrong, one.device.name))


def _wrong(
    row: Device, kind: DeviceType | None, seen: Mapping[tuple[int, str], Seen], drifting: set[int], at: dt.datetime
) -> list[str]:
    if kind is None:
        return []
    heard = row.heard or row.added
    values = [seen.get((row.thing, one.property), ()) for one in kind.fields.values()]
    rules = {
        "silent": at - heard > 3 * dt.timedelta(minutes=kind.every_minutes),
        "battery": row.battery is not None and row.battery < _LOW,
        "stuck": any(_is_stuck(some) for some in values),
        "drifting": row.pk in drifting,
    }
    return [name for name, holds in rules.items() if holds]


def _is_stuck(some: Seen) -> bool:
    last = sorted(some)[-_STUCK:]
    long = len(last) == _STUCK and last[-1][0] - last[0][0] >= _STUCK_FOR
    return long and len({value for _, value in last}) == 1 and last[0][1] != 0


def _drifting(
    devices: Sequence[Device], types: Mapping[str, DeviceType], seen: Mapping[tuple[int, str], Seen]
) -> set[int]:
    """Devices far from the others of their type in any field."""
    found: set[int] = set()
    for name, kind in types.items():
        for one in kind.fields.values():
            told = {
                row.pk: seen[row.thing, one.property]
                for row in devices
                if row.kind == name and (row.thing, one.property) in seen
            }
            means = {key: fmean(value for _, value in some) for key, some in told.items()}
            if len(means) > _OTHERS:
                middle = median(means.values())
                usual = _USUAL * median(abs(mean - middle) for mean in means.values())
                found |= {key for key, mean in means.items() if usual and abs(mean - middle) > _FAR * usual}
    return found
