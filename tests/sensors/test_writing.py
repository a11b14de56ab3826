"""SensorThings 1.1 (OGC 18-088), section 10: what is created, changed and deleted."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.db import connection

from tests.parts.sensorthings import BASE, POINT, datastream, location, thing, weather, without


def test_a_deep_insert_makes_all_or_nothing(sta):
    broken = thing(Locations=[location()], Datastreams=[datastream(ObservedProperty={"name": "no definition"})])
    answer = sta.ask("post", "Things", broken)
    assert answer.status_code == 400
    assert "ObservedProperty: description is missing" in answer.json()["title"]
    for collection in ("Things", "Locations", "Sensors", "Datastreams"):
        assert sta.get(collection)["value"] == []


def test_an_entity_is_linked_to_what_is_there(sta, room):
    sensor = sta.post("Sensors", datastream()["Sensor"])
    linked = datastream("T", Sensor={"@iot.id": sensor["@iot.id"]})
    made = sta.post(f"Things({room['thing']})/Datastreams", linked)
    assert sta.get(f"Datastreams({made['@iot.id']})/Sensor")["@iot.id"] == sensor["@iot.id"]
    assert sta.get(f"Datastreams({made['@iot.id']})/Thing")["@iot.id"] == room["thing"]
    for wrong, status in (({"@iot.id": 99999}, 404), ({"@iot.id": "x"}, 404), ("x", 400)):
        assert (
            sta.ask("post", "Datastreams", linked | {"Thing": {"@iot.id": room["thing"]}, "Sensor": wrong}).status_code
            == status
        )


def test_an_observation_gets_its_time_and_its_feature_of_interest(sta, room):
    made = sta.post(f"Datastreams({room['stream']})/Observations", {"result": 5})
    assert made["phenomenonTime"]
    assert made["resultTime"] is None
    first, second = (sta.get(f"Observations({n})/FeatureOfInterest") for n in (made["@iot.id"], made["@iot.id"] - 1))
    assert first["@iot.id"] == second["@iot.id"]  # made once of the place
    assert first["feature"] == POINT
    nowhere = sta.post("Things", thing("Nowhere", Datastreams=[datastream("X")]))
    stream = sta.get(f"Things({nowhere['@iot.id']})/Datastreams")["value"][0]["@iot.id"]
    assert sta.ask("post", f"Datastreams({stream})/Observations", {"result": 1}).status_code == 400


@pytest.mark.parametrize("result", [1, 1.5, "open", True, None, {"a": [1]}, [1, "x"], -0.25, 10**20])
def test_a_result_is_told_as_it_came(sta, room, result):
    made = sta.post(
        f"Datastreams({room['stream']})/Observations",
        {"result": result, "phenomenonTime": "2027-02-01T00:00:00Z/2027-02-02T00:00:00+02:00"},
    )
    assert made["result"] == result
    assert made["phenomenonTime"] == "2027-02-01T00:00:00.000Z/2027-02-01T22:00:00.000Z"


def test_a_result_with_more_digits_than_a_float_has_is_kept_whole(sta, room):
    stream = f"Datastreams({room['stream']})/Observations"
    for number in (2**53 + 1, -(2**63) + 1):
        made = sta.post(stream, {"result": number})
        assert sta.get(f"Observations({made['@iot.id']})")["result"] == number
        assert made["@iot.id"] in sta.find("Observations", f"result gt {number - 10**6} and result lt {number + 10**6}")
    group = {
        "Datastream": {"@iot.id": room["stream"]},
        "components": ["phenomenonTime", "result"],
        "dataArray": [["2027-01-12T10:00:00Z", 2**60 + 1]],
    }
    assert sta.get(sta.post("CreateObservations", [group])[0])["result"] == 2**60 + 1


def test_a_result_becomes_nothing_by_a_change(sta, room):
    made = sta.post(f"Datastreams({room['stream']})/Observations", {"result": 1.25})
    assert sta.ask("patch", f"Observations({made['@iot.id']})", {"result": None}).json()["result"] is None
    assert sta.find("Observations", "result eq null") == [made["@iot.id"]]


def test_an_address_and_a_body_that_name_different_entities_are_refused(sta, room):
    other = sta.post(f"Things({room['thing']})/Datastreams", datastream("T"))["@iot.id"]
    below = f"Datastreams({room['stream']})/Observations"
    assert sta.ask("post", below, {"result": 1, "Datastream": {"@iot.id": other}}).status_code == 400
    assert sta.post(below, {"result": 1, "Datastream": {"@iot.id": room["stream"]}})["result"] == 1


def test_who_sends_an_entity_with_its_id_means_the_one_that_is_there(sta, room):
    known = sta.get("Locations")["value"][0]
    made = sta.post("Things", thing("Next door", Locations=[known]))
    assert [row["@iot.id"] for row in sta.get(f"Things({made['@iot.id']})/Locations")["value"]] == [known["@iot.id"]]
    assert len(sta.get("Locations")["value"]) == 1
    unknown = {**known, "@iot.id": 99999}
    assert sta.ask("post", "Things", thing("Elsewhere", Locations=[unknown])).status_code == 404


def test_a_location_may_be_told_in_words_beside_a_point(sta):
    """OGC 18-088, table 4: what a location is depends on its encoding. What is observed there is of the point."""
    address = location("Address") | {"encodingType": "text/plain", "location": "Kirkkokatu 1"}
    made = sta.post("Things", thing(Locations=[address, location()], Datastreams=[datastream()]))
    stream = sta.get(f"Things({made['@iot.id']})/Datastreams")["value"][0]["@iot.id"]
    seen = sta.post(f"Datastreams({stream})/Observations", {"result": 1})
    assert sta.get(f"Observations({seen['@iot.id']})/FeatureOfInterest")["feature"] == POINT
    near = "st_within(Locations/location, geography'POLYGON ((24 60, 26 60, 26 61, 24 61, 24 60))')"
    assert sta.find("Things", near) == [made["@iot.id"]]
    feature = {"type": "Feature", "properties": {}, "geometry": POINT}
    second = sta.post("Things", thing("By a feature", Locations=[location("Yard", feature)]))
    assert sta.find("Things", near) == [made["@iot.id"], second["@iot.id"]]
    for none in (
        "Kirkkokatu 1",
        {"type": "Point"},
        {"type": "Point", "coordinates": ["x", 1]},
        {"type": "Feature"},
        {},
        {"type": "Circle"},
    ):
        assert sta.ask("post", "Locations", location() | {"location": none}).status_code == 400, none
    assert sta.ask("patch", f"Datastreams({stream})", {"observedArea": {"type": "Polygon"}}).status_code == 400
    assert sta.client.get("/sensors/places.geojson").status_code == sta.client.get("/sensors/").status_code == 200


def test_a_thing_that_moves_has_been_where_it_was(sta, room):
    one = f"Things({room['thing']})"
    assert len(sta.get(f"{one}/HistoricalLocations")["value"]) == 1
    other = sta.post("Locations", location("Attic"))
    assert sta.ask("patch", one, {"Locations": [{"@iot.id": other["@iot.id"]}]}).status_code == 200
    assert [row["name"] for row in sta.get(f"{one}/Locations")["value"]] == ["Attic"]
    assert len(sta.get(f"{one}/HistoricalLocations")["value"]) == 2
    sta.post(
        "HistoricalLocations",
        {"time": "2020-01-01T00:00:00Z", "Thing": {"@iot.id": room["thing"]}, "Locations": [location("Cellar")]},
    )
    assert [row["name"] for row in sta.get(f"{one}/Locations")["value"]] == [
        "Attic"
    ]  # an older place is not where it is
    sta.post(f"{one}/Locations", location("Roof"))
    assert [row["name"] for row in sta.get(f"{one}/Locations")["value"]] == ["Roof"]


def test_patch_changes_what_it_names_and_put_the_whole(sta, room):
    one = f"Things({room['thing']})"
    assert sta.ask("patch", one, {"name": "Room 13"}).json()["name"] == "Room 13"
    assert sta.get(one)["properties"]["floor"] == 2
    assert sta.ask("put", one, {"name": "Room 14", "description": "d"}).status_code == 200
    assert "properties" not in sta.get(one)
    assert sta.ask("put", one, {"name": "Room 15"}).status_code == 400
    assert sta.ask("patch", one, {"name": None}).status_code == 400
    assert sta.ask("patch", "Things", {"name": "x"}).status_code == 405


def test_a_changed_observation_has_a_time_one_stream_and_a_result_that_fits(sta, room):
    first = sta.find("Observations", "result eq 400")[0]
    one = f"Observations({first})"
    assert sta.ask("patch", one, {"phenomenonTime": None}).status_code == 400
    assert sta.ask("patch", one, {"phenomenonTime": "2027-01-11T10:20:00Z"}).status_code == 200
    assert sta.get(f"Datastreams({room['stream']})")["phenomenonTime"].startswith("2027-01-11T10:10:00.000Z/")
    body = without(weather(), "unitOfMeasurement", "ObservedProperty")
    several = sta.post(f"Things({room['thing']})/MultiDatastreams", body)["@iot.id"]
    assert (
        sta.ask("patch", one, {"MultiDatastream": {"@iot.id": several}}).status_code == 400
    )  # 400 is not a list of two
    moved = sta.ask("patch", one, {"MultiDatastream": {"@iot.id": several}, "result": [1, 2]})
    assert moved.status_code == 200
    assert sta.get(f"MultiDatastreams({several})/Observations")["value"][0]["@iot.id"] == first
    assert (
        sta.ask(
            "patch", one, {"Datastream": {"@iot.id": room["stream"]}, "MultiDatastream": {"@iot.id": several}}
        ).status_code
        == 400
    )
    assert sta.ask("put", one, {"result": [3, 4]}).status_code == 200


@pytest.mark.parametrize("result", ["1e999", "9" * 400])
def test_a_number_that_cannot_be_stored_is_told(sta, room, result):
    answer = sta.client.post(
        f"{BASE}/Datastreams({room['stream']})/Observations",
        '{"result": ' + result + "}",
        content_type="application/json",
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("deleted, gone, left", [
    ("Things", ("Things", "HistoricalLocations", "Datastreams", "Observations"), ("Locations", "Sensors", "ObservedProperties")),
    ("Datastreams", ("Datastreams", "Observations"), ("Things", "Sensors", "ObservedProperties")),
    ("Sensors", ("Sensors", "Datastreams", "Observations"), ("Things", "ObservedProperties")),
    ("ObservedProperties", ("ObservedProperties", "Datastreams", "Observations"), ("Things", "Sensors")),
    ("FeaturesOfInterest", ("FeaturesOfInterest", "Observations"), ("Datastreams",)),
    ("Locations", ("Locations", "HistoricalLocations"), ("Things", "Datastreams", "Observations")),
])  # fmt: skip
def test_a_delete_takes_what_cannot_be_without_it(sta, room, deleted, gone, left):
    one = sta.get(deleted)["value"][0]["@iot.id"]
    assert sta.ask("delete", f"{deleted}({one})").status_code == 200
    assert sta.ask("get", f"{deleted}({one})").status_code == 404
    assert [name for name in gone if sta.get(name)["value"]] == []
    assert [name for name in left if not sta.get(name)["value"]] == []


def test_a_datastreams_times_span_what_is_there(sta, room):
    last = sta.find("Observations", "result eq 1200")[0]
    sta.ask("delete", f"Observations({last})")
    assert sta.get(f"Datastreams({room['stream']})")["phenomenonTime"].endswith("/2027-01-11T10:30:00.000Z")


@pytest.mark.parametrize("body", [
    b"{", b"[]", b'"x"', b"NaN", b'{"name": NaN}', b"\xff", b"[" * 100_000, b'{"name": "x"}', b'{"name": 5, "description": "d"}',
    b'{"name": "x", "description": "d", "extra": 1}', b'{"name": "x", "description": "d", "properties": []}',
    b'{"name": "x", "description": "d", "Locations": 5}', b'{"name": "\\u0000", "description": "d"}',
])  # fmt: skip
def test_a_body_that_is_wrong_is_400_and_nothing_is_made(sta, body):
    answer = sta.client.post(f"{BASE}/Things", body, content_type="application/json")
    assert answer.status_code == 400
    assert sta.get("Things")["value"] == []


def test_what_changes_something_needs_the_key_where_the_sensors_are_not_open(sta, settings):
    settings.OPEN_SENSORS, settings.SENSORS_TOKEN = False, "a-key"
    assert sta.ask("post", "Things", thing()).status_code == 401
    made = sta.client.post(
        f"{BASE}/Things",
        json.dumps(thing()),
        content_type="application/json",
        headers={"Authorization": "Bearer a-key"},
    )
    assert made.status_code == 201
    assert sta.get("Things")["value"]


def test_a_device_that_repeats_itself_with_a_key_is_heard_once(sta, room):
    address, body = f"{BASE}/Datastreams({room['stream']})/Observations", json.dumps({"result": 7})
    first, again = (
        sta.client.post(address, body, content_type="application/json", headers={"Idempotency-Key": "uplink-1"})
        for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert sta.find("Observations", "result eq 7") == [first.json()["@iot.id"]]


@pytest.mark.parametrize("body", [
    {"Datastreams": [datastream()]}, {"Locations": [location()]}, {"Locations": location()},
])  # fmt: skip
def test_a_change_binds_and_creates_nothing(sta, room, body):
    answer = sta.ask("patch", f"Things({room['thing']})", body)
    assert answer.status_code == 400
    assert "create entities first" in answer.json()["detail"]


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 10**30, -1])
def test_an_entity_with_a_number_that_is_too_large_is_not_there(sta, number):
    for method in ("get", "delete"):
        assert sta.ask(method, f"Things({number})").status_code == 404


@pytest.mark.parametrize("result", ['"\\ud800"', '{"a": "\\udfff"}', "NaN", '"\\u0000"'])
def test_a_text_that_is_none_is_told(sta, room, result):
    address = f"{BASE}/Datastreams({room['stream']})/Observations"
    answer = sta.client.post(address, f'{{"result": {result}}}', content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["title"] == "The body is not JSON."
    whole = sta.client.post(address, '{"result": "\\ud83d\\ude00"}', content_type="application/json")
    assert whole.json()["result"] == "\U0001f600", "both halves are a text"


@pytest.mark.parametrize("written", [
    "2027-01-11T10:00:00.000Z", "2027-01-11T10:00:00.123Z", "2027-01-11T10:00:00.123456Z", "1500-02-28T23:59:59.000Z",
    "9998-12-31T23:59:59.999Z",
])  # fmt: skip
def test_instants_come_back_as_they_were_sent(sta, room, written):
    made = sta.post(f"Datastreams({room['stream']})/Observations", {"result": 1, "phenomenonTime": written})
    assert sta.get(f"Observations({made['@iot.id']})")["phenomenonTime"] == written


def test_instants_of_the_database_are_in_utc_and_what_is_no_instant_is_refused(db):
    if connection.vendor == "sqlite":
        return  # which keeps texts
    with connection.cursor() as cursor:
        cursor.execute("SELECT timestamptz '2027-01-11 12:00:00.5+02'")
        (found,) = cursor.fetchone()
        assert (found, found.tzinfo) == (datetime(2027, 1, 11, 10, 0, 0, 500_000, UTC), UTC)
        cursor.execute("SELECT timestamptz 'infinity'")
        with pytest.raises(Exception, match="infinity"):
            cursor.fetchone()


def patch(sta, address: str, *operations: dict):
    return sta.client.patch(f"{BASE}/{address}", json.dumps([*operations]), content_type="application/json-patch+json")


def test_a_json_patch_changes_what_it_names_and_leaves_the_rest(sta, room):
    address = f"Things({room['thing']})"
    answer = patch(
        sta, address,
        {"op": "test", "path": "/properties/floor", "value": 2}, {"op": "replace", "path": "/properties/floor", "value": 3},
        {"op": "add", "path": "/properties/school/year", "value": 1}, {"op": "replace", "path": "/name", "value": "Classroom 13"},
    )  # fmt: skip
    assert answer.status_code == 200
    told = sta.get(address)
    assert (told["name"], told["description"]) == ("Classroom 13", "a room")
    assert told["properties"] == {"floor": 3, "school": {"name": "Malli", "year": 1}}
    assert patch(sta, address, {"op": "remove", "path": "/properties"}).status_code == 200
    assert "properties" not in sta.get(address)


@pytest.mark.parametrize("operations", [
    [{"op": "test", "path": "/name", "value": "another"}, {"op": "replace", "path": "/name", "value": "lost"}],
    [{"op": "remove", "path": "/name"}],
    [{"op": "replace", "path": "/nowhere/at/all", "value": 1}],
    [{"op": "add", "path": "/colour", "value": "red"}],
    [{"op": "replace", "path": "", "value": 3}],
    [{"op": "bend", "path": "/name"}],
    [{"path": "/name"}],
    ["name"],
])  # fmt: skip
def test_a_json_patch_that_cannot_be_applied_changes_nothing(sta, room, operations):
    before = sta.get(f"Things({room['thing']})")
    answer = patch(sta, f"Things({room['thing']})", *operations)
    assert answer.status_code == 400, answer.content
    assert answer.json()["title"]
    assert sta.get(f"Things({room['thing']})") == before


def test_a_json_patch_of_an_observation_moves_its_streams_times(sta, room):
    last = sta.find("Observations", "result eq 1200")[0]
    assert (
        patch(
            sta, f"Observations({last})", {"op": "replace", "path": "/phenomenonTime", "value": "2027-01-12T00:00:00Z"}
        ).status_code
        == 200
    )
    assert sta.get(f"Datastreams({room['stream']})")["phenomenonTime"].endswith("/2027-01-12T00:00:00.000Z")
