"""A school whose air is bad acts before anyone complains: from sensors to a case, advice and a lesson."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from tests.parts.sensorthings import datastream, location, thing
from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.sensors import api as sensors
from toimiva.capabilities.sensors.models import Datastream, Observation, Thing
from toimiva.capabilities.sensors.storing import Measured, store
from toimiva.capabilities.sensors.writing import place_of
from toimiva.capabilities.watches import api as watches
from toimiva.capabilities.watches.folders import check
from toimiva.capabilities.watches.looking import look as judge
from toimiva.capabilities.watches.models import Alarm
from toimiva.core.city import api as cities
from toimiva.project import cli


def run(capsys, *arguments: str) -> dict:
    assert cli.main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def schools(town, capsys):
    """Two schools of eight rooms with a school day; one room in ten has too little air."""
    told = run(
        capsys, "sensors", "simulate", "mallila", "--schools", "2", "--from", "2027-01-11", "--days", "1", "--seed", "3"
    )
    assert told["simulated"]
    return town


def look(capsys, start: str, end: str) -> dict:
    told = run(capsys, "watch", "look", "school-air", "--city", "mallila", "--from", start, "--to", end)
    return told["watches"][0]


def test_heavy_air_opens_one_case_for_a_school_and_tells_the_teacher_what_to_do(schools, capsys):
    assert look(capsys, "2027-01-11T00:00", "2027-01-11T08:00")["raised"] == 0
    told = look(capsys, "2027-01-11T08:00", "2027-01-11T11:00")
    assert told["things"] == 16
    assert told["raised"] >= 1

    found = cases.list_cases("mallila", reason="school-air")
    assert len(found) == len({alarm.group for alarm in Alarm.objects.all()}), "one for each school"
    row = found[0]
    alarms = list(Alarm.objects.filter(case=row.pk))
    assert {alarm.group for alarm in alarms} == {row.about}
    assert alarms[0].values["co2"]["lowest"] > 1150
    assert look(capsys, "2027-01-11T08:00", "2027-01-11T11:00")["raised"] == 0, "looking again changes nothing"

    page = Client().get(f"/watches/mallila/school-air/{row.about}/", headers={"accept-language": "en"}).content.decode()
    assert "Open the windows and the door for ten minutes" in page
    assert "Simulated" in page
    desk = Client().get(f"/desk/{row.pk}/", headers={"accept-language": "en"}).content.decode()
    assert "Check the room&#x27;s ventilation" in desk
    assert alarms[0].name in desk

    look(capsys, "2027-01-11T11:05", "2027-01-11T23:00")
    assert not Alarm.objects.filter(until=None).exists()
    page = Client().get(f"/watches/mallila/school-air/{row.about}/", headers={"accept-language": "en"}).content.decode()
    assert "The air is good." in page
    assert "Minutes in alarm by day" in page

    answer = Client().post(
        f"/desk/{row.pk}/", {"action": "close", "outcome": "put_right", "note": "A filter was changed."}
    )
    assert answer.status_code == 302
    assert cases.get_case(row.pk).closed


def test_an_empty_room_raises_nothing_however_heavy_its_air(schools, capsys):
    city = cities.load("mallila")
    watch = watches.watch(city, "school-air")
    run_of = look(capsys, "2027-01-11T08:00", "2027-01-11T09:00")
    before = Alarm.objects.count()

    Observation.objects.filter(datastream__name="Movement").update(result_number=0)
    Observation.objects.filter(datastream__name="Carbon dioxide").update(result_number=3000)
    at = Observation.objects.order_by("-phenomenon_time").first().phenomenon_time
    assert watches.look(city, watch, at=at).raised == 0
    assert Alarm.objects.count() == before
    assert run_of["things"] == 16


def test_a_lesson_has_the_rooms_own_values(schools, capsys):
    page = Client().get("/watches/mallila/school-air/").content.decode()
    assert "co2.lowest &gt; 1150" in page

    thing = Thing.objects.filter(properties__kind="classroom").first()
    lines = b"".join(Client().get(f"/sensors/{thing.pk}/observations.csv").streaming_content).decode().splitlines()
    assert lines[0] == "time,observed,value,unit"
    assert len(lines) == 1 + 2 * 288


def test_pavements_that_freeze_are_seen_in_the_streets_own_sensors(shared, town, capsys):
    folder = str(shared / "data" / "iot" / "makelankatu_microclimate")
    assert cli.main(["sensors", "load", folder, "--city", "mallila"]) == 0
    capsys.readouterr()
    told = run(
        capsys,
        "watch",
        "look",
        "slippery",
        "--city",
        "mallila",
        "--from",
        "2025-02-10T00:00",
        "--to",
        "2025-02-20T00:00",
        "--every",
        "30",
    )
    assert told["watches"][0]["raised"] > 0
    alarm = Alarm.objects.filter(watch="slippery").first()
    assert alarm.values["air"]["first"] > 0 >= alarm.values["air"]["latest"]
    assert alarm.values["damp"]["latest"] >= 80


@pytest.mark.parametrize("change, told", [
    (("co2.lowest > 1150", "co2.lowestt > 1150"), "asks for co2.lowestt"),
    (("co2.lowest > 1150", "co2.lowest >"), "is no FEEL"),
    (("and movement.highest > 0", "and noise.highest > 0"), "asks for noise"),
    (("properties/kind eq 'classroom'", "properties/kind is 'classroom'"), "is no filter of a Thing"),
    (("minutes = 15", "minutes = 0"), "minutes"),
    (('sv = "Luften är bra."\n', ""), "fine"),
])  # fmt: skip
def test_a_watch_that_cannot_be_used_is_told_with_its_line(db, tmp_path, capsys, change, told):
    source = cities.load("helsinki").find("watches/school-air/watch.toml").read_text()
    assert change[0] in source
    (tmp_path / "air").mkdir()
    (tmp_path / "air" / "watch.toml").write_text(source.replace(*change))
    assert cli.main(["watch", "check", str(tmp_path / "air")]) == 1
    error = capsys.readouterr().err
    assert told in error
    assert "watch.toml:" in error


def test_what_is_around_and_what_has_fallen_silent_can_be_asked(town, tmp_path):

    city, at = cities.load("mallila"), cities.now("mallila")
    near, far = {"type": "Point", "coordinates": [25.0, 60.2]}, {"type": "Point", "coordinates": [25.1, 60.2]}
    for name, spot in (("Yard", near), ("Gate", {"type": "Point", "coordinates": [25.001, 60.2]}), ("Far", far)):
        sensors.create(
            sensors.ENTITIES["Thing"], thing(name, Locations=[location(at=spot)], Datastreams=[datastream("Noise")])
        )
    for stream in Datastream.objects.all():
        if stream.thing.name != "Yard":
            store(stream, place_of(stream.thing), [Measured(at - timedelta(minutes=3), 80)])
    source = cities.load("helsinki").find("watches/school-air/watch.toml").read_text()
    start, end = source.index("[inputs.co2]"), source.index("[name]")
    inputs = '[inputs.noise]\nproperty = "https://x.example/Noise"\nwithin_m = 200\ntitle = { fi = "a", sv = "b", en = "c" }\n'
    text = source[:start] + inputs + source[end:]
    for old, new in (
        ("properties/kind eq 'classroom'", "name eq 'Yard' or name eq 'Far'"),
        ("co2.count >= 3 and co2.lowest > 1150 and movement.highest > 0", "noise.count = 1 and noise.silent < 5"),
        ("co2.latest < 900", "noise.silent > 60"),
    ):
        text = text.replace(old, new)
    (tmp_path / "noise").mkdir()
    (tmp_path / "noise" / "watch.toml").write_text(text)
    watch = check(tmp_path / "noise")
    assert judge(city, watch, at=at).raised == 2, "the gate's noise is heard in the yard, which has none of its own"
    assert judge(city, watch, at=at + timedelta(minutes=30)).passed == 0
    assert judge(city, watch, at=at + timedelta(minutes=64)).passed == 2


def test_a_broken_watch_does_not_stop_the_others(town, tmp_path, monkeypatch, caplog):
    from toimiva.capabilities.watches import folders

    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "watch.toml").write_text("things = [")
    known = folders._folders(town.city)
    monkeypatch.setattr(folders, "_folders", lambda city: [tmp_path / "broken", *known])
    assert set(watches.watches_of(town.city)) == {path.name for path in known}
    assert "broken is not looked at" in caplog.text
