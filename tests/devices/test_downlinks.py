"""LoRaWAN devices are told what to do through their network's server: in order, once, and with the reason if not."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from toimiva.capabilities.devices.downlinks import queue_downlinks
from toimiva.capabilities.devices.encoding import Command, Parameter, encoders
from toimiva.capabilities.devices.models import Device
from toimiva.capabilities.devices.onboarding import add
from toimiva.capabilities.sensors.models import Task

NUMBER = "24e124136e106617"
FIELDS = {"co2": 600, "temperature": 21, "humidity": 40}
TTN = {
    "end_device_ids": {"device_id": "room-5", "dev_eui": NUMBER.upper(), "application_ids": {"application_id": "air"}},
    "uplink_message": {"decoded_payload": FIELDS, "received_at": "2027-01-11T08:00:00Z"},
}
CHIRPSTACK = {"deviceInfo": {"devEui": NUMBER}, "time": "2027-01-11T08:00:00Z", "object": FIELDS}


@pytest.fixture
def room(town) -> Device:
    return add(town.city, "milesight-am300", NUMBER, name="Koulu 1: luokka 5", longitude=25.0, latitude=60.2).device


@pytest.fixture
def server(program, settings):
    """One that takes downlinks for both networks."""
    url = program.url.partition("/taken")[0]
    settings.NETWORK_SERVERS = {"ttn": (url, "ttn-key"), "chirpstack": (url, "chirp-key")}
    return program


def hear(network: str, body: dict, query: str = "") -> int:
    path = f"/devices/in/{network}/{query}"
    return Client().post(path, json.dumps(body), content_type="application/json").status_code


def give(room: Device, **parameters: object) -> int:
    """A task, as anybody gives it by SensorThings."""
    (capability,) = Client().get(f"/sta/v1.1/Things({room.thing})/TaskingCapabilities").json()["value"]
    path = f"/sta/v1.1/TaskingCapabilities({capability['@iot.id']})/Tasks"
    answer = Client().post(path, json.dumps({"taskingParameters": parameters}), content_type="application/json")
    assert answer.status_code == 201, answer.content
    return Task.objects.latest("pk").pk


def untold(room: Device) -> str:
    room.refresh_from_db()
    return room.untold


def test_the_things_stack_queues_a_task_as_the_devices_maker_writes_it(room, server):
    assert hear("ttn", TTN) == 201
    task = give(room, seconds=1200)
    assert (queue_downlinks(), queue_downlinks()) == (1, 0)
    ((headers, body),) = server.came
    assert server.paths == ["/api/v3/as/applications/air/devices/room-5/down/push"]
    assert headers["authorization"] == "Bearer ttn-key"
    (message,) = json.loads(body)["downlinks"]
    assert base64.b64decode(message.pop("frm_payload")) == bytes.fromhex("ff03b004")
    correlation = [f"toimiva:task:{task}"]
    assert message == {"f_port": 85, "confirmed": True, "priority": "NORMAL", "correlation_ids": correlation}


def test_chirpstack_queues_them_in_order_one_after_another(room, server):
    assert hear("chirpstack", CHIRPSTACK, "?event=up") == 201
    give(room, seconds=60), give(room, seconds=64800)
    assert [queue_downlinks() for _ in range(3)] == [1, 1, 0]
    assert server.paths == [f"/api/devices/{NUMBER}/queue"] * 2
    assert server.came[0][0]["grpc-metadata-authorization"] == "Bearer chirp-key"
    items = [json.loads(body)["queueItem"] for _, body in server.came]
    assert [base64.b64decode(one["data"]).hex() for one in items] == ["ff033c00", "ff0320fd"]
    assert items[0] | {"data": ""} == {"fPort": 85, "confirmed": True, "data": ""}


def test_a_server_that_does_not_take_it_now_is_asked_again_and_the_page_says_so(room, server):
    hear("ttn", TTN)
    task, server.answer = give(room, seconds=600), 503
    assert queue_downlinks() == 0
    assert untold(room) == f"ttn does not take task {task} now: 503."
    assert f"ttn does not take task {task} now" in Client().get(f"/devices/{room.city}/").content.decode()
    server.answer = 200
    assert queue_downlinks() == 0  # it is left in peace for a minute
    Device.objects.update(due=timezone.now() - timedelta(seconds=1))
    assert queue_downlinks() == 1
    assert untold(room) == ""


def test_what_a_server_refuses_is_told_of_and_holds_nothing_up(room, server):
    hear("ttn", TTN)
    first, server.answer = give(room, seconds=600), 404
    give(room, seconds=900)
    assert queue_downlinks() == 0
    assert untold(room) == f"Task {first}: ttn answered 404"
    server.answer = 200
    assert queue_downlinks() == 1
    assert untold(room) == ""


def test_a_network_without_a_server_and_a_device_that_was_never_heard_wait(room, program, settings):
    task = give(room, seconds=600)
    settings.NETWORK_SERVERS = {"chirpstack": (program.url, "key")}
    hear("ttn", TTN)
    assert (queue_downlinks(), program.came, untold(room), room.told < task) == (0, [], "", True)


def test_a_task_out_of_bounds_is_refused_at_once_and_one_of_no_command_is_told_of(room, server):
    (capability,) = Client().get(f"/sta/v1.1/Things({room.thing})/TaskingCapabilities").json()["value"]
    path, kind = f"/sta/v1.1/TaskingCapabilities({capability['@iot.id']})", "application/json"
    too_short = json.dumps({"taskingParameters": {"seconds": 5}})
    assert Client().post(f"{path}/Tasks", too_short, content_type=kind).status_code == 400
    Client().patch(path, json.dumps({"name": "light"}), content_type=kind)
    hear("ttn", TTN)
    task = give(room, seconds=600)
    assert (queue_downlinks(), server.came) == (0, [])
    known = "milesight-am300 has no command 'light' (known: interval)"
    assert untold(room) == f"Task {task}: {known}: add it to the device's type."


@pytest.mark.parametrize(
    ("network", "query", "body", "why"),
    [
        ("ttn", "", {"downlink_failed": {"error": {"name": "x", "message_format": "no such port"}}}, "no such port"),
        ("ttn", "", {"downlink_nack": {}}, "The device did not confirm it."),
        ("chirpstack", "?event=ack", {"acknowledged": False}, "The device did not confirm it."),
        ("chirpstack", "?event=ack", {"acknowledged": True}, ""),
        ("chirpstack", "?event=log", {"level": "ERROR", "code": "EXPIRED", "description": "too old"}, "too old"),
        ("chirpstack", "?event=log", {"level": "ERROR", "code": "UPLINK_MIC"}, ""),
        ("chirpstack", "?event=join", {}, ""),
    ],
)
def test_what_the_network_could_not_bring_is_told_beside_the_device(room, network, query, body, why):
    device = {"end_device_ids": TTN["end_device_ids"], "deviceInfo": CHIRPSTACK["deviceInfo"]}
    assert hear(network, device | body, query) == 200
    assert untold(room) == why


def test_the_networks_own_formatter_is_given_the_parameters(room, server, monkeypatch):
    named = Command(description="", port=2, encoder="object", parameters={"seconds": Parameter()})
    monkeypatch.setattr("toimiva.capabilities.devices.downlinks._command", lambda *_: named)
    for network, body in (("ttn", TTN), ("chirpstack", CHIRPSTACK)):
        hear(network, body)
        give(room, seconds=600)
        assert queue_downlinks() == 1
    ttn, chirpstack = (json.loads(body) for _, body in server.came)
    assert ttn["downlinks"][0]["decoded_payload"] == chirpstack["queueItem"]["object"] == {"seconds": 600}


WHOLE = st.integers(-(2**63), 2**64 - 1)


@given(st.lists(st.tuples(WHOLE, st.integers(1, 8), st.sampled_from(["big", "little"])), max_size=5))
def test_packed_numbers_are_read_back_or_refused_never_cut(parts):
    parameters = {f"p{at}": Parameter(bytes=size, order=order) for at, (_, size, order) in enumerate(parts)}
    command = Command(description="", port=1, encoder="packed", before="ff", after="00", parameters=parameters)
    fits = all(-(2 ** (8 * size - 1)) <= value < 2 ** (8 * size) for value, size, _ in parts)
    told = {f"p{at}": value for at, (value, _, _) in enumerate(parts)}
    if not fits:
        with pytest.raises(ValueError, match="does not fit"):
            encoders["packed"].payload(command, told)
        return
    data = encoders["packed"].payload(command, told).data
    assert (data[0], data[-1]) == (0xFF, 0)
    place = 1
    for value, size, order in parts:
        assert int.from_bytes(data[place : place + size], order, signed=value < 0) == value
        place += size


@pytest.mark.parametrize("value", ["on", None, 1.5, float("nan"), float("inf")])
def test_what_is_no_whole_number_is_not_packed(value):
    command = Command(description="", port=1, encoder="packed", parameters={"seconds": Parameter()})
    with pytest.raises(ValueError, match="no whole number"):
        encoders["packed"].payload(command, {"seconds": value})


def test_an_uplink_cannot_lead_a_downlink_to_another_address_of_the_server(room, server):
    for application, device in (("..", "room-5"), ("air", "../../webhooks?x="), ("air", ["room-5"])):
        there = TTN["end_device_ids"] | {"device_id": device, "application_ids": {"application_id": application}}
        assert hear("ttn", TTN | {"end_device_ids": there}) in (200, 201)
        task = give(room, seconds=600)
        assert (queue_downlinks(), server.paths) == (0, [])
        assert untold(room) == f"Task {task}: ttn has not said how the device is reached: see what its webhook sends."
