"""SensorThings over MQTT (OGC 18-088, section 14), with a real mosquitto and with the embedded broker."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from tests.conftest import missing
from tests.parts.brokers import MOSQUITTO, Device, free_port, mosquitto, until
from tests.parts.sensorthings import Sta, datastream, location, thing
from toimiva.capabilities.sensors.models import BridgeState, Observation
from toimiva.capabilities.sensors.mqtt.bridge import Bridge, state
from toimiva.capabilities.sensors.mqtt.broker import run_broker
from toimiva.capabilities.sensors.mqtt.taking import Came, take
from toimiva.capabilities.sensors.mqtt.topics import Selected
from toimiva.core.errors import Unavailable

BROKERS = ["mosquitto", "embedded"]


@contextmanager
def bridged(port: int, selected: Selected | None = None):
    """The bridge at work in a thread, until the block ends."""
    stop, bridge = threading.Event(), Bridge(f"mqtt://127.0.0.1:{port}", selected=selected)

    def work() -> None:
        try:
            bridge.run(stop.is_set)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        until(lambda: BridgeState.objects.filter(connected=True).exists())
        yield bridge
    finally:
        stop.set()
        thread.join(timeout=20)


@pytest.fixture
def at_a_broker(request, tmp_path, transactional_db):
    """A broker with the bridge beside it: its port."""
    port = free_port()
    if request.param == "embedded":
        selected = Selected()
        with run_broker("127.0.0.1", port, selected.add), bridged(port, selected):
            yield port
        return
    if not Path(MOSQUITTO).exists():
        missing("mosquitto", "install the package mosquitto")
    with mosquitto(tmp_path, port), bridged(port):
        yield port


class BesideTheBridge(Sta):
    """Asks again where the bridge writes to the same table: the tests' shared memory knows no waiting, as files and
    PostgreSQL do."""

    def ask(self, method: str, address: str, body: object = None):
        answers = []
        until(lambda: answers.append(Sta.ask(self, method, address, body)) is None)
        return answers[-1]


@pytest.fixture
def room(transactional_db) -> dict:
    sta = BesideTheBridge()
    made = sta.post("Things", thing(Locations=[location()], Datastreams=[datastream()]))
    stream = sta.get(f"Things({made['@iot.id']})/Datastreams")["value"][0]
    return {"sta": sta, "thing": made["@iot.id"], "stream": stream["@iot.id"]}


def told(device: Device, topic: str) -> list[dict]:
    return [json.loads(payload) for heard, payload in device.heard if heard == topic]


@pytest.mark.parametrize("at_a_broker", BROKERS, indirect=True)
def test_an_observation_is_created_by_a_message_and_told_to_those_who_follow(at_a_broker, room):
    below = f"v1.1/Datastreams({room['stream']})/Observations"
    chosen = "v1.1/Observations?$select=result,phenomenonTime"
    follower = Device(at_a_broker, "v1.1/Observations", below, chosen, name="follower")
    device = Device(at_a_broker)
    device.says(below, json.dumps({"result": 612, "phenomenonTime": "2027-01-11T10:00:00Z"}))
    device.says("v1.1/Observations", json.dumps({"result": 700, "Datastream": {"@iot.id": room["stream"]}}))
    until(lambda: Observation.objects.count() == 2)
    until(lambda: len([one for one in told(follower, "v1.1/Observations") if "@iot.id" in one]) == 2)
    until(lambda: len(told(follower, chosen)) == 2)
    first = next(one for one in told(follower, "v1.1/Observations") if one.get("result") == 612)
    assert first["@iot.selfLink"].endswith(f"/Observations({first['@iot.id']})")
    assert {"phenomenonTime": "2027-01-11T10:00:00.000Z", "result": 612} in told(follower, chosen)
    assert {one["result"] for one in told(follower, below)} >= {612, 700}

    room["sta"].post(f"Datastreams({room['stream']})/Observations", {"result": 800})
    until(lambda: [one for one in told(follower, below) if one["result"] == 800])
    assert Observation.objects.count() == 3, "what is told is not taken again"
    until(lambda: state().taken >= 2)
    follower.leaves()
    device.leaves()


@pytest.mark.parametrize("at_a_broker", BROKERS[:1], indirect=True)
def test_a_changed_entity_and_its_property_are_told(at_a_broker, room):
    one = f"v1.1/Things({room['thing']})"
    follower = Device(
        at_a_broker, "v1.1/Things", one, f"{one}/name", f"{one}/description", f"{one}/Datastreams", name="follower"
    )
    room["sta"].ask("patch", f"Things({room['thing']})", {"name": "Classroom 14"})
    until(lambda: told(follower, f"{one}/name"))
    assert told(follower, f"{one}/name") == [{"name": "Classroom 14"}]
    assert told(follower, one)[0]["name"] == "Classroom 14"
    room["sta"].post(f"Things({room['thing']})/Datastreams", datastream("Noise"))
    until(lambda: "Noise" in [stream["name"] for stream in told(follower, f"{one}/Datastreams")])
    assert told(follower, f"{one}/description") == []
    follower.leaves()


@pytest.mark.parametrize("at_a_broker", BROKERS, indirect=True)
def test_what_cannot_be_taken_is_counted_and_the_rest_goes_on(at_a_broker, room):
    below = f"v1.1/Datastreams({room['stream']})/Observations"
    device = Device(at_a_broker)
    for payload in (b"{", b"\xff\xfe", b"[1]", b'"x"', b'{"result": 1, "colour": 2}', b'{"phenomenonTime": "2027-01-11T10:00:00Z"}',
                    b'{"result": 1, "phenomenonTime": "soon"}', b'{"result": "\\u0000"}'):  # fmt: skip
        device.says(below, payload)
    for topic in ("v1.1/Datastreams(99999)/Observations", "v1.1/Things(1)/Observations", "v1.1/Observations"):
        device.says(topic, b'{"result": 1}')
    device.says(below, b'{"result": 5}')
    until(lambda: state().taken == 1)
    assert Observation.objects.get().result_number == 5
    until(lambda: state().refused == 11)
    device.leaves()


def test_what_was_missed_is_told_when_the_broker_is_back(tmp_path, room):
    if not Path(MOSQUITTO).exists():
        missing("mosquitto", "install the package mosquitto")
    port = free_port()
    with bridged_over_a_pause(tmp_path, port, room):
        pass


@contextmanager
def bridged_over_a_pause(folder: Path, port: int, room: dict):
    below = f"v1.1/Datastreams({room['stream']})/Observations"
    with mosquitto(folder, port):
        state()  # what is new from now on
        follower = Device(port, below, name="follower", lasting=True)
        with bridged(port):
            room["sta"].post(f"Datastreams({room['stream']})/Observations", {"result": 1})
            until(lambda: len(told(follower, below)) == 1)
        room["sta"].post(f"Datastreams({room['stream']})/Observations", {"result": 2})  # while the bridge is away
        device = Device(port)
        device.says(below, b'{"result": 3, "phenomenonTime": "2027-01-11T10:00:00Z"}')
        device.leaves()
        assert Observation.objects.count() == 2
        with bridged(port):
            until(lambda: Observation.objects.count() == 3)
            until(lambda: {one.get("result") for one in told(follower, below) if "@iot.id" in one} == {1, 2, 3})
        follower.leaves()
    assert not BridgeState.objects.get().connected
    yield


def test_a_message_that_comes_again_is_stored_once(db, sta, room):
    came = Came(
        f"v1.1/Datastreams({room['stream']})/Observations", b'{"result": 3, "phenomenonTime": "2027-01-11T10:00:00Z"}'
    )
    again = Came(came.topic, came.payload, again=True)
    assert take([came]) == [""]
    assert take([again, again]) == ["", ""]
    assert Observation.objects.filter(result_number=3).count() == 1
    assert take([came]) == [""], "one that does not say so is a new one"
    assert Observation.objects.filter(result_number=3).count() == 2


def test_one_message_that_no_database_takes_does_not_stop_the_others(db, sta, room):
    below = f"v1.1/Datastreams({room['stream']})/Observations"
    bodies = (b'{"result": "\\ud800"}', b'{"result": NaN}', b'{"result": 1' + b"0" * 400 + b', "phenomenonTime": "2027-01-11T10:00:00Z"}',
              b'{"result": 8, "phenomenonTime": "2027-01-11T11:00:00Z"}')  # fmt: skip
    told = take([Came(below, body, again=again) for body in bodies for again in (False, True)])
    assert [bool(fault) for fault in told] == [True] * 6 + [False] * 2
    assert Observation.objects.filter(result_number=8).count() >= 1


def test_a_broker_that_is_not_there_is_told(db):
    with pytest.raises(Unavailable, match="cannot be reached"):
        Bridge(f"mqtt://127.0.0.1:{free_port()}").run(lambda: True)


def test_a_port_that_is_taken_is_told(tmp_path):
    port = free_port()
    with (
        run_broker("127.0.0.1", port, lambda _: None),
        pytest.raises(Unavailable, match="No broker can listen"),
        run_broker("127.0.0.1", port, lambda _: None),
    ):
        pass


def test_topics_are_remembered_only_where_they_select_and_within_a_limit(db):
    selected = Selected()
    for n in range(50_000):
        selected.add(f"v1.1/Datastreams({n})/Observations")
        selected.add(f"else/{n}?$select=result")
        selected.add(f"v1.1/Observations?$filter=result gt {n}")
        selected.add(f"v1.1/Datastreams({n})/Observations?$select=result")
    assert sum(len(selected.on(f"v1.1/Datastreams({n})/Observations")) for n in range(50_000)) == 10_000
    assert not selected.on("v1.1/Observations")


@pytest.mark.parametrize("at_a_broker", BROKERS[:1], indirect=True)
def test_a_subscription_that_selects_nothing_there_is_does_no_harm(at_a_broker, room):
    wrong = ("v1.1/Observations?$select=colour", "v1.1/Observations?$select=((", "v1.1/Nothing?$select=result")
    follower = Device(at_a_broker, *wrong, "v1.1/Observations", name="follower")
    room["sta"].post(f"Datastreams({room['stream']})/Observations", {"result": 1})
    until(lambda: told(follower, "v1.1/Observations"))
    assert {topic for topic, _ in follower.heard} == {"v1.1/Observations"}
    follower.leaves()


@pytest.mark.parametrize("at_a_broker", BROKERS, indirect=True)
def test_a_device_that_follows_its_capability_is_told_of_each_task(at_a_broker, room):
    sta = room["sta"]
    actuator = {"name": "M", "description": "d", "encodingType": "text/html", "metadata": "m"}
    body = {
        "name": "Open",
        "description": "d",
        "taskingParameters": {"type": "DataRecord", "field": []},
        "Actuator": actuator,
    }
    can = sta.post(f"Things({room['thing']})/TaskingCapabilities", body)["@iot.id"]
    device = Device(at_a_broker, f"v1.1/TaskingCapabilities({can})/Tasks")
    until(lambda: device.ready == 1)
    sta.post(f"TaskingCapabilities({can})/Tasks", {"taskingParameters": {"opening": 40}})
    until(lambda: device.heard)
    assert json.loads(device.heard[0][1])["taskingParameters"] == {"opening": 40}
    device.leaves()
