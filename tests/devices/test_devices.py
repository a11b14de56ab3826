"""Devices: added by their code, heard through their networks, refused with the reason, watched over."""

from __future__ import annotations

import base64
import json
import os
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.devices.decoding import Sent, decoders
from toimiva.capabilities.devices.dropping import take_dropped
from toimiva.capabilities.devices.health import health_of
from toimiva.capabilities.devices.models import Device
from toimiva.capabilities.devices.onboarding import add
from toimiva.capabilities.sensors.models import Datastream, Observation
from toimiva.capabilities.sensors.storing import Measured, store
from toimiva.capabilities.sensors.writing import place_of
from toimiva.capabilities.watches import api as watches
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, Invalid
from toimiva.project import cli

QR = "LW:D0:1122334455667788:24E124136E106617:00000001:P0:V1"
STREET = base64.b64encode(bytes([1, 0x67, 0xFF, 0xD3, 2, 0x68, 0xB4])).decode()  # -4.5 Cel, 90 %


def room(city: cities.City, code: str = QR, name: str = "Koulu 1: luokka 5"):
    return add(city, "milesight-am300", code, name=name, longitude=25.0, latitude=60.2, group="Koulu 1")


def ttn(
    number: str, at: str = "2027-01-11T08:00:00.123456789Z", *, payload: str = "", fields: dict | None = None
) -> dict:
    return {
        "end_device_ids": {"device_id": "x", "dev_eui": number.upper()}, "received_at": at,
        "uplink_message": {"f_port": 85, "f_cnt": 7, "frm_payload": payload, "decoded_payload": fields or {}, "received_at": at,
                           "last_battery_percentage": {"value": 81.5}},
    }  # fmt: skip


def send(network: str, body: object, query: str = "", key: str = "") -> tuple[int, dict]:
    content = body if isinstance(body, bytes | str) else json.dumps(body)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    answer = Client().post(f"/devices/in/{network}/{query}", content, content_type="application/json", headers=headers)
    return answer.status_code, answer.json()


def results(thing: int) -> dict[str, list[float]]:
    return {
        stream.name: list(stream.observations.order_by("phenomenon_time").values_list("result_number", flat=True))
        for stream in Datastream.objects.filter(thing=thing)
    }


def test_a_classrooms_device_is_added_by_its_code_and_its_air_is_watched_at_once(town, capsys):
    command = ["device", "add", "milesight-am300", QR, "--city", "mallila", "--name", "Koulu 1: luokka 5", "--school", "Koulu 1",
               "--at", "25.0", "60.2", "--json"]  # fmt: skip
    assert cli.main(command) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["number"] == "24e124136e106617"
    for minute in range(0, 20, 5):
        fields = {"co2": 1400 + minute, "temperature": 21.5, "humidity": 40, "pir": 12}
        assert send("ttn", ttn(made["number"], f"2027-01-11T08:{minute:02}:00Z", fields=fields), key=made["key"]) == (
            201,
            {"new": 4},
        )
    assert results(made["thing"])["Carbon dioxide"] == [1400, 1405, 1410, 1415]
    at = datetime(2027, 1, 11, 8, 15, tzinfo=cities.load("helsinki").zone) + timedelta(hours=2)
    assert watches.look(town.city, watches.watch(town.city, "school-air"), at=at).raised == 1
    assert [case.about for case in cases.list_cases("mallila", reason="school-air")] == ["Koulu 1"]
    row = Device.objects.get()
    assert (row.uplinks, row.battery) == (4, 81.5)


def test_an_uplink_that_comes_twice_is_stored_once(town):
    made = room(town.city)
    body = ttn(made.device.number, fields={"co2": 700})
    assert send("ttn", body) == (201, {"new": 1})
    assert send("ttn", body) == (200, {"new": 0})
    assert Observation.objects.count() == 1


def test_every_network_brings_the_same(town):
    for number in ("a1", "a2", "a4"):
        add(town.city, "cayenne-street", number, name=number, longitude=25, latitude=60)
    add(town.city, "milesight-am300", "0x00158d0001", name="zigbee", longitude=25, latitude=60)
    add(town.city, "ultralight-meter", "meter-1", name="meter", longitude=25, latitude=60)
    at = "2027-01-11T08:00:00+00:00"
    assert send("ttn", ttn("a1", payload=STREET))[0] == 201
    chirp = {"deviceInfo": {"devEui": "a2"}, "time": at, "fCnt": 1, "data": STREET}
    assert send("chirpstack", chirp, "?event=up")[0] == 201
    assert send("chirpstack", {"deviceInfo": {"devEui": "a2"}}, "?event=join") == (200, {"new": 0})
    assert (
        send("zigbee", {"co2": 800, "battery": 55, "linkquality": 90, "last_seen": at}, "?device=0x00158D0001")[0]
        == 201
    )
    assert send("ultralight", "w|12.5", f"?{urlencode({'i': 'meter-1', 't': at})}")[0] == 201
    told = {row.name: results(row.thing) for row in Device.objects.all()}
    assert told["a1"] == told["a2"] == {"Air temperature": [-4.5], "Relative humidity": [90]}
    assert told["zigbee"]["Carbon dioxide"] == [800]
    assert told["meter"] == {"Water used": [12.5]}
    assert Device.objects.get(name="zigbee").battery == 55


