"""`toimiva retention plan|erase|run`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.core.city import api as cities
from toimiva.core.registers import api as registers
from toimiva.core.retention import api as retention


class Command(BaseCommand):
    help = "What is kept of a person; erase it; erase of everyone what has been kept long enough."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        plan = verbs.add_parser("plan", help="what would go and what the law keeps; changes nothing")
        erase = verbs.add_parser("erase", help="carry the plan out; goes on with one that was stopped")
        erase.add_argument("--actor", required=True, help="who does it, for the ledger")
        for verb in (plan, erase):
            whose = verb.add_mutually_exclusive_group(required=True)
            whose.add_argument("--person", help="the pseudonym")
            whose.add_argument("--code", help="the identity code")
        run = verbs.add_parser("run", help="what is older than its purpose keeps; for a daily timer")
        for verb in (plan, erase, run):
            verb.add_argument("--city", default="helsinki", help="name of the city's folder (default: %(default)s)")
            verb.add_argument("--json", action="store_true", dest="as_json", help="one JSON document on stdout")

    def handle(self, *, verb: str, city: str, as_json: bool, **options: Any) -> None:
        found = cities.load(city)
        result = getattr(self, f"_{verb}")(found, **options)
        self.stdout.write(json.dumps(result, ensure_ascii=False) if as_json else _as_text(result))

    def _plan(self, city: cities.City, **options: Any) -> list[dict[str, Any]]:
        return retention.plan_of(city, _person(city, options)).told()

    def _erase(self, city: cities.City, *, actor: str, **options: Any) -> dict[str, Any]:
        return retention.erase(city, _person(city, options), actor=actor, at=cities.now(city.id))

    def _run(self, city: cities.City, **_: Any) -> dict[str, int]:
        return retention.expire_all(city, at=cities.now(city.id))


def _person(city: cities.City, options: dict[str, Any]) -> str:
    return options["person"] or registers.pseudonym(city, options["code"])


def _as_text(result: Any) -> str:
    if isinstance(result, list):
        return "\n".join(f"{h['does']:<6} {h['count']:>6}  {h['part']}: {h['what']} ({h['why']})" for h in result)
    return "\n".join(f"{name}  {value}" for name, value in result.items())
