"""`toimiva gate bench`: what the gate costs, on a whole city."""

from __future__ import annotations

import json
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand

from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities
from toimiva.core.ledger import api as ledger
from toimiva.core.purposes import api as purposes


class Command(BaseCommand):
    help = "Time deciding for a service's whole cohort with the gate and without it, turn by turn."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        bench = verbs.add_parser("bench", help="the same query over the same files; nothing of it is kept or shown")
        bench.add_argument("service", nargs="?", default="preschool", help="name of its folder (default: %(default)s)")
        bench.add_argument("--city", default="helsinki", help="name of the city's folder (default: %(default)s)")
        bench.add_argument("--runs", type=int, default=7, help="turns of each (default: %(default)s)")
        bench.add_argument("--json", action="store_true", dest="as_json", help="one JSON document on stdout")

    def handle(self, *, service: str, city: str, runs: int, as_json: bool, **_: Any) -> None:
        result = _measure(services.get_service(cities.load(city), service), runs)
        self.stdout.write(
            json.dumps(result) if as_json else "\n".join(f"{name}  {value}" for name, value in result.items())
        )


def _measure(service: services.Service, runs: int) -> dict[str, Any]:
    city, purpose = service.city, purposes.purpose(service.city, service.definition.purpose)
    day = cities.today(city)

    def with_gate() -> int:
        with purposes.open_gate(city, purpose.id, actor="gate bench", reason="measuring the gate") as gate:
            return len(services.decide_cohort(service, gate, day))

    def without() -> int:
        with purposes.ungated(city, purpose) as gate:
            return len(services.decide_cohort(service, gate, day))

    ledger.append(ledger.NewEntry(city.id, "gate.measured", "gate bench", cities.now(city.id), purpose=purpose.id))
    rows = {with_gate(), without()}  # once before, so that files and code are warm
    pairs = [(_seconds(with_gate), _seconds(without)) for _ in range(runs)]
    gated, bare = (statistics.median(side) for side in zip(*pairs, strict=True))
    return {
        "city": city.id, "service": service.id, "purpose": purpose.id, "rows": max(rows), "runs": runs,
        "with_gate_s": round(gated, 4), "without_s": round(bare, 4),
        "ratio": round(statistics.median(a / b for a, b in pairs), 3), "limit": 1.2,
    }  # fmt: skip


def _seconds(act: Callable[[], int]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
