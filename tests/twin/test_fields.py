"""What sensors measure is drawn between them: newest values of one moment, each place once, and the error in words."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils.translation import override

from tests.parts.models3d import House
from toimiva.capabilities.sensors.loading import load_folder
from toimiva.capabilities.twin.fields import draw, measured
from toimiva.core.errors import NotFound

NOON = datetime(2027, 1, 11, 12, tzinfo=UTC)


def sensor(folder, number: int, value: float, at: datetime = NOON, place: tuple[float, float] | None = None) -> None:
    raw = [{"time": at.isoformat(), "temperature": value}]
    longitude, latitude = place or (24.98 + 0.002 * (number % 4), 60.183 + 0.001 * (number // 4))
    told = {
        "type": "Feature", "id": f"s{number}", "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        "properties": {"data": {"raw": raw}, "measurement": raw[0]},
    }  # fmt: skip
    (folder / f"s{number}.geojson").write_text(json.dumps(told))


@pytest.fixture
def warmth(city, brings, tmp_path):
    """Sixteen sensors, warmer to the east, before a house; two more that are old or measure at the place of another."""
    brings(House("home"))
    folder = tmp_path / "sensors"
    folder.mkdir()
    for number in range(16):
        sensor(folder, number, -5 + number % 4)
    sensor(folder, 16, 40.0, at=NOON - timedelta(hours=4))
    sensor(folder, 17, -7.0, place=(24.98, 60.183))
    assert all(one.fault == "" for one in load_folder(folder))
    return city


def test_newest_values_of_one_moment_are_drawn(warmth):
    (told,) = measured()
    assert (told.name, len(told.values), told.at) == ("Air temperature", 17, NOON)
    assert 40.0 not in told.values


def test_the_field_grows_to_the_east_and_says_how_sure_it_is(warmth):
    with override("en"):
        drawn = draw(warmth)
    row = sorted(cell for cell in drawn["cells"] if cell[1] <= 60.185 < cell[3])
    west, east = row[0], row[-1]
    assert east[4] - west[4] > 1.5
    assert all(-8 < cell[4] < -1 and cell[5] > 0 and 0.1 <= cell[6] <= 1 for cell in drawn["cells"])
    assert drawn["height"] == pytest.approx(3.0 + 17.6 + 2.0, abs=0.1)
    assert drawn["said"].startswith("By 16 sensors, 11.1.2027 14.00.")
    assert "A sensor left out is missed by" in drawn["said"]
    assert "no better than the mean" not in drawn["said"]


def test_the_page_asks_for_it_by_name(warmth):
    answer = Client().get("/twin/helsinki/field.json", {"name": "Air temperature"})
    assert answer.json()["names"] == {"Air temperature": "Ilman lämpötila"}
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert Client().get("/twin/helsinki/field.json", {"name": "Gold"}).status_code == 404


def test_too_few_sensors_are_told_of(city, brings, tmp_path):
    brings(House("home"))
    for number in range(4):
        sensor(tmp_path, number, 1.0)
    list(load_folder(tmp_path))
    with override("sv"), pytest.raises(NotFound, match="För få sensorer"):
        draw(city)
