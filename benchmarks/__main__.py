"""`make bench`: the engine, and the spine on the whole of Helsinki, as ratios against a peer or a limit in the same run.

    python -m benchmarks [engine] [equal] [fuzz] [spine] [replies] [redecide] [pages] [sensors] [observations] [stops] [twin] [open_data]        (all but equal, fuzz, observations and stops when none is named)

Prints a table and writes it to benchmarks/results/, with the machine, the versions and the command. What needs
PostgreSQL is left out, and said to be, where the server is not installed.
"""

from __future__ import annotations

import platform
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import (
    engine,
    equal,
    fuzz,
    observations,
    open_data,
    pages,
    redecide,
    replies,
    sensors,
    spine,
    stops,
    twin,
)

RESULTS = Path(__file__).parent / "results"
PARTS = {
    "engine": engine.measure,
    "equal": equal.measure,
    "fuzz": fuzz.measure,
    "observations": observations.measure,
    "open_data": open_data.measure,
    "pages": pages.measure,
    "spine": spine.measure,
    "replies": replies.measure,
    "redecide": redecide.measure,
    "sensors": sensors.measure,
    "stops": stops.measure,
    "twin": twin.measure,
}


def main() -> None:
    names = sys.argv[1:] or ["engine", "spine", "replies", "redecide", "pages", "sensors", "twin", "open_data"]
    with tempfile.TemporaryDirectory(prefix="toimiva-bench-") as folder:
        rows = [row for name in names for row in PARTS[name](Path(folder))]
    text = "\n".join(
        [
            f"# Benchmarks, {datetime.now(UTC):%Y-%m-%d}", "",
            f"Machine: {platform.machine()}, {len(__import__('os').sched_getaffinity(0))} cores, Python {platform.python_version()}; "
            + ", ".join(f"{name} {version(name)}" for name in ("django", "duckdb", "ortools", "polars", "typst")) + ".",
            f"Command: `python -m benchmarks {' '.join(names)}`. Simulated city and replies.", "",
            "| what | measured | peer or limit | ratio | holds |", "| --- | --- | --- | --- | --- |",
            *(str(row) for row in rows),
        ]
    )  # fmt: skip
    print(text)
    (RESULTS / f"{'-'.join(names)}.md").write_text(text + "\n", encoding="utf-8")


main()
