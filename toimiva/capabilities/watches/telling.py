"""What a watch tells people: its groups now, a group's things, a week of alarms, and what a case is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from toimiva.capabilities.sensors import api as sensors
from toimiva.capabilities.watches.folders import Watch, watch, watches_of
from toimiva.capabilities.watches.looking import group_of, places_of
from toimiva.capabilities.watches.models import Alarm
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import NotFound

__all__ = [
    "CaseOfPlace", "Group", "OfThing", "case_of_place", "count_alarms", "groups_of", "reason_of", "things_of",
    "week_of",
]  # fmt: skip

DAYS = 7


@dataclass(frozen=True, slots=True)
class Group:
    """Things that are told together: how many, and how many of them are in alarm now."""

    name: str
    things: int
    alarms: int
    simulated: bool


@dataclass(frozen=True, slots=True)
class OfThing:
    """A thing with the newest of its streams, and its alarm now, if any."""

    id: int
    name: str
    newest: Sequence[Any]
    alarm: Alarm | None


@dataclass(frozen=True, slots=True)
class CaseOfPlace:
    """What a case of a watch is about: the place, in words, and its alarms with what was seen as each began."""

    name: str
    because: str
    next: str
    alarms: Sequence[tuple[Alarm, Sequence[tuple[str, float | None, str]]]]
    watch: str
    simulated: bool


def groups_of(city: City, one: Watch) -> list[Group]:
    """Groups by name, those in alarm first."""
    counted: dict[str, list[int]] = {}
    simulated: set[str] = set()
    for place in places_of(city, one):
        name = group_of(one, place)
        counted.setdefault(name, []).append(place.id)
        if place.properties.get("simulated"):
            simulated.add(name)
    alarmed = set(Alarm.objects.filter(city=city.id, watch=one.id, until=None).values_list("thing", flat=True))
    found = [Group(name, len(ids), len(alarmed & {*ids}), name in simulated) for name, ids in counted.items()]
    return sorted(found, key=lambda group: (-group.alarms, group.name))


def things_of(city: City, one: Watch, group: str) -> list[OfThing]:
    """The things of a group. Raises NotFound for a group that is not there."""
    places = [place for place in places_of(city, one) if group_of(one, place) == group]
    if not places:
        raise NotFound(what=f"There is nothing watched in {group[:60]!r}.", mend="Choose from the list.")
    alarms = {a.thing: a for a in Alarm.objects.filter(city=city.id, watch=one.id, until=None)}
    return [
        OfThing(place.id, place.name, sensors.newest_of(sensors.thing_of(place.id)), alarms.get(place.id))
        for place in places
    ]


def week_of(city: City, one: Watch, group: str, *, until: datetime) -> list[tuple[str, Mapping[date, int]]]:
    """Minutes in alarm of each thing by day, of the week that ends at an instant; things without any are left out."""
    since = until - timedelta(days=DAYS)
    rows = Alarm.objects.filter(city=city.id, watch=one.id, group=group, since__lte=until).exclude(until__lt=since)
    told: dict[str, dict[date, int]] = {}
    for row in rows.order_by("name", "since"):
        for day, minutes in _by_day(max(row.since, since), min(row.until or until, until), city):
            days = told.setdefault(row.name, {})
            days[day] = days.get(day, 0) + minutes
    return sorted(told.items())


def _by_day(start: datetime, end: datetime, city: City) -> list[tuple[date, int]]:
    """The minutes between two instants, by the city's days."""
    found = []
    at = start.astimezone(city.zone)
    last = end.astimezone(city.zone)
    while at < last:
        midnight = datetime.combine(at.date() + timedelta(days=1), datetime.min.time(), city.zone)
        found.append((at.date(), round((min(midnight, last) - at).total_seconds() / 60)))
        at = midnight
    return found


def reason_of(city: City, name: str, language: str) -> str:
    """Why a watch opens a case, in words; the watch's id where its folder is gone."""
    found = watches_of(city).get(name)
    return cities.text_in(found.because, language) if found else name


def case_of_place(city: City, number: int, name: str, group: str, language: str) -> CaseOfPlace:
    """What a case of a watch is about."""
    one = watch(city, name)
    rows = Alarm.objects.filter(case=number).order_by("since", "name")
    alarms = [(row, _seen(one, row, language)) for row in rows]
    simulated = any(row.name == group and row.simulated for row in groups_of(city, one))
    because, todo = cities.text_in(one.because, language), cities.text_in(one.next, language)
    return CaseOfPlace(group, because, todo, alarms, one.id, simulated)


def _seen(one: Watch, row: Alarm, language: str) -> list[tuple[str, float | None, str]]:
    """The newest of each input as the alarm began: what it is, the value, its unit."""
    return [
        (cities.text_in(given.title, language), row.values.get(name, {}).get("latest"), given.unit)
        for name, given in one.inputs.items()
    ]


def count_alarms(city: City) -> int:
    """How many alarms are open."""
    return Alarm.objects.filter(city=city.id, until=None).count()
