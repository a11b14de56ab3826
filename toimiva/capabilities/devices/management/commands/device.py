"""`toimiva device`: adding devices, and how they are."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.capabilities.devices.dropping import QUIET, Dropped, take_dropped
from toimiva.capabilities.devices.health import health_of
from toimiva.capabilities.devices.onboarding import add
from toimiva.core.city import api as cities

_NOTHING = f"Nothing lies there that has been left alone for {QUIET:g} seconds."


class Command(BaseCommand):
    help = "Devices: adding them, and whether they are well."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        added = verbs.add_parser("add", help="a device at its place; prints its key")
        added.add_argument("kind", help="a type, cities/CITY/devices/KIND.toml")
        added.add_argument("code", help="its identifier, or what its QR code says")
        added.add_argument("--name", required=True)
        added.add_argument("--at", required=True, nargs=2, type=float, metavar=("LONGITUDE", "LATITUDE"))
        added.add_argument("--school", default="", dest="group")
        health = verbs.add_parser("health", help="those that are unwell, and why")
        drop = verbs.add_parser("drop", help="files (CSV) that a gateway drops into a folder")
        drop.add_argument("folder", type=Path)
        drop.add_argument("--every", type=float, default=0, metavar="SECONDS", help="look again, until stopped")
        for one in (added, health, drop):
            one.add_argument("--city", default="helsinki")
            one.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, verb: str, city: str, as_json: bool, **options: Any) -> None:
        do = {"add": _added, "health": _unwell, "drop": _dropped}[verb]
        self._say(*do(cities.load(city), options), as_json=as_json)
        while options.get("every"):
            time.sleep(options["every"])
            self._say(*do(cities.load(city), options), as_json=as_json)

    def _say(self, told: dict[str, Any], words: str, *, as_json: bool) -> None:
        self.stdout.write(json.dumps(told, ensure_ascii=False) if as_json else words)


def _added(city: cities.City, options: dict[str, Any]) -> tuple[dict[str, Any], str]:
    x, y = options["at"]
    made = add(
        city, options["kind"], options["code"], name=options["name"], longitude=x, latitude=y, group=options["group"]
    )
    told = {"number": made.device.number, "thing": made.device.thing, "key": made.key}
    return told, f"{made.device.number} is Things({made.device.thing}). Its key, shown once: {made.key}"


def _unwell(city: cities.City, _: dict[str, Any]) -> tuple[dict[str, Any], str]:
    rows = [
        {"number": one.device.number, "name": one.device.name, "wrong": list(one.wrong)}
        for one in health_of(city, at=cities.now(city.id))
        if one.wrong
    ]
    words = "\n".join(f"{row['name']} ({row['number']}): {', '.join(row['wrong'])}" for row in rows)
    return {"unwell": rows}, words or "All are well."


def _dropped(_: cities.City, options: dict[str, Any]) -> tuple[dict[str, Any], str]:
    found = take_dropped(options["folder"])
    return {"files": [asdict(one) for one in found]}, "\n".join(map(_told, found)) or _NOTHING


def _told(one: Dropped) -> str:
    refused = f"; {len(one.refused)} lines refused, see refused/" if one.refused else ""
    return f"{one.name}: {one.lines} lines, {one.new} new observations{refused}"
