"""SensorThings 1.1 (OGC 18-088), sections 8.3, 11 and 12: streams of several properties, arrays, batches."""

from __future__ import annotations

import json
from datetime import UTC

from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.parts.sensorthings import BASE, thing, weather, without
from toimiva.capabilities.sensors.times import read_instant, read_instants
from toimiva.core.columns import as_instants, as_texts, moments


def test_data_arrays_come_and_are_taken(sta, room):
    (told,) = sta.get("Observations?$resultFormat=dataArray&$select=result,phenomenonTime&$orderby=result&$top=2")[
        "value"
    ]
    assert told["components"] == ["result", "phenomenonTime"]
    assert told["dataArray"][0] == [400, "2027-01-11T10:00:00.000Z"]
    assert told["dataArray@iot.count"] == 2
    group = {
        "Datastream": {"@iot.id": room["stream"]}, "components": ["phenomenonTime", "result"],
        "dataArray@iot.count": 2, "dataArray": [["2027-01-12T10:00:00Z", 1], ["soon", 2], ["2027-01-12T10:01:00Z"], ["2027-01-12T10:02:00Z", 3]],
    }  # fmt: skip
    links = sta.post("CreateObservations", [group])
    assert [link.startswith("http://testserver") for link in links] == [True, False, False, True]
    assert sta.get(links[3])["result"] == 3
    assert sta.ask("post", "CreateObservations", {"x": 1}).status_code == 400


def test_a_multi_datastream_has_a_value_for_each_of_its_properties(sta, room):
    body = without(weather(), "unitOfMeasurement", "ObservedProperty")
    made = sta.post(f"Things({room['thing']})/MultiDatastreams", body)
    one = f"MultiDatastreams({made['@iot.id']})"
    assert [row["name"] for row in sta.get(f"{one}/ObservedProperties?$orderby=id")["value"]] == ["T", "RH"]
    seen = sta.post(f"{one}/Observations", {"result": [-3.5, 91], "phenomenonTime": "2027-01-11T10:00:00Z"})
    assert seen["result"] == [-3.5, 91]
    assert "Datastream@iot.navigationLink" not in seen
    assert sta.get(f"Observations({seen['@iot.id']})/MultiDatastream")["name"] == "Weather"
    assert sta.ask("get", f"Observations({seen['@iot.id']})/Datastream").status_code == 404
    assert sta.get(one)["phenomenonTime"] == "2027-01-11T10:00:00.000Z/2027-01-11T10:00:00.000Z"
    expanded = sta.get(f"Things({room['thing']})?$expand=MultiDatastreams($expand=Observations,ObservedProperties)")
    assert expanded["MultiDatastreams"][0]["Observations"][0]["result"] == [-3.5, 91]
    (group,) = sta.get(f"{one}/Observations?$resultFormat=dataArray&$select=result")["value"]
    assert (group["components"], group["dataArray"]) == (["result"], [[[-3.5, 91]]])
    for wrong in ([1], 5, [1, 2, 3], "x"):
        assert sta.ask("post", f"{one}/Observations", {"result": wrong}).status_code == 400
    for changed in ({"unitOfMeasurements": body["unitOfMeasurements"][:1]}, {"multiObservationDataTypes": {}}):
        assert sta.ask("post", f"Things({room['thing']})/MultiDatastreams", body | changed).status_code == 400
    both = {
        "result": [1, 2],
        "Datastream": {"@iot.id": room["stream"]},
        "MultiDatastream": {"@iot.id": made["@iot.id"]},
    }
    assert sta.ask("post", "Observations", both).status_code == 400
    assert sta.ask("post", "Observations", {"result": 1}).status_code == 400
    links = sta.post(
        "CreateObservations",
        [{"MultiDatastream": {"@iot.id": made["@iot.id"]}, "components": ["result"], "dataArray": [[[1, 2]], [[1]]]}],
    )
    assert [link.startswith("http") for link in links] == [True, False]


