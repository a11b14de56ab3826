"""Events between parts: announced in the past tense, heard in the same transaction, listeners declared as data.

A part's `events.py` has its Event classes and `LISTENS`, from event class to the dotted name of a function. The
listener imports the announcer, never both ways. A listener that fails takes the whole transaction back with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import ClassVar

from django.apps import apps
from django.db import transaction
from django.utils.module_loading import import_string

__all__ = ["Event", "announce", "listeners"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that has happened, in plain values; `name` carries the version of its meaning."""

    name: ClassVar[str]


def announce(event: Event) -> None:
    """Tell every listener, in the caller's transaction (one is opened where there is none)."""
    with transaction.atomic():
        for listener in listeners().get(type(event), ()):
            import_string(listener)(event)


@cache
def listeners() -> dict[type[Event], list[str]]:
    """Dotted names of the listeners by event class, from the `events.py` of every installed part."""
    found: dict[type[Event], list[str]] = defaultdict(list)
    for event, listener in _declared():
        found[event].append(listener)
    return dict(found)


def _declared() -> Iterable[tuple[type[Event], str]]:
    for config in apps.get_app_configs():
        if config.name.startswith("toimiva.") and find_spec(f"{config.name}.events"):
            heard: dict[type[Event], str] = getattr(import_module(f"{config.name}.events"), "LISTENS", {})
            yield from heard.items()
