"""The twin: a city's CityGML to 3D Tiles, one changed building, roofs in the sun, the viewer's first picture.

Plain houses are gabled ones of 4.5 kB each, up to 100,000, and 442,000 (2 GB) where memory is looked at. Detailed ones
are the real part of Kalasatama, laid out again and again where the public data is beside the project: 39 kB each, most
of it attributes of every face.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.row import Row

__all__ = ["measure"]

SHARED = Path(__file__).parent.parent.parent / "shared" / "data" / "twin"
PLAIN, DETAILED = (10_000, 100_000), 10_000
HUGE = 442_000  # plain houses: 2 GB


def measure(folder: Path) -> Iterator[Row]:
    yield from _plain(folder)
    large = _load(folder / "twin-detailed", DETAILED, "detailed")
    watched = _load(folder / "twin-detailed-watched", DETAILED, "detailed-watched")
    of = _named(large)
    yield Row(f"CityGML to tiles ({of}), a building, against 1,000 a second", large["tiles_ms"], 1.0, "ms")
    yield Row(f"most memory of all its processes ({of})", watched["most_mb"], 1024, "MB")
    yield Row("one changed building until its tile is new, once it is in the lake", large["changed_ms"], 200, "ms")
    yield Row("a tile from the server, p95", large["tile_p95_ms"], 20, "ms")
    yield Row(f"bytes of the first view ({of})", large["first_view_mb"], 16, "MB")
    yield Row("a ray through the buildings, against a million a second", large["ray_us"], 1.0, "µs")
    yield Row("first picture in Chromium with software rendering, the real district", large["picture_ms"], 3000, "ms")
    yield from _beside_cjio(folder)


def _plain(folder: Path) -> Iterator[Row]:
    """Speed, growth, memory and the first view over gabled houses."""
    small, large = (_load(folder / f"twin-{count}", count, "plain") for count in PLAIN)
    watched = _load(folder / f"twin-{HUGE}", HUGE, "plain-watched")
    of = _named(large)
    yield Row(f"CityGML to tiles ({of}), a building, against 1,000 a second", large["tiles_ms"], 1.0, "ms")
    growth = large["tiles_ms"] / small["tiles_ms"]
    yield Row(
        f"the same, a building of {large['objects']:,} against one of {small['objects']:,}", growth, 1.0, "x", 1.25
    )
    yield Row(f"most memory of all its processes ({_named(watched)})", watched["most_mb"], 1024, "MB")
    yield Row(f"bytes of the first view ({of})", large["first_view_mb"], 16, "MB")


def _named(load: dict[str, float]) -> str:
    return f"{load['objects']:,} {load['houses']}, {load['megabytes']:,} MB"


def _load(home: Path, count: int, kind: str) -> dict[str, float]:
    home.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.twin_load", str(home), str(count), kind]
    told = subprocess.run(command, env=os.environ | {"TOIMIVA_HOME": str(home)}, capture_output=True, text=True)
    if told.returncode:
        raise SystemExit(told.stderr)
    return json.loads(told.stdout.splitlines()[-1])


def _beside_cjio(folder: Path) -> Iterator[Row]:
    """Delft's 570 objects into tiles, and into one GLB by cjio in the same run."""
    delft, cjio = SHARED / "cityjson" / "delft.city.json", shutil.which("cjio")
    if not delft.exists() or cjio is None:
        print(
            "cjio's line is left out: it needs the public data beside the project, and cjio[export].", file=sys.stderr
        )
        return
    started = time.perf_counter()
    subprocess.run([cjio, delft, "export", "glb", folder / "delft.glb"], check=True, capture_output=True)
    theirs = time.perf_counter() - started
    started = time.perf_counter()
    home = {"TOIMIVA_HOME": str(folder / "delft")}
    for verb in (["import", str(delft)], ["tiles"]):
        command = [sys.executable, "-m", "toimiva.project.cli", "twin", *verb]
        subprocess.run(command, check=True, capture_output=True, env=os.environ | home)
    yield Row(
        "delft.city.json to tiles, both commands with their start, against cjio's GLB",
        time.perf_counter() - started,
        theirs,
        "s",
    )
