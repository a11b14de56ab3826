"""City bikes: an operator's feed in, GBFS 3 out, held against the standard's own schemas."""

from __future__ import annotations

import json

import jsonschema
import pytest
from django.test import Client

from toimiva.capabilities.bikes.models import Station
from toimiva.project import cli


def feeds(city: str) -> dict[str, dict]:
    client = Client()
    first = client.get(f"/gbfs/{city}/gbfs.json").json()
    found = {one["name"]: client.get(one["url"].partition("testserver")[2]).json() for one in first["data"]["feeds"]}
    return found | {"gbfs": first}


@pytest.mark.shared
def test_every_feed_is_as_the_standards_schemas_say(town, shared, capsys):
    assert cli.main(["bikes", "simulate", "--city", "mallila", "--stations", "30", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"city": "mallila", "stations": 30, "simulated": True}
    found = feeds("mallila")
    assert len(found) == 6
    for name, told in found.items():
        schema = json.loads((shared / "data" / "catalogue" / "gbfs-3.0" / f"{name}.json").read_text())
        jsonschema.validate(told, schema, format_checker=jsonschema.FormatChecker())
    assert "simuloitu" in found["system_information"]["data"]["name"][0]["text"]
    stations = {one["station_id"] for one in found["station_information"]["data"]["stations"]}
    assert stations == {one["station_id"] for one in found["station_status"]["data"]["stations"]}
    assert len(stations) == 30
    rows = Client().get("/data/mallila.bike-stations.geojson").json()["features"]
    assert {row["properties"]["station"] for row in rows} == stations


@pytest.mark.shared
def test_an_operators_feed_is_taken_and_served_again(town, shared):
    folder = shared / "data" / "mobility" / "gbfs_samples_3.0"
    assert cli.main(["bikes", "load", str(folder), "--city", "mallila"]) == 0
    status = json.loads((folder / "station_status.json").read_text())["data"]["stations"]
    told = feeds("mallila")["station_status"]["data"]["stations"]
    assert {one["station_id"]: one["num_vehicles_available"] for one in told} == {
        one["station_id"]: one["num_vehicles_available"] for one in status
    }


@pytest.mark.parametrize("information, told", [
    ("{", "is no GBFS feed"), ('{"data": {"stations": 3}}', "is no GBFS feed"),
    ('{"data": {"stations": [{"station_id": "1", "lat": 60, "lon": 25}]}}', "KeyError: 'name'"),
    ('{"data": {"stations": [{"station_id": "1", "name": "A", "lat": 600, "lon": 25}]}}', "600 is no coordinate"),
])  # fmt: skip
def test_a_feed_that_cannot_be_read_changes_nothing(town, tmp_path, capsys, information, told):
    assert cli.main(["bikes", "simulate", "--city", "mallila", "--stations", "3"]) == 0
    now = [{"station_id": "1", "num_bikes_available": 2, "is_renting": 1, "last_reported": 1_700_000_000}]
    (tmp_path / "station_information.json").write_text(information)
    (tmp_path / "station_status.json").write_text(json.dumps({"data": {"stations": now}}))
    assert cli.main(["bikes", "load", str(tmp_path), "--city", "mallila"]) == 1
    assert told in capsys.readouterr().err
    assert Station.objects.count() == 3


def test_a_city_without_bikes_has_no_feed(town):
    assert Client().get("/gbfs/mallila/gbfs.json").status_code == 404
    assert Client().get("/gbfs/nowhere/gbfs.json").status_code == 404
