"""`toimiva bikes`: stations of city bikes from an operator's feed, or simulated."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.capabilities.bikes.loading import load_feed, simulate
from toimiva.core.city import api as cities


class Command(BaseCommand):
    help = "City bikes: stations from a GBFS feed, or simulated."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        loaded = verbs.add_parser("load", help="a folder of GBFS 2 or 3")
        loaded.add_argument("folder", type=Path)
        simulated = verbs.add_parser("simulate", help="stations about the sub-areas, labelled simulated")
        simulated.add_argument("--stations", type=int, default=460)
        simulated.add_argument("--seed", type=int, default=1)
        for one in (loaded, simulated):
            one.add_argument("--city", default="helsinki")
            one.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, verb: str, city: str, as_json: bool, **options: Any) -> None:
        found = cities.load(city)
        if verb == "load":
            count = load_feed(found, options["folder"])
        else:
            count = simulate(found, stations=options["stations"], seed=options["seed"])
        told = {"city": city, "stations": count, "simulated": verb == "simulate"}
        words = f"{count} stations{' (simulated)' if told['simulated'] else ''}: /gbfs/{city}/gbfs.json"
        self.stdout.write(json.dumps(told) if as_json else words)
