"""Real sensors on the streets: loaded from files as they are published, asked as any program would."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from toimiva.capabilities.sensors.models import Datastream, Observation, Thing
from toimiva.project import cli

pytestmark = pytest.mark.django_db


def ask(query: str) -> dict:
    answer = Client().get(f"/sta/v1.1/{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_week_on_makelankatu_is_loaded_once_and_can_be_asked(shared, capsys):
    folder = str(shared / "data" / "iot" / "makelankatu_microclimate")
    assert cli.main(["sensors", "load", folder, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["files"]) == 12
    assert told["observations"] == Observation.objects.count() > 20_000

    assert cli.main(["sensors", "load", folder, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["observations"] == 0

    coldest = ask(
        "Observations?$filter=Datastream/ObservedProperty/name eq 'Air temperature'&$orderby=result&$top=1&$expand=Datastream/Thing"
    )
    row = coldest["value"][0]
    raw = [
        r["temperature"]
        for path in (shared / "data" / "iot" / "makelankatu_microclimate").iterdir()
        for r in json.loads(path.read_text())["properties"]["data"]["raw"]
    ]
    assert row["result"] == min(raw)
    shade = ask("Things?$filter=properties/Tyyppi eq 'Varjossa'&$count=true&$expand=Locations")
    assert 0 < shade["@iot.count"] < 12
    box = "geography'POLYGON ((24.94 60.18, 24.97 60.18, 24.97 60.21, 24.94 60.21, 24.94 60.18))'"
    assert ask(f"Things?$filter=st_within(Locations/location,{box})&$count=true")["@iot.count"] > 0


def test_cloudiness_in_words_by_local_time_is_kept_as_words(shared, tmp_path, capsys):
    (tmp_path / "fmi_cloudiness.csv.gz").write_bytes(
        (shared / "data" / "iot" / "fmi_cloudiness_kumpula_2024.csv.gz").read_bytes()
    )
    assert cli.main(["sensors", "load", str(tmp_path)]) == 0
    assert "Helsinki Kumpula" in capsys.readouterr().out

    first = ask("Observations?$orderby=phenomenonTime&$top=1&$filter=startswith(result,'Selke')")["value"][0]
    assert first["result"] == "Selkeää (0/8)"
    assert first["phenomenonTime"] == "2024-05-20T21:00:00.000Z"  # midnight in Helsinki in May
    stream = Datastream.objects.get()
    assert stream.phenomenon_time == datetime(2024, 5, 20, 21, tzinfo=UTC)


STATION = "Havaintoasema,Vuosi,Kuukausi,Päivä,Aika,Pilvisyys\nHelsinki Kumpula,2024,5,21,00:00,Selkeää\n"


@pytest.mark.parametrize("content", [
    gzip.compress(STATION.encode())[:40], gzip.compress(b""), gzip.compress(STATION.replace("2024", "99999999999").encode()),
    gzip.compress(STATION.replace("Kumpula", "Mars").encode()), b"\x1f\x8b\x08\x00 nothing", STATION.encode(),
], ids=["cut off", "empty", "no year", "unknown", "damaged", "not packed"])  # fmt: skip
def test_a_broken_table_of_the_weather_is_told_and_nothing_of_it_is_kept(tmp_path, capsys, content):
    (tmp_path / "fmi_cloudiness.csv.gz").write_bytes(content)
    assert cli.main(["sensors", "load", str(tmp_path)]) == 1
    assert "fmi_cloudiness.csv.gz was not loaded" in capsys.readouterr().err
    assert not Thing.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "{}",
        '{"id": "x", "properties": {"data": {"raw": [{"time": "2027-01-11T10:00:00Z", "temperature": 1}]}, "measurement": {}}, "geometry": "here"}',
        '{"id": "x", "properties": {"data": {"raw": [{"time": "soon", "temperature": 1}]}, "measurement": {}}, "geometry": {}}',
    ],
)
def test_a_broken_file_is_told_and_the_others_go_on(tmp_path, capsys, content):
    good = {"id": "s1", "geometry": {"type": "Point", "coordinates": [25, 60]}, "properties": {
        "data": {"raw": [{"time": "2027-01-11T10:00:00+02:00", "temperature": -3}]}, "measurement": {"time": "2027-01-11T10:10:00+02:00", "temperature": -2},
    }}  # fmt: skip
    (tmp_path / "a.geojson").write_text(content)
    (tmp_path / "b.geojson").write_text(json.dumps(good))

    assert cli.main(["sensors", "load", str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert "a.geojson was not loaded" in told.err
    assert Thing.objects.get().name == "s1"
    assert Observation.objects.count() == 2


def test_a_folder_with_nothing_in_it_says_what_can_be_loaded(tmp_path, capsys):
    assert cli.main(["sensors", "load", str(tmp_path)]) == 1
    assert "*.geojson" in capsys.readouterr().err


def test_anyone_sees_a_street_as_a_table_and_a_week_as_a_line(shared, transactional_db, live_server, page, settings):
    assert cli.main(["sensors", "load", str(shared / "data" / "iot" / "makelankatu_microclimate")]) == 0
    page.goto(f"{live_server.url}/sensors/")
    assert page.locator("tbody tr").count() == 24
    page.click("text=Liiku kartalla")
    page.wait_for_selector(".moving-map[data-ready]")

    page.click("tbody a >> nth=0")
    assert page.locator("svg.chart").count() == 2
    assert "°C" in page.inner_text("main")
    page.click("summary >> nth=0")
    assert page.locator("details[open] tbody tr").count() > 150
    newest = float(page.locator("dl.figures dd >> nth=0").inner_text().split()[0].replace(",", "."))
    told = ask(
        "Things?$orderby=name&$top=1&$expand=Datastreams($filter=name eq 'Air temperature';$expand=Observations($orderby=phenomenonTime desc;$top=1))"
    )
    assert newest == told["value"][0]["Datastreams"][0]["Observations"][0]["result"]
