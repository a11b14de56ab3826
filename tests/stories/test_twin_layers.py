"""Layers over the twin in Chromium: buses that move, warmth between sensors, noise before walls; each has a list in words."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

from tests.parts.twins import LOOK, drawn, sensor
from tests.stories.conftest import axe
from toimiva.capabilities.buses import api as buses
from toimiva.capabilities.buses.models import Vehicle
from toimiva.capabilities.twin.importing import bring_in
from toimiva.capabilities.twin.noise import noise_before_walls
from toimiva.core.city import api as cities


def test_buses_move_over_the_twin_while_one_looks(district, wide):
    helsinki = cities.load("helsinki")
    buses.simulate(helsinki, lines=3, seed=2)
    Vehicle.objects.update(line=[[24.980, 60.1838], [24.988, 60.1838]])  # by the house that is in view
    wide.goto(district + LOOK)
    wide.wait_for_selector("#twin[data-ready]", timeout=60_000)
    wide.check("[name=buses]")
    wide.wait_for_selector("#twin-status:has-text('Bussit ja raitiovaunut: 18 (simuloitu)')")
    before = drawn(wide)
    with wide.expect_response(lambda answer: answer.url.endswith("live.json"), timeout=20_000):
        cities.set_to("helsinki", cities.now("helsinki") + timedelta(minutes=1))
    with wide.expect_response(lambda answer: answer.url.endswith("live.json"), timeout=20_000):
        pass
    wide.wait_for_timeout(500)
    assert drawn(wide) != before, "each has gone on"
    assert wide.locator("#twin-live-lists li:has-text('matkalla')").count() == 18, "one list, not one for each look"
    wide.uncheck("[name=buses]")
    assert wide.locator("#twin-live").is_hidden()


def test_warmth_between_sensors_is_a_layer_and_a_list(district, wide):
    for number in range(9):
        sensor(24.9835 + 0.0008 * (number % 3), 60.1834 + 0.0003 * (number // 3), f"s{number}", -3.0 + number % 3)
    wide.goto(district + LOOK)
    wide.wait_for_selector("#twin[data-ready]", timeout=60_000)
    before = drawn(wide)
    wide.check("[name=field]")
    wide.wait_for_selector("#twin-status:has-text('Ilma ja lämpö anturien välissä:')", timeout=30_000)
    assert drawn(wide) != before, "colours lie over the ground"
    wide.click("#twin-live summary")
    assert "9 anturin mukaan" in wide.inner_text("#twin-live")
    assert "°C" in wide.inner_text("#twin-live ul")
    assert axe(wide) == []
    wide.uncheck("[name=field]")
    assert not wide.is_visible("#twin-live")


def road(path: Path) -> Path:
    """A busy road along the south of the houses."""
    line = {"type": "LineString", "coordinates": [[24.981, 60.18345], [24.988, 60.18345]]}
    told = {
        "type": "Feature",
        "id": "tie",
        "properties": {"daily": 15000, "heavy": 0.05, "speed": 50},
        "geometry": line,
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [told]}))
    return path


def test_noise_before_walls_is_a_layer_and_a_list(district, wide, tmp_path):
    city = cities.load("helsinki")
    bring_in(city, road(tmp_path / "tie.geojson"))
    noise_before_walls(city, "", progress=lambda *_: None)
    wide.goto(district + LOOK)
    wide.wait_for_selector("#twin[data-ready]", timeout=60_000)
    quiet = drawn(wide)
    wide.check("[name=noise]")
    wide.wait_for_selector("#twin-status:has-text('Liikenteen melu:')")
    assert drawn(wide) != quiet, "dots stand before the walls"
    wide.click("#twin-live summary")
    assert "Melu on laskettu, ei mitattu" in wide.inner_text("#twin-live")
    assert re.search(r"6[05]–\d+ dB: [1-9]\d* seinää", wide.inner_text("#twin-live"))
    assert axe(wide) == []
    wide.uncheck("[name=noise]")
    assert not wide.is_visible("#twin-live")
