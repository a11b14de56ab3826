"""Devices without MQTT ask what they are to do: once each, again where the way was lost, and no other's."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from toimiva.capabilities.devices.onboarding import add
from toimiva.capabilities.sensors.models import Actuator, Task, TaskingCapability


@pytest.fixture
def meter(town):
    """A water meter with a valve."""
    return add(town.city, "ultralight-meter", "meter-1", name="meter", longitude=25, latitude=60)


def valve(made, name: str = "valve") -> TaskingCapability:
    motor = Actuator.objects.create(name="motor", description="", encoding_type="application/pdf", metadata="")
    parameters = {"type": "DataRecord", "field": [{"name": "open", "type": "Boolean"}]}
    return TaskingCapability.objects.create(
        name=name, description="", tasking_parameters=parameters, thing_id=made.device.thing, actuator=motor
    )


def task(of: TaskingCapability, **parameters) -> int:
    return Task.objects.create(tasking_capability=of, tasking_parameters=parameters).pk


def asked(made, query: str = "", key: str | None = None) -> tuple[int, dict]:
    headers = {"Authorization": f"Bearer {made.key if key is None else key}"}
    answer = Client().get(f"/devices/out/?i={made.device.number}{query}", headers=headers)
    return answer.status_code, answer.json()


def test_a_task_given_in_sensorthings_is_told_once_to_the_device_that_asks(meter):
    capability = valve(meter)
    path = f"/sta/v1.1/TaskingCapabilities({capability.pk})/Tasks"
    body = json.dumps({"taskingParameters": {"open": True}})
    assert Client().post(path, body, content_type="application/json").status_code == 201
    status, told = asked(meter)
    assert (status, [(one["name"], one["parameters"]) for one in told["tasks"]]) == (200, [("valve", {"open": True})])
    assert asked(meter) == (200, {"tasks": []})


def test_what_was_lost_on_the_way_is_told_again_to_who_says_what_it_had(meter):
    capability = valve(meter)
    first, second = task(capability, open=True), task(capability, open=False)
    assert [one["id"] for one in asked(meter)[1]["tasks"]] == [first, second]
    assert [one["id"] for one in asked(meter, f"&after={first}")[1]["tasks"]] == [second]
    assert asked(meter, "&after=soon")[0] == 422


def test_what_is_older_than_a_day_and_what_others_are_to_do_is_not_told(town, meter):
    other = add(town.city, "ultralight-meter", "meter-2", name="other", longitude=25, latitude=60)
    task(valve(other), open=True)
    Task.objects.filter(pk=task(valve(meter), open=True)).update(creation_time=timezone.now() - timedelta(days=2))
    assert asked(meter) == (200, {"tasks": []})


def test_a_device_is_asked_for_its_key(meter, settings):
    task(valve(meter), open=True)
    settings.OPEN_SENSORS = False
    status, told = asked(meter, key="wrong")
    assert (status, told["title"]) == (401, "The key is missing or wrong.")
    assert len(asked(meter)[1]["tasks"]) == 1


def test_ultralight_gets_its_tasks_with_a_measure_or_without(meter):
    capability = valve(meter)
    task(capability, open=True, percent=30)
    task(capability, why="a|b#c=d")
    address = f"/devices/in/ultralight/?i=meter-1&k={meter.key}&getCmd=1"
    answer = Client().post(f"{address}&t=2027-01-11T08:00:00Z", "w|12.5", content_type="text/plain")
    assert answer.content.decode() == "meter-1@valve|open=true&percent=30#meter-1@valve|why=a b c d"
    assert Client().get(address).content == b""
    task(capability, open=False)
    assert Client().get(address).content == b"meter-1@valve|open=false"
    assert Client().get("/devices/in/ultralight/?i=nobody&getCmd=1").status_code == 404