def test_the_properties_of_a_stream_of_several_come_in_the_order_of_its_units_even_twice(sta, room):
    """OGC 18-088, table 21: which unit is of which property is told by the order alone."""
    first, second = (sta.post("ObservedProperties", one)["@iot.id"] for one in weather()["ObservedProperties"])
    order = [second, first, second]
    body = without(weather(), "unitOfMeasurement", "ObservedProperty")
    units, kinds = body["unitOfMeasurements"], body["multiObservationDataTypes"]
    body |= {"unitOfMeasurements": [units[1], *units], "multiObservationDataTypes": kinds[:1] * 3}
    body |= {"ObservedProperties": [{"@iot.id": key} for key in order]}
    made = sta.post(f"Things({room['thing']})/MultiDatastreams", body)
    one = f"MultiDatastreams({made['@iot.id']})"
    assert [row["@iot.id"] for row in sta.get(f"{one}/ObservedProperties")["value"]] == order
    third = sta.post("ObservedProperties", {"name": "P", "description": "d", "definition": "https://x.example/P"})
    link = {"MultiDatastreams": [{"@iot.id": made["@iot.id"]}]}
    assert sta.ask("patch", f"ObservedProperties({third['@iot.id']})", link).status_code == 400  # it has no unit there
    expanded = sta.get(f"{one}?$expand=ObservedProperties($select=id;$count=true)")
    assert [row["@iot.id"] for row in expanded["ObservedProperties"]] == order
    assert expanded["ObservedProperties@iot.count"] == 3
    assert len(sta.get(f"ObservedProperties({second})/MultiDatastreams")["value"]) == 1
    back = sta.get(f"ObservedProperties({second})?$expand=MultiDatastreams($count=true)")
    assert (len(back["MultiDatastreams"]), back["MultiDatastreams@iot.count"]) == (1, 1)
    other = sta.post(
        f"Things({room['thing']})/MultiDatastreams",
        body | {"ObservedProperties": [{"@iot.id": key} for key in (first, first, second)]},
    )
    both = sta.get("MultiDatastreams?$expand=ObservedProperties($select=id)&$orderby=id")["value"]
    assert [[row["@iot.id"] for row in told["ObservedProperties"]] for told in both] == [order, [first, first, second]]
    listed = sta.get(f"MultiDatastreams({other['@iot.id']})/ObservedProperties?$count=true")
    assert ([row["@iot.id"] for row in listed["value"]], listed["@iot.count"]) == ([first, first, second], 3)
    sta.ask("delete", f"MultiDatastreams({other['@iot.id']})")
    seen = sta.post(f"{one}/Observations", {"result": [91, -3.5, 90]})
    assert sta.get(f"Observations({seen['@iot.id']})/result[1]") == {"result[1]": -3.5}
    assert sta.find("Observations", "result[1] lt 0") == [seen["@iot.id"]]
    assert sta.ask("delete", f"ObservedProperties({first})").status_code == 200
    assert sta.ask("get", one).status_code == 404


def test_a_row_that_names_a_feature_that_is_not_there_is_told_so(sta, room):
    group = {"Datastream": {"@iot.id": room["stream"]}, "components": ["result", "FeatureOfInterest/id"]}
    (key,) = {row["@iot.id"] for row in sta.get("FeaturesOfInterest")["value"]}
    links = sta.post(
        "CreateObservations", [group | {"dataArray": [[1, key], [2, 99999], [3, "x"], [4, None], [5, str(key)]]}]
    )
    assert [link.startswith("http") for link in links] == [True, False, False, True, False]
    assert "FeaturesOfInterest(99999)" in links[1]


def test_a_group_of_a_batch_is_done_whole_or_not_at_all(sta):
    """OData JSON 4.01, section 19.1: what refers to one that was undone is undone too, and the others go on."""
    told = sta.post("$batch", {"requests": [
        {"id": "a", "atomicityGroup": "g", "method": "post", "url": "Things", "body": thing("Never")},
        {"id": "b", "atomicityGroup": "g", "method": "post", "url": "$a/Locations", "body": {"name": "nothing else"}},
        {"id": "c", "method": "post", "url": "Things", "body": thing("Alone")},
        {"id": "d", "atomicityGroup": "h", "method": "post", "url": "Things", "body": thing("Whole")},
        {"id": "e", "atomicityGroup": "h", "method": "patch", "url": "$d", "headers": {"Content-Type": "application/json-patch+json"},
         "body": [{"op": "replace", "path": "/name", "value": "Wholly"}]},
    ]}, status=200)["responses"]  # fmt: skip
    assert [one["status"] for one in told] == [424, 400, 201, 201, 200]
    assert {row["name"] for row in sta.get("Things")["value"]} == {"Alone", "Wholly"}


