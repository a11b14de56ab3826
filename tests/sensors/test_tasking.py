"""Devices that can be told to act (OGC 17-079r1): what they can do is declared, and a task is held to it."""

from __future__ import annotations

import pytest

from tests.parts.sensorthings import BASE, location, thing

WINDOW = {
    "type": "DataRecord",
    "field": [
        {"name": "opening", "label": "How far", "type": "Quantity", "constraint": {"type": "AllowedValues", "interval": [[0, 100]]}},
        {"name": "speed", "type": "Category", "optional": True, "constraint": {"type": "AllowedTokens", "value": ["slow", "fast"]}},
        {"name": "until", "type": "Time", "optional": True},
        {"name": "times", "type": "Count", "optional": True},
        {"name": "quietly", "type": "Boolean", "optional": True},
        {"name": "why", "type": "Text", "optional": True},
        {"name": "anything", "type": "DataArray", "optional": True},
    ],
}  # fmt: skip


def capability(**more) -> dict:
    actuator = {
        "name": "Window motor",
        "description": "d",
        "encodingType": "application/pdf",
        "metadata": "https://x.example/motor",
    }
    return {"name": "Open", "description": "Opens the window", "taskingParameters": WINDOW, "Actuator": actuator} | more


@pytest.fixture
def window(sta) -> int:
    """What can be done to a room's window."""
    made = sta.post("Things", thing(Locations=[location()], TaskingCapabilities=[capability()]))
    return sta.get(f"Things({made['@iot.id']})/TaskingCapabilities")["value"][0]["@iot.id"]


def test_a_thing_tells_what_can_be_done_and_a_task_is_kept_with_its_time(sta, window):
    made = sta.post(f"TaskingCapabilities({window})/Tasks", {"taskingParameters": {"opening": 40, "speed": "slow"}})
    told = sta.get(f"Tasks({made['@iot.id']})")
    assert told["creationTime"].startswith("20")
    assert told["taskingParameters"] == {"opening": 40, "speed": "slow"}
    assert (
        told["TaskingCapability@iot.navigationLink"]
        == f"http://testserver{BASE}/Tasks({made['@iot.id']})/TaskingCapability"
    )
    whole = sta.get("Things?$expand=TaskingCapabilities($expand=Actuator,Tasks($orderby=creationTime desc))")["value"][
        0
    ]
    (can,) = whole["TaskingCapabilities"]
    assert can["Actuator"]["name"] == "Window motor"
    assert can["Tasks"][0]["@iot.id"] == made["@iot.id"]
    assert sta.find("Tasks", "TaskingCapability/Thing/name eq 'Classroom 12' and taskingParameters/opening gt 30") == [
        made["@iot.id"]
    ]


@pytest.mark.parametrize("given, said", [
    ({}, "'opening' is missing"),
    ({"opening": 101}, "'opening' is not one of the allowed values. Give 0 to 100."),
    ({"opening": "40"}, "'opening' must be a Quantity"),
    ({"opening": True}, "'opening' must be a Quantity"),
    ({"opening": 1, "speed": "at once"}, "'speed' is not one of the allowed values. Give slow or fast."),
    ({"opening": 1, "speed": 3}, "'speed' must be a Category"),
    ({"opening": 1, "until": "tomorrow"}, "'until' must be a Time"),
    ({"opening": 1, "times": 1.5}, "'times' must be a Count"),
    ({"opening": 1, "quietly": "yes"}, "'quietly' must be a Boolean"),
    ({"opening": 1, "why": 3}, "'why' must be a Text"),
    ({"opening": 1, "door": 3}, "'door' is no parameter"),
    ([40], "must be a JSON object"),
])  # fmt: skip
def test_a_task_that_the_capability_does_not_allow_is_refused_with_the_reason(sta, window, given, said):
    told = sta.post(f"TaskingCapabilities({window})/Tasks", {"taskingParameters": given}, status=400)
    assert said in f"{told['title']} {told['detail']}"
    assert sta.get("Tasks")["value"] == []


def test_every_kind_of_parameter_is_taken(sta, window):
    given = {
        "opening": 0.5,
        "speed": "fast",
        "until": "2027-01-11T10:00:00Z",
        "times": 2,
        "quietly": True,
        "why": "air",
        "anything": [1],
    }
    sta.post("Tasks", {"taskingParameters": given, "TaskingCapability": {"@iot.id": window}})
    assert sta.get("Tasks")["value"][0]["taskingParameters"] == given


@pytest.mark.parametrize("fields", [[{"type": "Text"}], [{"name": "a"}, {"name": "a"}], ["a"], [{"name": 3}]])
def test_a_capability_names_its_parameters_once_each(sta, window, fields):
    thing_id = sta.get("Things")["value"][0]["@iot.id"]
    body = capability(taskingParameters={"type": "DataRecord", "field": fields}, Thing={"@iot.id": thing_id})
    assert "taskingParameters" in sta.post("TaskingCapabilities", body, status=400)["title"]


def test_a_capability_that_declares_no_fields_takes_any_task(sta, window):
    sta.ask("patch", f"TaskingCapabilities({window})", {"taskingParameters": {"note": "as the maker says"}})
    sta.post(f"TaskingCapabilities({window})/Tasks", {"taskingParameters": {"whatever": [1, 2]}})


def test_what_could_be_done_goes_with_its_thing_or_actuator(sta, window):
    sta.post(f"TaskingCapabilities({window})/Tasks", {"taskingParameters": {"opening": 1}})
    actuator = sta.get("Actuators")["value"][0]["@iot.id"]
    assert sta.ask("delete", f"Actuators({actuator})").status_code == 200
    assert sta.get("TaskingCapabilities")["value"] == sta.get("Tasks")["value"] == []
    assert sta.get("Things")["value"] != []


def test_the_service_says_what_of_tasking_it_has_and_lists_it_once_something_can_act(sta, request):
    settings = sta.get("")["serverSettings"]
    spec = "http://www.opengis.net/spec/iot_tasking/1.0/req"
    assert f"{spec}/create-tasks" in settings["conformance"]
    addresses = settings[f"{spec}/tasking-capability"]["endpoints"]
    assert [sta.get(address)["value"] for address in addresses] == [[], [], []]
    request.getfixturevalue("window")
    assert {*addresses} <= {one["url"] for one in sta.get("")["value"]}


def test_the_root_says_all_that_it_does_and_where_mqtt_is_heard(sta, settings):
    """OGC 18-088, 9.2.1: who follows the list finds MultiDatastreams, arrays and the broker, never its password."""
    spec = "http://www.opengis.net/spec/iot_sensing/1.1/req"
    assert {f"{spec}/multi-datastream", f"{spec}/data-array/data-array"} <= {
        *sta.get("")["serverSettings"]["conformance"]
    }
    heard = f"{spec}/receive-updates-via-mqtt/receive-updates"
    told = []
    for settings.MQTT in ("", "embedded:127.0.0.1:1884", "mqtts://city:secret@broker.example:8883", "embedded:"):
        told.append(sta.get("")["serverSettings"].get(heard, {}).get("endpoints"))
    assert told == [None, ["mqtt://testserver:1884"], ["mqtts://broker.example:8883"], ["mqtt://testserver:1883"]]
