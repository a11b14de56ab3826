"""Buses and trams: an operator's GTFS Realtime in, the same out for everybody, and made-up ones that move."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.test import Client
from google.transit import gtfs_realtime_pb2 as gtfs
from pyproj import Geod

from toimiva.capabilities.buses import api as buses
from toimiva.capabilities.buses.models import Vehicle
from toimiva.core.city import api as cities
from toimiva.core.errors import Invalid
from toimiva.core.geography import api as geography
from toimiva.project import cli

ADDRESS = "/gtfs-rt/mallila/vehicle-positions"


def feed(*vehicles: tuple[str, float, float], at: dt.datetime, differs: bool = False) -> gtfs.FeedMessage:
    """A feed of an operator: number, longitude, latitude of each vehicle."""
    made = gtfs.FeedMessage()
    made.header.gtfs_realtime_version = "2.0"
    made.header.timestamp = int(at.timestamp())
    made.header.incrementality = gtfs.FeedHeader.DIFFERENTIAL if differs else gtfs.FeedHeader.FULL_DATASET
    for number, longitude, latitude in vehicles:
        entity = made.entity.add()
        entity.id = f"e{number}"
        entity.vehicle.vehicle.id, entity.vehicle.trip.route_id = number, "550"
        entity.vehicle.position.longitude, entity.vehicle.position.latitude = longitude, latitude
        entity.vehicle.position.bearing = 90
    return made


def served() -> gtfs.FeedMessage:
    answer = Client().get(f"{ADDRESS}.pb")
    assert answer.headers["Content-Type"] == "application/x-protobuf"
    told = gtfs.FeedMessage()
    told.ParseFromString(answer.content)
    return told


@pytest.fixture
def now(town) -> dt.datetime:
    return cities.now("mallila")


def test_an_operators_feed_is_taken_and_served_again(town, now, tmp_path):
    (tmp_path / "a.pb").write_bytes(feed(("12", 24.95, 60.2), ("7", 24.9, 60.17), at=now).SerializeToString())
    assert cli.main(["buses", "load", str(tmp_path / "a.pb"), "--city", "mallila"]) == 0
    told = served()
    assert (told.header.gtfs_realtime_version, told.header.timestamp) == ("2.0", int(now.timestamp()))
    assert [one.vehicle.vehicle.id for one in told.entity] == ["12", "7"]
    assert told.entity[0].vehicle.position.latitude == pytest.approx(60.2)
    assert told.entity[0].vehicle.trip.route_id == "550"
    as_json = Client().get(f"{ADDRESS}.json").json()
    assert as_json["entity"][1]["vehicle"]["position"]["longitude"] == pytest.approx(24.9, abs=1e-4)
    rows = Client().get("/data/mallila.vehicle-positions.geojson").json()["features"]
    assert {row["properties"]["route"] for row in rows} == {"550"}


def test_feeds_played_again_come_as_if_now_and_the_last_full_one_stands(town, now, tmp_path):
    past = now - dt.timedelta(days=400)
    for name, vehicles in (("1.pb", [("12", 24.95, 60.2), ("7", 24.9, 60.17)]), ("2.pb", [("12", 24.96, 60.21)])):
        (tmp_path / name).write_bytes(feed(*vehicles, at=past).SerializeToString())
    assert cli.main(["buses", "replay", str(tmp_path), "--every", "0", "--city", "mallila"]) == 0
    (only,) = buses.vehicles_at(town.city, now)
    assert (only.number, only.longitude) == ("12", pytest.approx(24.96))
    assert buses.vehicles_at(town.city, now + dt.timedelta(minutes=11)) == [], "one that is silent is not told"


def test_a_differential_feed_changes_only_whom_it_names(town, now, tmp_path):
    file = tmp_path / "a.pb"
    file.write_bytes(feed(("12", 24.95, 60.2), ("7", 24.9, 60.17), ("9", 24.8, 60.1), at=now).SerializeToString())
    buses.load_feed(town.city, file)
    later = feed(("12", 24.97, 60.2), at=now, differs=True)
    gone = later.entity.add()
    gone.id, gone.is_deleted = "9", True
    file.write_bytes(later.SerializeToString())
    buses.load_feed(town.city, file)
    told = {one.number: one.longitude for one in buses.vehicles_at(town.city, now)}
    assert told == {"12": pytest.approx(24.97), "7": pytest.approx(24.9)}


@pytest.mark.parametrize("content, told", [
    (b"\xff\xff\xff not a feed", "no GTFS Realtime feed"),
    (b"", "no GTFS Realtime feed"),
    (feed(("7", 224.9, 60.17), at=dt.datetime(2027, 1, 4, tzinfo=dt.UTC)).SerializeToString(), "'e7' has no position"),
    (feed(("7", float("nan"), 60.17), at=dt.datetime(2027, 1, 4, tzinfo=dt.UTC)).SerializeToString(), "no position"),
])  # fmt: skip
def test_a_feed_that_cannot_be_read_says_why_and_changes_nothing(town, now, tmp_path, content, told):
    file = tmp_path / "a.pb"
    file.write_bytes(feed(("12", 24.95, 60.2), at=now).SerializeToString())
    buses.load_feed(town.city, file)
    file.write_bytes(content)
    with pytest.raises(Invalid) as caught:
        buses.load_feed(town.city, file)
    assert told in f"{caught.value} {caught.value.faults}"
    assert Vehicle.objects.count() == 1


def test_a_folder_without_feeds_is_told(town, tmp_path, capsys):
    assert cli.main(["buses", "load", str(tmp_path), "--city", "mallila"]) != 0
    assert "Give a .pb file of GTFS Realtime" in capsys.readouterr().err


def test_made_up_vehicles_move_on_their_lines_and_say_that_they_are_made_up(town, now, capsys):
    assert cli.main(["buses", "simulate", "--city", "mallila", "--lines", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"city": "mallila", "vehicles": 12, "simulated": True}
    earth = Geod(ellps="WGS84")
    before = buses.vehicles_at(town.city, now)
    after = buses.vehicles_at(town.city, now + dt.timedelta(seconds=20))
    moved = [earth.inv(a.longitude, a.latitude, b.longitude, b.latitude)[2] for a, b in zip(before, after, strict=True)]
    assert max(moved) == pytest.approx(20 * 6.5, rel=0.01)
    assert all(one <= 20 * 6.5 + 1 for one in moved), "one that turns has gone less far"
    assert {one.vehicle.vehicle.label for one in served().entity} == {"1 (simulated)", "2 (simulated)"}


def test_a_city_of_one_area_has_no_lines_to_make_up(town, monkeypatch, capsys):
    only = dict([next(iter(geography.sub_areas(town.city).items()))])
    monkeypatch.setattr("toimiva.capabilities.buses.moving.geography.sub_areas", lambda _: only)
    assert cli.main(["buses", "simulate", "--city", "mallila"]) != 0
    assert "no two sub-areas" in capsys.readouterr().err


def test_a_city_without_vehicles_says_so(town):
    answer = Client().get(f"{ADDRESS}.pb")
    assert answer.status_code == 404
