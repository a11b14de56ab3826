"""All things of a watch at an instant: alarms are raised and pass, and an open group of them is one case for staff."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from pyproj import Geod

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.sensors import api as sensors
from toimiva.capabilities.watches.events import AlarmPassed, AlarmRaised
from toimiva.capabilities.watches.folders import Watch, watches_of
from toimiva.capabilities.watches.judging import condition, input_of
from toimiva.capabilities.watches.models import Alarm
from toimiva.capabilities.watches.reaching import tell_areas
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.event import announce

__all__ = ["Looked", "group_of", "look", "look_live", "places_of", "replay"]

_EARTH = Geod(ellps="WGS84")
_EVERY = 300  # turns of the worker, five a second: once a minute


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look found: how many things, and alarms raised and passed."""

    things: int
    raised: int
    passed: int


def places_of(city: City, watch: Watch) -> list[sensors.Place]:
    """The things that a watch looks at; one that names another city is not this one's."""
    found = sensors.things_where(watch.things)
    return [place for place in found if place.is_in(city.id)]


def look(city: City, watch: Watch, *, at: datetime, places: Sequence[sensors.Place] | None = None) -> Looked:
    """Judge every thing by what was observed until an instant. Looking again at the same instant changes nothing."""
    places = places_of(city, watch) if places is None else places
    open_ones = {alarm.thing: alarm for alarm in Alarm.objects.filter(city=city.id, watch=watch.id, until=None)}
    names = frozenset(watch.inputs)
    begins, ends = condition(watch.when, names), condition(watch.until or f"not({watch.when})", names)
    raised: list[tuple[sensors.Place, Mapping[str, Any]]] = []
    passed: list[Alarm] = []
    for place, values in _values(watch, places, at):
        alarm = open_ones.get(place.id)
        if alarm is None and begins(values):
            raised.append((place, values))
        elif alarm is not None and alarm.since < at and ends(values):
            passed.append(alarm)
    if raised or passed:
        _change(city, watch, raised, passed, at)
    if watch.reaches_m is not None:
        tell_areas(city, watch, places, at=at)
    return Looked(len(places), len(raised), len(passed))


def _values(
    watch: Watch, places: Sequence[sensors.Place], at: datetime
) -> Iterator[tuple[sensors.Place, dict[str, Any]]]:
    """Each place with its inputs, of itself and of what is around it."""
    definitions = {one.property for one in watch.inputs.values()}
    around = {name: _around(places, one.property, one.within_m) for name, one in watch.inputs.items() if one.within_m}
    things = {place.id for place in places} | {
        key for near in around.values() for keys in near.values() for key in keys
    }
    seen = sensors.observed(things, definitions, after=at - timedelta(minutes=watch.minutes), until=at)
    asks = "silent" in f"{watch.when} {watch.until}"
    newest = sensors.newest_times(things, definitions, until=at) if asks else {}
    for place in places:
        values: dict[str, Any] = {"thing": _plain(place.properties)}
        for name, one in watch.inputs.items():
            keys = around[name][place.id] if name in around else (place.id,)
            all_seen = [row for key in keys for row in seen.get((key, one.property), ())]
            last = max(filter(None, (newest.get((key, one.property)) for key in keys)), default=None)
            values[name] = input_of(all_seen, at=at, newest=last)
        yield place, values


def _plain(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties that FEEL has values for: texts and truths."""
    return {name: value for name, value in properties.items() if isinstance(value, str | bool)}


def _around(places: Sequence[sensors.Place], definition: str, metres: float) -> dict[int, list[int]]:
    """Other things that observe a property, by how far they are."""
    quoted = definition.replace("'", "''")
    others = sensors.things_where(f"Datastreams/ObservedProperty/definition eq '{quoted}'")
    located = [(other.id, *other.point) for other in others if other.point]
    if not located:
        return {place.id: [] for place in places}
    keys, xs, ys = zip(*located, strict=True)
    found: dict[int, list[int]] = {}
    for place in places:
        found[place.id] = []
        if place.point:
            x, y = place.point
            distances = _EARTH.inv([x] * len(keys), [y] * len(keys), xs, ys)[2]
            found[place.id] = [key for key, far in zip(keys, distances, strict=True) if far <= metres]
    return found


def _change(
    city: City, watch: Watch, raised: Sequence[tuple[sensors.Place, Mapping[str, Any]]], passed: Sequence[Alarm],
    at: datetime,
) -> None:  # fmt: skip
    with transaction.atomic():
        for alarm in passed:
            Alarm.objects.filter(pk=alarm.pk, until=None).update(until=at)
            announce(AlarmPassed(city=city.id, watch=watch.id, thing=alarm.thing, at=at))
        new = [Alarm(
            city=city.id, watch=watch.id, thing=place.id, name=place.name, group=group_of(watch, place), since=at,
            values=_kept(values, watch.inputs),
        ) for place, values in raised]  # fmt: skip
        Alarm.objects.bulk_create(new, ignore_conflicts=True)
        groups = _cases(city, watch, {alarm.group for alarm in new}, at)
        for alarm in new:
            mine = Alarm.objects.filter(city=city.id, watch=watch.id, thing=alarm.thing, until=None, case=None)
            mine.update(case=groups[alarm.group])
            announce(AlarmRaised(city=city.id, watch=watch.id, thing=alarm.thing, group=alarm.group, at=at))


def group_of(watch: Watch, place: sensors.Place) -> str:
    """With what a place is told together, as its school; as long as a case's subject may be."""
    return str(place.properties.get(watch.group) or place.name if watch.group else place.name)[:80]


def _kept(values: Mapping[str, Any], inputs: Collection[str]) -> dict[str, dict[str, float | None]]:
    """What the inputs were, as JSON."""
    return {
        name: {
            field: None if value is None else float(value) for field, value in values[name].items() if field != "values"
        }
        for name in inputs
    }


def _cases(city: City, watch: Watch, groups: Collection[str], at: datetime) -> dict[str, int]:
    """The open case of each group, opened now where there is none."""
    found = cases.open_of_places(city.id, watch.id, groups)
    missing = sorted({*groups} - found.keys())
    new = [
        cases.NewCase(city.id, f"{watch.id} {at:%Y-%m-%dT%H:%M}", watch.id, "", watch.id, about=group)
        for group in missing
    ]
    cases.open_cases(new, at=at)
    return found | cases.open_of_places(city.id, watch.id, missing)


def replay(city: City, watch: Watch, *, start: datetime, end: datetime, step: timedelta) -> Iterator[Looked]:
    """Look again and again from one instant to another, as if time passed."""
    places = places_of(city, watch)
    at = start
    while at <= end:
        yield look(city, watch, at=at, places=places)
        at += step


def look_live(turn: int) -> None:
    """Look at everything now, once a minute."""
    if turn % _EVERY == 0:
        for name in cities.cities():
            city = cities.load(name)
            for one in watches_of(city).values():
                look(city, one, at=cities.now(city.id))