@pytest.mark.parametrize("network, body, told", [
    ("ttn", "{", "no uplink of ttn"), ("ttn", "[]", "no uplink of ttn"), ("ttn", {"uplink_message": {}}, "no uplink of ttn"),
    ("ttn", ttn("24e124136e106617", payload="%%%"), "no uplink of ttn"),
    ("ttn", {"end_device_ids": {"dev_eui": 7}, "uplink_message": {}}, "no uplink of ttn"),
    ("ttn", '{"end_device_ids": {"dev_eui": "\\ud800"}, "uplink_message": {}}', "no uplink of ttn"),
    ("ttn", {"end_device_ids": {"dev_eui": "24e124136e106617"}, "uplink_message": {"decoded_payload": [1]}}, "no uplink of ttn"),
    ("ttn", ttn("24e124136e106617", at="soon", fields={"co2": 1}), "no uplink of ttn"),
    ("ttn", ttn("24e124136e106617"), "has not decoded it"),
    ("ttn", ttn("24e124136e106617", fields={"co2": 99_999_999}), "cannot be"),
    ("ttn", ttn("24e124136e106617", fields={"co2": "much"}), "cannot be"),
    ("ttn", ttn("24e124136e106617", fields={"colour": 3}), "None of colour is known"),
])  # fmt: skip
def test_what_cannot_be_is_refused_with_its_reason_and_nothing_is_stored(town, network, body, told):
    room(town.city)
    status, answer = send(network, body)
    assert status == 422
    assert told in f"{answer['title']} {answer['detail']}"
    assert Observation.objects.count() == 0


def test_unknown_devices_and_wrong_keys_are_refused(town, settings):
    made = room(town.city)
    body = ttn(made.device.number, fields={"co2": 700})
    assert send("ttn", ttn("ffff", fields={"co2": 700}))[0] == 404
    assert send("smoke", body)[0] == 404
    settings.OPEN_SENSORS, settings.SENSORS_TOKEN = False, "the city's own"
    assert send("ttn", body)[0] == 401
    assert send("ttn", body, key="guessed")[0] == 401
    assert send("ttn", ttn("ffff"), key="guessed")[0] == 401, "who has no key is not told which devices there are"
    assert send("ttn", body, key=made.key)[0] == 201
    assert (
        send("ttn", ttn(made.device.number, "2027-01-11T08:10:00Z", fields={"co2": 1000}), key="the city's own")[0]
        == 201
    )


def test_a_device_is_added_once_and_at_a_place_on_the_earth(town):
    room(town.city)
    with pytest.raises(Conflict, match="added already"):
        room(town.city, code="24E124136E106617")
    for code in ("", "LW:D0:1:2", "a b", "x" * 100):
        with pytest.raises(Invalid):
            room(town.city, code=code)


def test_the_unwell_are_found_by_the_stated_rules(town, capsys):
    now = cities.now("mallila")
    made = [room(town.city, code=f"d{n}", name=f"Room {n}").device for n in range(8)]
    for n, row in enumerate(made):
        stream = Datastream.objects.get(thing=row.thing, name="Carbon dioxide")
        ours = [Measured(now - timedelta(minutes=40 * k), 600 + 7 * n + k) for k in range(15)]
        if n == 1:
            ours = [Measured(one.at, 640) for one in ours]
        if n == 2:
            ours = [Measured(one.at, one.result * 4) for one in ours]
        store(stream, place_of(stream.thing), ours)
        Device.objects.filter(pk=row.pk).update(heard=now, battery=80)
    Device.objects.filter(name="Room 3").update(heard=now - timedelta(minutes=31))
    Device.objects.filter(name="Room 4").update(battery=19)
    found = {one.device.name: one.wrong for one in health_of(town.city, at=now) if one.wrong}
    assert found == {"Room 1": ("stuck",), "Room 2": ("drifting",), "Room 3": ("silent",), "Room 4": ("battery",)}
    assert cli.main(["device", "health", "--city", "mallila"]) == 0
    assert "Room 3 (d3): silent" in capsys.readouterr().out
    page = Client().get("/devices/mallila/", headers={"accept-language": "en"}).content.decode()
    assert "far from the others" in page


def test_a_device_is_added_on_the_page_with_a_scanner(town):
    given_ = {"kind": "milesight-am300", "code": QR, "name": "Hall", "group": "", "longitude": "25", "latitude": "60"}
    page = Client().post("/devices/mallila/", given_, headers={"accept-language": "en"})
    assert page.status_code == 200
    assert "24e124136e106617 has been added" in page.content.decode()
    again = Client().post("/devices/mallila/", given_, headers={"accept-language": "en"})
    assert again.status_code == 422
    assert "added already" in again.content.decode()


