"""The twin: a city's CityGML to 3D Tiles, one changed building, roofs in the sun, the viewer's first picture.

Houses are the real part of Kalasatama, laid out again and again where the public data is beside the project, otherwise
gabled houses; which of the two is said on the line.
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
COUNTS = (2_500, 10_000)


def measure(folder: Path) -> Iterator[Row]:
    small, large = (_load(folder / f"twin-{count}", count) for count in COUNTS)
    of = f"{large['objects']:,} {large['houses']}, {large['megabytes']:,} MB"
    yield Row(f"CityGML to tiles ({of}), a building, against 1,000 a second", large["tiles_ms"], 1.0, "ms")
    growth = large["tiles_ms"] / small["tiles_ms"]
    yield Row(
        f"the same, a building of {large['objects']:,} against one of {small['objects']:,}", growth, 1.0, "x", 1.25
    )
    yield Row(f"most memory of all its processes ({of})", large["most_mb"], 1000, "MB")
    yield Row("one changed building until its tile is new, once it is in the lake", large["changed_ms"], 200, "ms")
    yield Row("a tile from the server, p95", large["tile_p95_ms"], 20, "ms")
    yield Row(f"bytes of the first view ({of})", large["first_view_mb"], 16, "MB")
    yield Row("a ray through the buildings, against a million a second", large["ray_us"], 1.0, "µs")
    yield Row("first picture in Chromium with software rendering, the real district", large["picture_ms"], 3000, "ms")
    yield from _beside_cjio(folder)


def _load(home: Path, count: int) -> dict[str, float]:
    home.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.twin_load", str(home), str(count)]
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