MESSAGE = """--batch_1
Content-Type: application/http

GET /v1.1/Things?$select=name HTTP/1.1
Host: localhost

--batch_1
Content-Type: multipart/mixed;boundary=set_1

--set_1
Content-Type: application/http
Content-ID: sensor

POST /v1.1/Sensors HTTP/1.1
Host: localhost
Content-Type: application/json
Content-Length: 3

{"name": "25 °C", "description": "d", "encodingType": "application/pdf", "metadata": "m"}
--set_1
Content-Type: application/http
Content-ID: 2

PATCH $sensor HTTP/1.1
Content-Type: application/json

{"name": "26 °C"}
--set_1--
--batch_1
Content-Type: application/http

GET http://testserver/sta/v1.1/Nothing HTTP/1.1

--batch_1--
"""


def test_a_batch_may_be_a_message_of_parts(sta):
    """OGC 18-088, section 11.2: with a change set whose second request is of what the first has made."""

    def send(text: str, boundary: str = "batch_1"):
        return sta.client.post(
            f"{BASE}/$batch", text.replace("\n", "\r\n").encode(), content_type=f"multipart/mixed;boundary={boundary}"
        )

    answer = send(MESSAGE)
    assert answer.status_code == 200
    kind, text = answer.headers["Content-Type"], answer.content.decode()
    assert kind.startswith("multipart/mixed; boundary=")
    parts = text.split(f"--{kind.partition('boundary=')[2]}")
    assert "HTTP/1.1 200 OK" in parts[1]
    assert '{"value":[]}' in parts[1]
    assert "Content-ID: sensor" in parts[2]
    assert "HTTP/1.1 201 Created" in parts[2]
    assert "Location: http://testserver/sta/v1.1/Sensors(" in parts[2]
    assert "HTTP/1.1 404 Not Found" in parts[3]
    assert [row["name"] for row in sta.get("Sensors")["value"]] == ["26 °C"]
    refused = send(MESSAGE.replace('"26 °C"', "null"))  # then nothing of the change set is done
    assert "HTTP/1.1 400 Bad Request" in refused.content.decode()
    assert "HTTP/1.1 201" not in refused.content.decode()
    assert len(sta.get("Sensors")["value"]) == 1
    for broken in (
        MESSAGE.replace("--batch_1--\n", ""),
        "",
        MESSAGE.replace("HTTP/1.1\nHost", "\nHost"),
        "--batch_1\n\nx\n--batch_1--",
    ):
        assert send(broken).status_code == 400
    assert send(MESSAGE, "other").status_code == 400


def test_a_batch_answers_each_request_in_order(sta, room):
    told = sta.post("$batch", {"requests": [
        {"id": "0", "method": "post", "url": "Things", "body": thing("Made in a batch")},
        {"id": "1", "method": "patch", "url": "$0", "body": {"name": "Changed in it"}},
        {"id": "2", "method": "get", "url": "Things?$filter=name%20eq%20'Changed%20in%20it'&$select=name"},
        {"id": "3", "method": "get", "url": "Nothing"}, {"id": "4", "method": "delete", "url": "$0"},
        {"id": "5", "method": "post", "url": f"Datastreams({room['stream']})/Observations", "body": {"result": 7}},
    ]}, status=200)["responses"]  # fmt: skip
    assert [one["status"] for one in told] == [201, 200, 200, 404, 200, 201]
    assert told[2]["body"]["value"] == [{"name": "Changed in it"}]
    assert sta.ask("post", "$batch", {"requests": "x"}).status_code == 400


def test_what_fails_in_a_batch_with_a_key_leaves_the_others_and_they_are_done_once(sta, room):
    address, observations = f"{BASE}/$batch", f"Datastreams({room['stream']})/Observations"
    body = json.dumps({"requests": [
        {"id": "0", "method": "post", "url": observations, "body": {"result": 7}},
        {"id": "1", "method": "get", "url": f"{observations}?$filter=result%20div%200%20eq%201"},  # PostgreSQL refuses it
        {"id": "2", "method": "get", "url": f"{observations}?$filter=result%20eq%207&$count=true"},
    ]})  # fmt: skip
    first, again = (
        sta.client.post(address, body, content_type="application/json", headers={"Idempotency-Key": "k"})
        for _ in range(2)
    )
    told = first.json()["responses"]
    assert (told[0]["status"], told[2]["status"], told[2]["body"]["@iot.count"]) == (201, 200, 1)
    assert told[1]["status"] == (400 if connection.vendor == "postgresql" else 200)
    assert again.json() == first.json()
    assert len(sta.find("Observations", "result eq 7")) == 1


