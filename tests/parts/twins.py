"""A small district of the twin, served, and how its picture is looked at."""

from __future__ import annotations

import json
import tempfile
import zlib
from pathlib import Path

from playwright.sync_api import TimeoutError

from tests.parts.models3d import EAST, NORTH, House, citygml2, street
from toimiva.capabilities.sensors.loading import load_folder
from toimiva.capabilities.twin.importing import bring_in
from toimiva.capabilities.twin.sun import sun_on_roofs
from toimiva.capabilities.twin.tiling import build_tiles
from toimiva.core.city import api as cities

# over the row of houses, from the south, looking down at it
LOOK = "#lon=24.98430&lat=60.18270&h=150&d=0&p=-38&day=2027-06-21&min=720"


def houses():
    return [
        House(f"talo-{one.id}", one.x + 60, one.y, wide=16, deep=14, eaves=one.eaves + 6) for one in street(10, rows=5)
    ]


def a_district(folder: Path) -> None:
    """Ten houses near Kalasatama with tiles and a year of sun, and a plan of a tower between them."""
    city = cities.load("helsinki")
    (folder / "houses.gml").write_text(citygml2(*houses()))
    (folder / "plan.gml").write_text(citygml2(House("torni", EAST + 100, NORTH - 25, wide=18, deep=15, eaves=50)))
    bring_in(city, folder / "houses.gml")
    bring_in(city, folder / "plan.gml", branch="torni")
    sun_on_roofs(city, "", facades=False, progress=lambda *_: None)
    for branch in ("", "torni"):
        build_tiles(city, branch)


def sensor(longitude: float, latitude: float, name: str = "s1", value: float = -3.0) -> None:
    """A thermometer in a yard, with one value."""
    raw = [{"time": "2027-01-11T08:00:00Z", "temperature": value}]
    told = {
        "id": name,
        "name": "Pihan anturi",
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        "properties": {"data": {"raw": raw}, "measurement": raw[0]},
    }
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "s1.geojson").write_text(json.dumps(told))
        list(load_folder(Path(folder)))


def drawn(page) -> bytes:
    """The picture as it stands when nothing more moves."""
    view, before = page.locator("#twin-view"), b""
    for _ in range(20):
        page.wait_for_timeout(300)
        now = view.screenshot()
        if now == before:
            return now
        before = now
    return before


def chosen_by_a_press(page, *first: tuple[float, float]) -> tuple[float, float]:
    """Press on the picture until a building answers, and where that was; a slow machine is waited for."""
    box = page.locator("#twin-view").bounding_box()
    for across, down in (*first, (0.42, 0.4), (0.5, 0.4), (0.58, 0.4), (0.34, 0.4), (0.42, 0.33), (0.5, 0.5)):
        at = box["x"] + box["width"] * across, box["y"] + box["height"] * down
        page.mouse.click(*at)
        try:
            page.wait_for_selector("#twin-chosen:not([hidden])", timeout=6000)
            return at
        except TimeoutError:
            continue
    raise AssertionError("no building answers")


def colours(picture: bytes) -> set[bytes]:
    """The colours of a PNG's rows, unfiltered enough to tell one picture from an empty one."""
    data, at = b"", 8
    while at < len(picture):
        length, kind = int.from_bytes(picture[at : at + 4]), picture[at + 4 : at + 8]
        data += picture[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    raw = zlib.decompress(data)
    return {raw[at : at + 3] for at in range(1, len(raw) - 3, 97)}
