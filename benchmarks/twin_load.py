"""One load of the twin, in a process of its own: prints a JSON document of figures.

python -m benchmarks.twin_load HOME COUNT plain|detailed|plain-watched|detailed-watched
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import sys
import threading
import time
from pathlib import Path

import django
import psutil

SHARED = Path(__file__).parent.parent.parent / "shared" / "data" / "twin" / "citygml" / "kalasatama_part_lod2.gml"
_COLUMNS, _WIDE, _HIGH = 40, 380, 450  # copies of the district beside each other, metres apart


def main() -> None:
    home, count, kind = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    os.environ["DJANGO_SETTINGS_MODULE"] = "toimiva.project.settings"
    django.setup()
    from django.core.management import call_command

    file = home / "city.gml"
    call_command("migrate", verbosity=0)
    houses = _write(file, count, kind)
    told = _converted(file) if kind in ("plain", "detailed") else _watched(file)
    more = _measured(file) if kind == "detailed" else {}
    size = {"houses": houses, "objects": count, "megabytes": file.stat().st_size // 10**6}
    print(json.dumps(size | told | more))


def _write(file: Path, count: int, kind: str) -> str:
    if kind.startswith("detailed") and SHARED.exists():
        _copies(SHARED.read_text(encoding="utf-8"), file, count)
        return "buildings of Kalasatama, copied"
    from tests.parts.models3d import citygml2, street

    file.write_text(citygml2(*street(count, rows=100)), encoding="utf-8")
    return "gabled houses"


def _copies(text: str, file: Path, count: int) -> None:
    first, last = text.index("<core:cityObjectMember>"), text.rindex("</core:cityObjectMember>") + 24
    parts = re.split(r"<gml:posList>([^<]*)</gml:posList>", text[first:last])
    members = text.count("<core:cityObjectMember>")
    with file.open("w", encoding="utf-8") as out:
        out.write(text[:first])
        for copy in range(-(-count // members)):
            east, north = copy % _COLUMNS * _WIDE - 8000, copy // _COLUMNS * _HIGH - 8000
            for number, part in enumerate(parts):
                if number % 2:
                    values = [float(value) for value in part.split()]
                    moved = (f"{v + (east, north, 0)[at % 3]:.3f}" for at, v in enumerate(values))
                    out.write(f"<gml:posList>{' '.join(moved)}</gml:posList>")
                else:
                    out.write(part.replace("BID_", f"B{copy}_").replace("UUID_", f"U{copy}_"))
        out.write(text[last:])


def _converted(file: Path) -> dict[str, float]:
    from toimiva.capabilities.twin.importing import bring_in
    from toimiva.capabilities.twin.tiling import build_tiles
    from toimiva.core.city import api as cities

    city = cities.load("helsinki")
    started = time.perf_counter()
    (brought,) = bring_in(city, file)
    tiled = build_tiles(city)
    seconds = time.perf_counter() - started
    return {
        "objects": brought.objects, "tiles_ms": seconds / brought.objects * 1000,
        "first_view_mb": tiled.first_view_bytes / 1e6,
    }  # fmt: skip


def _watched(file: Path) -> dict[str, float]:
    """The most memory of a conversion: of one that is not timed, since to look at it takes an eighth of the processors."""
    from toimiva.capabilities.twin.importing import bring_in
    from toimiva.capabilities.twin.tiling import build_tiles
    from toimiva.core.city import api as cities

    city = cities.load("helsinki")
    with _Memory() as memory:
        bring_in(city, file)
        build_tiles(city)
    return {"most_mb": memory.most / 2**20}


def _forget(city) -> None:
    from toimiva.capabilities.twin import keeping

    shutil.rmtree(keeping.home(city), ignore_errors=True)
    shutil.rmtree(Path(os.environ["TOIMIVA_HOME"]) / "lake" / city.id)


def _measured(file: Path) -> dict[str, float]:
    from toimiva.core.city import api as cities

    city = cities.load("helsinki")
    return {
        "changed_ms": _changed(city, file), "tile_p95_ms": _served(city), "ray_us": _rays(city),
        "picture_ms": _picture(city),
    }  # fmt: skip


class _Memory:
    """The most that this process and its children hold at once, ten times a second; what they share counts once."""

    def __enter__(self) -> _Memory:
        self.most, self.going = 0, True
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def _watch(self) -> None:
        me = psutil.Process()
        while self.going:
            held = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    held += process.memory_full_info().pss
                except psutil.NoSuchProcess:
                    continue
            self.most = max(self.most, held)
            time.sleep(0.1)

    def __exit__(self, *_: object) -> None:
        self.going = False
        self.thread.join()


def _changed(city, file: Path) -> float:
    """A building made a metre higher as a small file of its own; the median of three until its tile is new."""
    from tests.parts.models3d import House, citygml2
    from toimiva.capabilities.twin import keeping
    from toimiva.capabilities.twin.importing import bring_in
    from toimiva.capabilities.twin.tiling import build_tiles

    times = []
    for number in range(4):
        one = file.with_name("one.gml")
        one.write_text(citygml2(House("one", eaves=5.0 + number)), encoding="utf-8")
        bring_in(city, one)
        assert keeping.is_there(city)
        started = time.perf_counter()
        built = build_tiles(city)
        times.append(time.perf_counter() - started)
        assert number == 0 or built.built <= 4
    return statistics.median(times[1:]) * 1000  # the first may move tiles: the building is new


def _served(city) -> float:
    from django.test import Client

    from toimiva.capabilities.twin.tiling import folder_of

    client, folder, times = Client(), folder_of(city), []
    for tile in list(folder.rglob("content/**/*.glb"))[:200]:
        address = f"/twin/{city.id}/tiles/today/{tile.relative_to(folder)}"
        started = time.perf_counter()
        b"".join(client.get(address).streaming_content)
        times.append(time.perf_counter() - started)
    return sorted(times)[int(len(times) * 0.95)] * 1000


def _rays(city) -> float:
    import numpy as np

    from toimiva.capabilities.twin import keeping
    from toimiva.capabilities.twin.meshing import faces_of_rings
    from toimiva.engines.sun.api import Scene

    with keeping.opened(city) as asked:
        rows = asked.sql("SELECT rings FROM faces WHERE shown ORDER BY object LIMIT 50000").to_arrow_table()
    faces = faces_of_rings(rows["rings"])
    corners = faces.points[faces.triangles[0]]
    scene = Scene(corners)
    points = corners.mean(axis=1)[:4000] + np.array([0, 0, 0.05])
    turns = np.linspace(0, 2 * np.pi, 500)
    towards = np.stack([np.cos(turns) * 0.8, np.sin(turns) * 0.8, np.full(500, 0.6)], axis=1)
    started = time.perf_counter()
    scene.free(points, towards)
    return (time.perf_counter() - started) / (len(points) * len(towards)) * 1e6


def _picture(city) -> float:
    """Milliseconds until every tile of the first view is drawn, from the start of the page's own program."""
    import subprocess

    from playwright.sync_api import sync_playwright

    from tests.stories.conftest import CHROMIUM, FLAGS
    from toimiva.capabilities.twin.importing import bring_in
    from toimiva.capabilities.twin.tiling import build_tiles

    if not SHARED.exists() or not CHROMIUM.exists():
        return float("nan")
    _forget(city)
    bring_in(city, SHARED)
    build_tiles(city)
    command = [sys.executable, "-m", "toimiva.project.cli", "serve", "--port", "8911"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
            return statistics.median(_seen(browser) for _ in range(3))
    finally:
        os.killpg(server.pid, 15)


def _seen(browser) -> float:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    for _ in range(60):
        try:
            page.goto("http://127.0.0.1:8911/twin/helsinki/")
            break
        except Exception:  # the server is starting
            time.sleep(1)
    page.wait_for_selector("#twin[data-ready]", timeout=120_000)
    told = float(page.get_attribute("#twin", "data-ready"))
    page.close()
    return told


if __name__ == "__main__":  # processes that read pieces import this module too
    main()
