"""Pages with the whole of Helsinki loaded: 50 requests a second over all kinds of pages, and the size of a first load."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from benchmarks.command import toimiva
from benchmarks.row import Row
from benchmarks.serving import serving
from benchmarks.spine import helsinki

__all__ = ["measure"]

RATE, SECONDS, WARM, SETTLE = 50, 20, 20, 8


def measure(folder: Path) -> Iterator[Row]:
    home, _ = helsinki(folder)
    _, _, out = toimiva(home, "round", "run", "preschool", "--simulate-replies", "--json")
    round_id = json.loads(out)["round"]
    with serving(home) as client:
        pages = ["/", f"/rounds/{round_id}/", "/desk/?city=helsinki", _case(client), "/services/",
                 "/services/helsinki/preschool/", "/phones/", "/strategy/helsinki/A1/", "/tour/"]  # fmt: skip
        time.sleep(SETTLE)  # the worker starts beside the web
        with ThreadPoolExecutor(8) as pool:  # over several connections, so that every process is warm
            for answer in pool.map(client.get, pages * WARM):
                answer.raise_for_status()
        yield Row(f"page p95 at {RATE} requests/s, {len(pages)} kinds of pages", _p95(client, pages), 0.1, "s")
        largest = max(pages, key=lambda page: _first_load(client, page))
        yield Row(f"largest first load without the map ({largest})", _first_load(client, largest) / 1000, 200, "kB")


def _case(client: httpx.Client) -> str:
    found = re.search(r'href="(/desk/\d+/)"', client.get("/desk/?city=helsinki").text)
    assert found
    return found[1]


def _p95(client: httpx.Client, pages: list[str]) -> float:
    """Seconds from when a request was due, whether or not those before it had been answered."""
    started = time.perf_counter()

    def ask(number: int) -> float:
        due = started + number / RATE
        time.sleep(max(0.0, due - time.perf_counter()))
        client.get(pages[number % len(pages)]).raise_for_status()
        return time.perf_counter() - due

    with ThreadPoolExecutor(32) as pool:
        seconds = sorted(pool.map(ask, range(RATE * SECONDS)))
    return seconds[int(len(seconds) * 0.95)]


def _first_load(client: httpx.Client, page: str) -> int:
    """Bytes on the wire of the page, its map left out, and of every style, script and the font it asks for."""
    html = client.get(page).text
    without_map = re.sub(r'<svg class="map".*?</svg>', "", html, flags=re.DOTALL)
    assets = re.findall(r'(?:href|src)="(/static/[^"]+)"', html)
    sizes = [_wire(client, asset) for asset in assets]
    return len(without_map.encode()) + sum(sizes) + _wire(client, _latin_font(client, assets))


def _latin_font(client: httpx.Client, assets: list[str]) -> str:
    sheet = next(asset for asset in assets if "/font/" in asset)
    name = re.search(r"url\((\./)?(files/[^)]*latin-wght-normal[^)]*)\)", client.get(sheet).text)
    assert name
    return sheet.rpartition("/")[0] + "/" + name[2]


def _wire(client: httpx.Client, path: str) -> int:
    with client.stream("GET", path) as answer:
        answer.raise_for_status()
        return sum(len(chunk) for chunk in answer.iter_raw())