@given(st.binary(max_size=60))
def test_no_bytes_whatever_break_a_decoder(payload):
    for name in decoders:
        try:
            fields = decoders[name].fields(Sent(payload, {}))
        except ValueError:
            continue
        assert all(isinstance(value, float | str) for value in fields.values())


@given(st.integers(0, 255), st.integers(-3276, 3276), st.integers(0, 200))
def test_cayenne_reads_what_was_written(channel, tenths, halves):
    payload = bytes([channel, 0x67]) + tenths.to_bytes(2, "big", signed=True) + bytes([channel, 0x68, halves])
    assert decoders["cayenne-lpp"].fields(Sent(payload, {})) == {
        f"temperature_{channel}": tenths / 10,
        f"humidity_{channel}": halves / 2,
    }


def dropped(folder, name: str, text: str | bytes) -> None:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def test_files_that_a_gateway_drops_are_taken_line_by_line_and_moved(town, tmp_path, capsys):
    made = room(town.city)
    dropped(tmp_path, "a.csv", (
        "device,time,co2,temperature\n"
        f"{made.device.number.upper()},2027-01-11T08:00:00Z,700,21.5\n"
        f"{made.device.number},2027-01-11T10:05:00+02:00,,22\n"
        f"{made.device.number},2027-01-11T08:10:00Z,99999,22\n"
        f"{made.device.number},yesterday,700,22\n"
        "unknown,2027-01-11T08:00:00Z,700,22\n"
        f"{made.device.number},2027-01-11T08:15:00Z,700\n"
        f"{made.device.number},2027-01-11T08:20:00Z,hot,22\n"
    ))  # fmt: skip
    dropped(tmp_path, "b.csv", f"\ufeffdevice;time;co2\r\n{made.device.number};2027-01-11T08:20:00Z;800,5\r\n")
    dropped(tmp_path, "c.csv", b"device,time\n\xff\xfe,1\n")
    dropped(tmp_path, "d.csv", "number,when\n1,2\n")
    for n, name in enumerate(("a.csv", "b.csv", "c.csv", "d.csv")):
        os.utime(tmp_path / name, (1_000_000 + n, 1_000_000 + n))
    assert cli.main(["device", "drop", str(tmp_path), "--city", "mallila", "--json"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert [(one["name"], one["lines"], one["new"]) for one in files] == [
        ("a.csv", 7, 3),
        ("b.csv", 1, 1),
        ("c.csv", 0, 0),
        ("d.csv", 0, 0),
    ]
    assert results(made.device.thing)["Carbon dioxide"] == [700, 800.5]
    assert results(made.device.thing)["Air temperature"] == [21.5, 22]
    why = (tmp_path / "refused" / "a.why.csv").read_text()
    assert [line.split(",")[0] for line in why.splitlines()] == ["line", "4", "5", "6", "7", "8"]
    assert "co2 is no number: 'hot'" in why
    assert "no device 'unknown'" in why
    assert "device, time and the fields" in (tmp_path / "refused" / "d.why.csv").read_text()
    assert sorted(one.name for one in tmp_path.rglob("*.csv")) == sorted(
        ["a.csv", "b.csv", "c.csv", "d.csv", "a.why.csv", "c.why.csv", "d.why.csv"]
    )
    assert (tmp_path / "taken" / "b.csv").exists()


def test_a_file_that_is_dropped_again_brings_nothing_twice_and_one_that_is_being_written_is_left(town, tmp_path):
    made = room(town.city)
    text = "device,time,co2\n" + "".join(
        f"{made.device.number},2027-01-11T08:{n:02}:00Z,{400 + n}\n" for n in range(60)
    )
    for _ in range(2):
        dropped(tmp_path, "a.csv", text)
        assert take_dropped(tmp_path) == [], "it was written a moment ago"
        (told,) = take_dropped(tmp_path, quiet=0)
        assert told.lines == 60
    assert told.new == 0
    assert Observation.objects.count() == 60
    assert sorted(one.name for one in (tmp_path / "taken").iterdir()) == ["a-1.csv", "a.csv"]
    row = Device.objects.get()
    assert (row.uplinks, row.heard.isoformat()) == (120, "2027-01-11T08:59:00+00:00")


def test_one_device_whose_type_is_gone_hinders_no_other_and_names_may_be_quoted(town, tmp_path):
    made, other = room(town.city), room(town.city, "a7", "Koulu 2")
    Device.objects.filter(pk=other.device.pk).update(kind="gone")
    lines = "".join(f"{one.device.number},2027-01-11T08:00:00Z,700\n" for one in (other, made))
    dropped(tmp_path, "a.csv", f'"device","time","co2"\n{lines}')
    (told,) = take_dropped(tmp_path, quiet=0)
    assert (told.lines, told.new, [*told.refused]) == (2, 1, [2])
    assert "gone" in told.refused[2]


def test_a_folder_that_is_not_there_is_told(town, tmp_path, capsys):
    assert cli.main(["device", "drop", str(tmp_path / "nowhere"), "--city", "mallila"]) != 0
    assert "Make it" in capsys.readouterr().err
