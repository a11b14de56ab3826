"""`toimiva buses`: positions of vehicles from an operator's feed, played again, or simulated."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.capabilities.buses.loading import feeds_in, load_feed
from toimiva.capabilities.buses.moving import simulate
from toimiva.core.city import api as cities
from toimiva.core.city.api import City


class Command(BaseCommand):
    help = "Buses and trams: positions from GTFS Realtime, or simulated."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        loaded = verbs.add_parser("load", help="a feed of GTFS Realtime (.pb), or the newest by name in a folder")
        played = verbs.add_parser("replay", help="the feeds of a folder one after another, as if they came now")
        played.add_argument("--every", type=float, default=5, help="seconds from one feed to the next (5)")
        for one in (loaded, played):
            one.add_argument("path", type=Path)
        simulated = verbs.add_parser("simulate", help="made-up lines between sub-areas, labelled simulated")
        simulated.add_argument("--lines", type=int, default=20)
        simulated.add_argument("--seed", type=int, default=1)
        for one in (loaded, played, simulated):
            one.add_argument("--city", default="helsinki")
            one.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, verb: str, city: str, as_json: bool, **options: Any) -> None:
        found = cities.load(city)
        match verb:
            case "load":
                count = load_feed(found, feeds_in(options["path"])[-1])
            case "replay":
                count = self._replay(found, options["path"], options["every"])
            case _:
                count = simulate(found, lines=options["lines"], seed=options["seed"])
        told = {"city": city, "vehicles": count, "simulated": verb == "simulate"}
        words = f"{count} vehicles{' (simulated)' if told['simulated'] else ''}: /gtfs-rt/{city}/vehicle-positions.pb"
        self.stdout.write(json.dumps(told) if as_json else words)

    def _replay(self, city: City, path: Path, every: float) -> int:
        count = 0
        for number, file in enumerate(feeds_in(path)):
            time.sleep(every if number else 0)
            count = load_feed(city, file, at=cities.now(city.id))
        return count
