"""Watches for people: open to anyone, as what the sensors tell is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from toimiva.capabilities.watches import folders
from toimiva.capabilities.watches.telling import DAYS, OfThing, groups_of, things_of, week_of
from toimiva.core.city import api as cities

__all__ = ["watch", "watch_group", "watches"]


@require_safe
def watches(request: HttpRequest) -> HttpResponse:
    """What is watched, city by city."""
    told = []
    for name in cities.cities():
        city = cities.load(name)
        rows = [_summed(city, one, request.LANGUAGE_CODE) for one in folders.watches_of(city).values()]
        told.append({"city": city, "name": cities.text_in(city.names, request.LANGUAGE_CODE), "rows": rows})
    return render(request, "watches/watches.html", {"cities": told, "resident": True})


def _summed(city: cities.City, one: folders.Watch, language: str) -> dict[str, Any]:
    groups = groups_of(city, one)
    things, alarms = sum(group.things for group in groups), sum(group.alarms for group in groups)
    return _words(one, language) | {
        "things": things,
        "alarms": alarms,
        "simulated": any(group.simulated for group in groups),
    }


def _words(one: folders.Watch, language: str) -> dict[str, Any]:
    names = ("name", "owner", "because", "fine", "advice", "next")
    return {name: cities.text_in(getattr(one, name), language) for name in names} | {"watch": one}


@require_safe
def watch(request: HttpRequest, city: str, watch: str) -> HttpResponse:
    """One watch: its rule, and its groups, those in alarm first."""
    found = cities.load(city)
    one = folders.watch(found, watch)
    groups = groups_of(found, one)
    simulated = any(group.simulated for group in groups)
    inputs = [
        {"name": name, "title": cities.text_in(given.title, request.LANGUAGE_CODE), "unit": given.unit}
        for name, given in one.inputs.items()
    ]
    shown = {"city": found, "groups": groups, "inputs": inputs, "simulated": simulated, "resident": True}
    return render(request, "watches/watch.html", shown | _words(one, request.LANGUAGE_CODE))


@require_safe
def watch_group(request: HttpRequest, city: str, watch: str, group: str) -> HttpResponse:
    """A group, as a school: how each room is now, what to do, the week, and its data for lessons."""
    found = cities.load(city)
    one = folders.watch(found, watch)
    things = things_of(found, one, group)
    until = _newest(things) or cities.now(found.id)
    days = [(until.astimezone(found.zone) - timedelta(days=n)).date() for n in reversed(range(DAYS))]
    week = [
        {"name": name, "minutes": [minutes.get(day, 0) for day in days]}
        for name, minutes in week_of(found, one, group, until=until)
    ]
    simulated = any(row.name == group and row.simulated for row in groups_of(found, one))
    shown = {
        "city": found, "group": group, "things": things, "alarmed": [row for row in things if row.alarm],
        "days": days, "week": week, "simulated": simulated, "resident": True,
    }  # fmt: skip
    return render(request, "watches/group.html", shown | _words(one, request.LANGUAGE_CODE))


def _newest(things: list[OfThing]) -> datetime | None:
    return max((one.at for row in things for one in row.newest if one.at), default=None)
