"""`toimiva sensors`: load files, simulate a city's schools."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.capabilities.sensors.loading import load_folder
from toimiva.capabilities.sensors.simulating import simulate_schools
from toimiva.core.city import api as cities


class Command(BaseCommand):
    help = "Sensors and their observations: from files, or simulated."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        load = verbs.add_parser("load", help="every file below a folder; loaded again, nothing is doubled")
        load.add_argument("folder", type=Path)
        simulate = verbs.add_parser("simulate", help="the air of a city's schools, by a stated model")
        simulate.add_argument("city")
        simulate.add_argument("--schools", type=int, default=10)
        simulate.add_argument("--rooms", type=int, default=8, help="in each school (8)")
        simulate.add_argument("--from", type=date.fromisoformat, dest="first", help="a date (a week ago)")
        simulate.add_argument("--days", type=int, default=7)
        simulate.add_argument("--seed", type=int, default=1)
        for one in (load, simulate):
            one.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, verb: str, as_json: bool, **options: Any) -> None:
        if verb == "load":
            self._load(options["folder"], as_json)
        else:
            self._simulate(as_json, **options)

    def _load(self, folder: Path, as_json: bool) -> None:
        loaded = []
        for one in load_folder(folder):
            loaded.append(one)
            if one.fault:
                self.stderr.write(f"{one.file} was not loaded: {one.fault}")
            elif not as_json:
                self.stdout.write(f"{one.file}: {one.thing}, {one.observations} new observations")
        if as_json:
            total = sum(one.observations for one in loaded)
            self.stdout.write(json.dumps({"observations": total, "files": [asdict(one) for one in loaded]}))
        if any(one.fault for one in loaded):
            sys.exit(1)

    def _simulate(
        self, as_json: bool, *, city: str, schools: int, rooms: int, first: date | None, days: int, seed: int, **_: Any
    ) -> None:
        found = cities.load(city)
        since = first or cities.today(found) - timedelta(days=days)
        made = simulate_schools(found, schools=schools, rooms=rooms, first=since, days=days, seed=seed)
        told: dict[str, int] = {}
        for name, observations in made:
            told[name] = observations
            if not as_json:
                self.stdout.write(f"{name}: {observations} observations (simulated)")
        if as_json:
            self.stdout.write(json.dumps({"simulated": True, "observations": sum(told.values()), "schools": told}))
