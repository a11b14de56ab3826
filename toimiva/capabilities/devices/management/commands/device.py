"""`toimiva device`: adding devices, and how they are."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.capabilities.devices.health import health_of
from toimiva.capabilities.devices.onboarding import add
from toimiva.core.city import api as cities


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
        for one in (added, health):
            one.add_argument("--city", default="helsinki")
            one.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, verb: str, city: str, as_json: bool, **options: Any) -> None:
        found = cities.load(city)
        if verb == "add":
            x, y = options["at"]
            made = add(
                found,
                options["kind"],
                options["code"],
                name=options["name"],
                longitude=x,
                latitude=y,
                group=options["group"],
            )
            told: dict[str, Any] = {"number": made.device.number, "thing": made.device.thing, "key": made.key}
            words = f"{made.device.number} is Things({made.device.thing}). Its key, shown once: {made.key}"
        else:
            rows = [
                {"number": one.device.number, "name": one.device.name, "wrong": list(one.wrong)}
                for one in health_of(found, at=cities.now(city))
                if one.wrong
            ]
            told = {"unwell": rows}
            words = "\n".join(f"{row['name']} ({row['number']}): {', '.join(row['wrong'])}" for row in rows)
        self.stdout.write(json.dumps(told, ensure_ascii=False) if as_json else words or "All are well.")