def test_an_array_of_times_and_numbers_is_stored_whole_with_its_newest(sta, room):
    rows = [[f"2027-01-12T{n // 60:02}:{n % 60:02}:00Z", n] for n in range(1000)]
    group = {"Datastream": {"@iot.id": room["stream"]}, "components": ["phenomenonTime", "result"], "dataArray": rows}
    links = sta.post("CreateObservations", [group])
    assert len({*links}) == 1000
    assert [sta.get(link)["result"] for link in (links[0], links[-1])] == [0, 999]
    told = sta.get(f"Datastreams({room['stream']})?$expand=Observations($top=1;$orderby=phenomenonTime desc)")
    assert told["Observations"][0]["result"] == 999
    assert told["phenomenonTime"] == "2027-01-11T10:00:00.000Z/2027-01-12T16:39:00.000Z"
    assert sta.post("CreateObservations", [group | {"dataArray": [["2027-01-13T00:00:00Z", 10**400]]}])[0].startswith(
        "error"
    )


def test_a_larger_body_than_is_taken_is_told(sta, room, monkeypatch):
    monkeypatch.setattr("toimiva.capabilities.sensors.sensorthings._MOST_BYTES", 100)
    answer = sta.ask("post", "Things", thing("x" * 200))
    assert answer.status_code == 413
    assert "in parts" in answer.json()["detail"]


def test_instants_and_numbers_of_an_array_are_stored_to_the_last_digit(sta, room):
    rows = [
        ["2027-01-12T20:00:00.123456+02:00", 1.5e-300], ["1601-02-03T04:05:06.000007Z", 1234567.123456789],
        ["2999-12-31T23:59:59.999999Z", -1e22], ["2027-01-12T18:00:01Z", 0.1],
    ]  # fmt: skip
    group = {"Datastream": {"@iot.id": room["stream"]}, "components": ["phenomenonTime", "result"], "dataArray": rows}
    told = [sta.get(link) for link in sta.post("CreateObservations", [group])]
    assert [one["result"] for one in told] == [result for _, result in rows]
    assert [one["phenomenonTime"] for one in told] == [
        "2027-01-12T18:00:00.123456Z", "1601-02-03T04:05:06.000007Z", "2999-12-31T23:59:59.999999Z",
        "2027-01-12T18:00:01.000Z",
    ]  # fmt: skip
    assert all(one["resultTime"] is None for one in told)


def test_a_row_that_is_no_list_is_told_and_the_others_are_stored(sta, room):
    rows = [["2027-01-12T10:00:00Z", 1], {"0": "2027-01-12T10:01:00Z", "1": 2}, "ab", None, ["2027-01-12T10:02:00Z", 3]]
    group = {"Datastream": {"@iot.id": room["stream"]}, "components": ["phenomenonTime", "result"], "dataArray": rows}
    links = sta.post("CreateObservations", [group])
    assert [link.startswith("http") for link in links] == [True, False, False, False, True]


_WRITTEN = st.builds(
    "{:04}-{:02}-{:02}{}{:02}:{:02}{}{}".format,
    st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32), st.sampled_from(["T", "T", "T", " ", "t"]),
    st.integers(0, 25), st.integers(0, 60), st.sampled_from(["", ":00", ":59.5", ":30.123456", ":01.1234567", ":60"]),
    st.sampled_from(["Z", "z", "+02:00", "-03:30", "+0200", "+25:00", "", " "]),
)  # fmt: skip


@given(st.lists(_WRITTEN, min_size=1, max_size=3))
def test_times_read_as_a_column_are_the_times_read_one_by_one(texts):
    try:
        found = moments(read_instants(texts))
    except ValueError:
        return  # then each is read by itself
    assert found == [read_instant(text) for text in texts]


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=1, max_size=5), st.booleans())
def test_times_written_as_a_column_are_those_that_are_written_one_by_one(times, whole):
    given = [one.replace(microsecond=0) if whole else one for one in times]
    assert as_texts(as_instants(given)) == [str(one.replace(tzinfo=None)) for one in given]


def test_of_equal_times_the_last_of_an_array_is_the_newest(sta, room):
    rows = [
        ["2027-01-12T10:00:00Z", 1],
        ["2027-01-12T11:00:00Z", 2],
        ["2027-01-12T11:00:00Z", 3],
        ["2027-01-12T09:00:00Z", 4],
    ]
    group = {"Datastream": {"@iot.id": room["stream"]}, "components": ["phenomenonTime", "result"], "dataArray": rows}
    assert len(sta.post("CreateObservations", [group])) == 4
    told = sta.get(f"Datastreams({room['stream']})?$expand=Observations($top=1;$orderby=phenomenonTime desc)")
    assert told["Observations"][0]["result"] == 3
