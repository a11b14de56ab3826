"""1,000 changed residents decided again, gate and all; and a day of the whole city's changes until offers are made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.command import toimiva
from benchmarks.row import Row
from benchmarks.spine import OFFICIAL, helsinki

__all__ = ["measure"]

SCRIPT = """
import time, django; django.setup()
from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities
from toimiva.core.purposes import api as purposes
city = cities.load("helsinki"); service = services.get_service(city, "preschool")
def decide(persons=None):
    with purposes.open_gate(city, service.definition.purpose, actor="bench", reason="bench") as gate:
        return services.decide_cohort(service, gate, city.as_of, persons=persons)
changed = decide()["person"].to_list()[:1000]
started = time.perf_counter(); again = decide(changed); took = time.perf_counter() - started
assert again["person"].to_list() == changed
print(took)
"""


def measure(folder: Path) -> Iterator[Row]:
    home, _ = helsinki(folder)
    environment = os.environ | {"TOIMIVA_HOME": str(home), "DJANGO_SETTINGS_MODULE": "toimiva.project.settings"}
    runs = [
        float(
            subprocess.run(
                [sys.executable, "-c", SCRIPT], env=environment, check=True, capture_output=True, text=True
            ).stdout
        )
        for _ in range(3)
    ]
    yield Row("1,000 changed residents re-decided (median of 3)", sorted(runs)[1], 1.0, "s")
    yield Row("a day's changes of all Helsinki to offers in the outbox (median of 3 days)", _day(home, folder), 60, "s")


def _day(home: Path, folder: Path) -> float:
    """Seconds from a day's landed changes to the newborn service's offers, in a home of its own."""
    own = Path(shutil.copytree(home, folder / "days"))
    toimiva(own, "service", "sign", "newborn", *OFFICIAL)
    _, _, out = toimiva(own, "city", "advance", "helsinki", "--days", "4", "--simulate-replies", "--json")
    _, *days = json.loads(out)["days"]  # on the first the service has nothing to compare with
    assert all(figures["causes"] for day in days for figures in day["rounds"].values())
    return sorted(day["seconds_from_changes_to_outbox"] for day in days)[1]
