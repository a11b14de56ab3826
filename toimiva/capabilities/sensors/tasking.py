"""What a device can be told to do, and what it is told (OGC 17-079r1), by a DataRecord of SWE Common in JSON.

A task is checked against what its capability declares; a field of a kind that is not known here takes any value.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.utils import timezone

from toimiva.capabilities.sensors.models import Task
from toimiva.capabilities.sensors.times import read_instant
from toimiva.core.errors import Invalid

__all__ = ["TaskTold", "check_capability", "check_task", "newest_tasks", "tasks_of"]

Field = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TaskTold:
    """A task: the `name` of its capability, when it was given, its parameters by name."""

    id: int
    name: str
    at: dt.datetime
    parameters: Mapping[str, Any]


def newest_tasks(*, within: dt.timedelta) -> dict[int, int]:
    """The newest task of each thing that was given one within a time until now."""
    recent = Task.objects.filter(creation_time__gte=timezone.now() - within)
    return dict(recent.values_list("tasking_capability__thing").annotate(Max("pk")).order_by())


def tasks_of(thing: int, *, after: int, within: dt.timedelta) -> list[TaskTold]:
    """Tasks of a thing after one, given within a time until now, oldest first."""
    found = Task.objects.filter(
        tasking_capability__thing=thing, id__gt=after, creation_time__gte=timezone.now() - within
    ).select_related("tasking_capability")
    return [
        TaskTold(one.pk, one.tasking_capability.name, one.creation_time, _by_name(one.tasking_parameters))
        for one in found.order_by("id")
    ]


def _by_name(parameters: object) -> Mapping[str, Any]:
    return parameters if isinstance(parameters, dict) else {}


def check_capability(parameters: object) -> None:
    """Raises Invalid for a DataRecord whose fields have no names, or a name twice."""
    fields = _fields(parameters)
    names = [one.get("name") for one in fields if isinstance(one, dict)]
    if len(names) < len(fields) or not all(isinstance(name, str) and name for name in names):
        raise _wrong("TaskingCapability", "each field of taskingParameters has a name", "Name it as tasks will.")
    if len({*names}) < len(names):
        raise _wrong("TaskingCapability", "a field of taskingParameters is there twice", "Give each a name of its own.")


def check_task(declared: object, given: object) -> None:
    """Raises Invalid for a parameter that is unknown, missing, or not what its field allows."""
    fields = {one["name"]: one for one in _fields(declared)}
    if not fields:
        return
    if not isinstance(given, dict):
        raise _wrong("Task", "taskingParameters must be a JSON object", f"Give {', '.join(fields)}.")
    for name in given:
        if name not in fields:
            raise _wrong("Task", f"{name[:60]!r} is no parameter of this capability", f"Give {', '.join(fields)}.")
    for name, field in fields.items():
        if name in given:
            _check(name, field, given[name])
        elif not field.get("optional"):
            raise _wrong("Task", f"{name!r} is missing", "Give it, as the capability's taskingParameters say.")


def _fields(parameters: object) -> list[Any]:
    found = parameters.get("field") if isinstance(parameters, dict) else None
    return found if isinstance(found, list) else []


def _check(name: str, field: Field, value: object) -> None:
    kind = str(field.get("type", ""))
    fits = _KINDS.get(kind)
    if fits is not None and not fits(value):
        raise _wrong("Task", f"{name!r} must be a {kind}", "See the capability's taskingParameters.")
    constraint = field.get("constraint")
    if isinstance(constraint, dict) and not _allowed(constraint, value):
        raise _wrong("Task", f"{name!r} is not one of the allowed values", f"Give {_told(constraint)}.")


def _told(constraint: Field) -> str:
    """What a constraint allows, as a person reads it; the first ten of many."""
    values, intervals = (one if isinstance(one := constraint.get(name), list) else [] for name in ("value", "interval"))
    words = [str(one) for one in values]
    words += [f"{one[0]} to {one[1]}" for one in intervals if isinstance(one, list) and len(one) == 2]
    return " or ".join(words[:10]) + (" or another of its values" if len(words) > 10 else "")


def _allowed(constraint: Field, value: object) -> bool:
    """By listed values or by intervals; a constraint of neither allows all."""
    values, intervals = constraint.get("value"), constraint.get("interval")
    if not isinstance(values, list) and not isinstance(intervals, list):
        return True
    listed = isinstance(values, list) and value in values
    return listed or (isinstance(intervals, list) and any(_within(one, value) for one in intervals))


def _within(interval: object, value: object) -> bool:
    if not isinstance(interval, list) or len(interval) != 2 or not _is_number(value):
        return False
    low, high = (float(end) if _is_number(end) else math.nan for end in interval)
    return low <= float(value) <= high  # type: ignore[arg-type]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_time(value: object) -> bool:
    try:
        read_instant(value)
    except ValueError:
        return False
    return True


_KINDS: Mapping[str, Callable[[object], bool]] = {
    "Boolean": lambda value: isinstance(value, bool),
    "Category": lambda value: isinstance(value, str),
    "Count": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Quantity": _is_number,
    "Text": lambda value: isinstance(value, str),
    "Time": _is_time,
}


def _wrong(entity: str, why: str, mend: str) -> Invalid:
    return Invalid(what=f"{entity}: {why}.", mend=mend)
