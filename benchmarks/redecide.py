"""1,000 changed residents decided again, gate and all."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.row import Row
from benchmarks.spine import helsinki

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
