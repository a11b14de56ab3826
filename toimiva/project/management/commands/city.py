"""`toimiva city create|advance|load|fetch|receive`."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from toimiva.capabilities.rounds import api as rounds
from toimiva.capabilities.synthetic_city import api as synthetic
from toimiva.core.city import api as cities
from toimiva.core.geography import api as geography
from toimiva.core.jobs import api as jobs
from toimiva.core.registers import api as registers


class Command(BaseCommand):
    help = "Create a synthetic city, move it on by days, or receive registers' deliveries."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="synthetic registers from public statistics")
        create.add_argument(
            "--residents", type=int, help="about so many residents instead of the statistics' own number"
        )
        move = verbs.add_parser(
            "advance", help="births, deaths and moves, day by day; services that follow the registers make their offers"
        )
        move.add_argument("--days", type=int, default=1)
        move.add_argument(
            "--simulate-replies", action="store_true", help="families answer by each service's stated model"
        )
        receive = verbs.add_parser("receive", help="land the files of a folder: <register>.<table>[.changes].<format>")
        receive.add_argument("folder", type=Path)
        load = verbs.add_parser("load", help="real boundaries and streets from a folder of published data")
        load.add_argument("--data", type=Path, required=True, help="folder with boundaries/ and network/")
        fetch = verbs.add_parser("fetch", help="real boundaries and units from the city's open-data services")
        for verb in (create, move, receive, load, fetch):
            verb.add_argument("city", help="name of the city's folder, such as helsinki")
            verb.add_argument("--json", action="store_true", dest="as_json", help="one JSON document on stdout")
        for verb in (create, move):
            verb.add_argument(
                "--seed", type=int, default=1, help="the same seed gives the same city (default: %(default)s)"
            )

    def handle(self, *, verb: str, city: str, as_json: bool, **options: Any) -> None:
        result = getattr(self, f"_{verb}")(cities.load(city), options)
        self.stdout.write(json.dumps(result, default=str) if as_json else _as_text(result))

    def _create(self, city: cities.City, options: dict[str, Any]) -> dict[str, Any]:
        with jobs.stages() as step:
            created = synthetic.create_city(city, seed=options["seed"], residents=options["residents"], on_step=step)
        return asdict(created) | {"simulated": True}

    def _advance(self, city: cities.City, options: dict[str, Any]) -> dict[str, Any]:
        with jobs.stages() as step:
            days = [self._day(city, options, step) for _ in range(options["days"])]
        return {"city": city.id, "days": days, "now": cities.now(city.id), "simulated": True}

    def _day(self, city: cities.City, options: dict[str, Any], step: Callable[[str], None]) -> dict[str, Any]:
        """Live through a day; then its changes land, and services that follow them make their offers."""
        seed, simulated = options["seed"], options["simulate_replies"]
        rounds.live_until(city, cities.now(city.id) + timedelta(days=1))
        changed = synthetic.advance(city, seed=seed, on_step=step)
        started = time.perf_counter()
        made = rounds.follow_all(city, seed=seed, simulated=simulated, on_step=step)
        return {
            "changes": changed, "rounds": {row.id: row.figures for row in made},
            "seconds_from_changes_to_outbox": round(time.perf_counter() - started, 3),
        }  # fmt: skip

    def _load(self, city: cities.City, options: dict[str, Any]) -> dict[str, Any]:
        return {"city": city.id, **geography.load_folder(city, options["data"], at=cities.now(city.id))}

    def _fetch(self, city: cities.City, options: dict[str, Any]) -> dict[str, Any]:
        taken_into_use = "units by the next `city create`, boundaries at once"
        return {"city": city.id, **geography.fetch(city), "used": taken_into_use}

    def _receive(self, city: cities.City, options: dict[str, Any]) -> dict[str, Any]:
        if not options["folder"].is_dir():
            raise CommandError(f"{options['folder']} is not a folder.", returncode=2)
        outcomes = list(registers.receive_folder(city, options["folder"], at=cities.now(city.id)))
        return {"city": city.id, "deliveries": [asdict(outcome) for outcome in outcomes]}


def _as_text(result: dict[str, Any]) -> str:
    told = [f"{name}: {value}" for name, value in result.items() if name != "days"]
    return "\n".join([*told, *(line for day in result.get("days", ()) for line in _of_day(day))])


def _of_day(day: Mapping[str, Any]) -> Iterator[str]:
    """What changed in a day, and under it each round that this gave."""
    yield f"changed: {_counts(day['changes'])}; in the outbox {day['seconds_from_changes_to_outbox']} s later"
    for name, figures in day["rounds"].items():
        yield f"  {name}: {figures['cohort']} concerned; looked at by cause: {_counts(figures['causes'])}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "nothing"
