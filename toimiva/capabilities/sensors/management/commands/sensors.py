"""`toimiva sensors`: load files, simulate a city's schools."""

from __future__ import annotations

import json
import signal
import sys
import threading
from argparse import ArgumentParser
from contextlib import ExitStack
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from toimiva.capabilities.sensors.archiving import archive
from toimiva.capabilities.sensors.loading import load_folder
from toimiva.capabilities.sensors.mqtt.bridge import Bridge, state
from toimiva.capabilities.sensors.mqtt.broker import run_broker
from toimiva.capabilities.sensors.mqtt.topics import Selected
from toimiva.capabilities.sensors.past import ask
from toimiva.capabilities.sensors.simulating import simulate_schools
from toimiva.capabilities.sensors.simulating_heat import simulate_heat
from toimiva.core.city import api as cities
from toimiva.core.city.api import City


class Command(BaseCommand):
    help = "Sensors and their observations: from files, by MQTT, or simulated."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        load = verbs.add_parser("load", help="every file below a folder; loaded again, nothing is doubled")
        load.add_argument("folder", type=Path)
        simulate = verbs.add_parser("simulate", help="the air of a city's schools, or a heat wave, by a stated model")
        simulate.add_argument("city")
        simulate.add_argument("--schools", type=int, default=10)
        simulate.add_argument("--rooms", type=int, default=8, help="in each school (8)")
        simulate.add_argument(
            "--heat", type=int, default=0, metavar="N", help="N weather stations in a heat wave instead"
        )
        simulate.add_argument("--from", type=date.fromisoformat, dest="first", help="a date (a week ago)")
        simulate.add_argument("--days", type=int, default=7)
        simulate.add_argument("--seed", type=int, default=1)
        mqtt = verbs.add_parser("mqtt", help="observations from an MQTT broker, and what is new told there")
        mqtt.add_argument("--status", action="store_true", help="only how it stands")
        old = verbs.add_parser("archive", help="move past months of observations from the database into the lake")
        old.add_argument("--before", type=date.fromisoformat, required=True, help="whole months that end by this day")
        asked = verbs.add_parser("ask", help="SQL over all observations, live and archived, and datastreams")
        asked.add_argument("sql", help="a SELECT from observations and datastreams")
        for one in (load, old, asked):
            one.add_argument("--city", default="helsinki")
        for one in (load, simulate, mqtt, old, asked):
            one.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, verb: str, as_json: bool, **options: Any) -> None:
        match verb:
            case "load":
                self._load(options["folder"], cities.load(options["city"]), as_json)
            case "simulate":
                self._simulate(as_json, **options)
            case "archive":
                self._archive(as_json, cities.load(options["city"]), options["before"])
            case "ask":
                self._ask(as_json, cities.load(options["city"]), options["sql"])
            case _ if options["status"]:
                self._status(as_json)
            case _:
                self._mqtt()

    def _status(self, as_json: bool) -> None:
        row = state()
        told = {name: getattr(row, name) for name in ("broker", "connected", "taken", "refused", "told")}
        told |= {"since": row.since.isoformat()}
        self.stdout.write(
            json.dumps(told) if as_json else ", ".join(f"{name}: {value}" for name, value in told.items())
        )
        if not row.connected:
            sys.exit(1)

    def _mqtt(self) -> None:
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        selected, address = Selected(), settings.MQTT or "embedded:"
        with ExitStack() as parts:
            if address.startswith("embedded:"):
                host, _, port = address.removeprefix("embedded:").rpartition(":")
                address = f"mqtt://{host or '127.0.0.1'}:{port or 1883}"
                parts.enter_context(run_broker(host or "127.0.0.1", int(port or 1883), selected.add))
            self.stderr.write(f"Observations are taken and told at {address.rpartition('@')[2]} (stop with Ctrl-C)")
            Bridge(address, selected=selected).run(stop.is_set)

    def _archive(self, as_json: bool, city: City, before: date) -> None:
        moved = {}
        for one in archive(city, before=before):
            moved[one.month] = one.observations
            if not as_json:
                self.stdout.write(f"{one.month}: {one.observations} observations moved into the lake")
        if as_json:
            self.stdout.write(json.dumps({"months": moved}))
        elif not moved:
            self.stdout.write(f"There are no whole months of observations before {before}.")

    def _ask(self, as_json: bool, city: City, sql: str) -> None:
        found = ask(city, sql)
        rows = [[value.isoformat() if isinstance(value, date) else value for value in row] for row in found.rows]
        if as_json:
            told = {"columns": [*found.columns], "rows": rows, "more": found.more}
            self.stdout.write(json.dumps(told, default=str))
            return
        for row in (found.columns, *rows):
            self.stdout.write("\t".join(map(str, row)))
        if found.more:
            self.stderr.write(f"There are more than {len(rows)} rows; ask for fewer.")

    def _load(self, folder: Path, city: City, as_json: bool) -> None:
        loaded = []
        for one in load_folder(folder, city=city.id):
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
        self, as_json: bool, *, city: str, schools: int, rooms: int, heat: int, first: date | None, days: int,
        seed: int, **_: Any,
    ) -> None:  # fmt: skip
        found = cities.load(city)
        since = first or cities.today(found) - timedelta(days=days)
        if heat:
            made = simulate_heat(found, stations=heat, first=since, days=days, seed=seed)
        else:
            made = simulate_schools(found, schools=schools, rooms=rooms, first=since, days=days, seed=seed)
        told: dict[str, int] = {}
        for name, observations in made:
            told[name] = observations
            if not as_json:
                self.stdout.write(f"{name}: {observations} observations (simulated)")
        if as_json:
            self.stdout.write(json.dumps({"simulated": True, "observations": sum(told.values()), "things": told}))
