"""SensorThings 1.1 (OGC 18-088), requirement by requirement, by its own words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from django.test import Client

ROOT = Path(__file__).parent.parent.parent
BASE = "/sta/v1.1"
POINT = {"type": "Point", "coordinates": [24.9384, 60.1699]}


@pytest.fixture
def sta(db) -> Sta:
    return Sta()


class Sta:
    """A program that speaks the standard."""

    def __init__(self) -> None:
        self.client = Client()

    def ask(self, method: str, address: str, body: object = None):
        parts = urlsplit(address)
        path = parts.path if parts.path.startswith(BASE) else f"{BASE}/{parts.path}"
        given = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(self.client, method)(f"{path}?{parts.query}", **given)

    def get(self, address: str):
        answer = self.ask("get", address)
        assert answer.status_code == 200, (address, answer.content.decode()[:500])
        return answer.json()

    def find(self, collection: str, condition: str) -> list[int]:
        return [row["@iot.id"] for row in self.get(f"{collection}?$filter={quote(condition)}")["value"]]

    def post(self, address: str, body: object, status: int = 201):
        answer = self.ask("post", address, body)
        assert answer.status_code == status, answer.content.decode()[:500]
        return answer.json()


def thing(name: str = "Classroom 12", **more) -> dict:
    return {"name": name, "description": "a room", "properties": {"floor": 2, "school": {"name": "Malli"}}} | more


def location(name: str = "Yard", at: dict = POINT) -> dict:
    return {"name": name, "description": "a place", "encodingType": "application/geo+json", "location": at}


def datastream(name: str = "CO2", **more) -> dict:
    return {
        "name": name, "description": "carbon dioxide", "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "unitOfMeasurement": {"name": "ppm", "symbol": "ppm", "definition": "ucum:[ppm]"},
        "Sensor": {"name": f"{name} sensor", "description": "d", "encodingType": "application/pdf", "metadata": "https://x.example"},
        "ObservedProperty": {"name": name, "description": "d", "definition": f"https://x.example/{name}"},
    } | more  # fmt: skip


@pytest.fixture
def room(sta) -> dict:
    """A room with a datastream of five observations, ten minutes apart, 400 to 1,200 ppm."""
    observations = [
        {"phenomenonTime": f"2027-01-11T10:{10 * n:02}:00Z", "resultTime": f"2027-01-11T10:{10 * n:02}:05Z", "result": 400 + 200 * n,
         "parameters": {"battery": 90 - n}}
        for n in range(5)
    ]  # fmt: skip
    made = sta.post("Things", thing(Locations=[location()], Datastreams=[datastream(Observations=observations)]))
    stream = sta.get(f"Things({made['@iot.id']})/Datastreams")["value"][0]
    return {"thing": made["@iot.id"], "stream": stream["@iot.id"]}


def test_the_root_lists_every_collection_with_its_address(sta):
    told = sta.get("")
    assert {one["name"] for one in told["value"]} == {
        "Things", "Locations", "HistoricalLocations", "Datastreams", "Sensors", "ObservedProperties", "Observations",
        "FeaturesOfInterest", "MultiDatastreams",
    }  # fmt: skip
    for one in told["value"]:
        assert one["url"].startswith("http://testserver/sta/v1.1/")
        assert sta.get(one["url"])["value"] == []
    assert any(line.endswith("datamodel") for line in told["serverSettings"]["conformance"])


def test_an_entity_has_its_control_information_and_every_mandatory_property(sta, room):
    row = sta.get(f"Datastreams({room['stream']})")
    assert row["@iot.selfLink"] == f"http://testserver{BASE}/Datastreams({room['stream']})"
    for name in ("Thing", "Sensor", "ObservedProperty", "Observations"):
        assert row[f"{name}@iot.navigationLink"] == f"{row['@iot.selfLink']}/{name}"
    assert {"name", "description", "observationType", "unitOfMeasurement", "phenomenonTime", "resultTime"} <= row.keys()
    assert row["phenomenonTime"] == "2027-01-11T10:00:00.000Z/2027-01-11T10:40:00.000Z"
    observation = sta.get("Observations?$top=1")["value"][0]
    assert {"phenomenonTime", "result", "resultTime"} <= observation.keys()


def test_every_link_leads_somewhere(sta, room):
    seen, waiting = set(), ["Things", "Observations?$top=1"]
    while waiting:
        told = sta.get(waiting.pop())
        for row in told.get("value", [told]):
            links = [link for name, link in row.items() if name.endswith(("Link", "navigationLink"))]
            waiting += [link for link in links if link not in seen]
            seen |= {*links}
    assert len(seen) > 20


def test_a_resource_path_reaches_properties_values_and_references(sta, room):
    one = f"Things({room['thing']})"
    assert sta.get(f"{one}/name") == {"name": "Classroom 12"}
    assert sta.ask("get", f"{one}/name/$value").content == b"Classroom 12"
    assert sta.get(f"{one}/Datastreams/$ref")["value"] == [
        {"@iot.selfLink": f"http://testserver{BASE}/Datastreams({room['stream']})"}
    ]
    assert sta.get(f"{one}/Datastreams({room['stream']})/Observations")["value"]
    assert sta.get(f"Datastreams({room['stream']})/Thing/name") == {"name": "Classroom 12"}
    assert sta.ask("get", f"Datastreams({room['stream']})/observedArea").status_code == 204


@pytest.mark.parametrize("address", [
    "Things(999999)", "Nothing", "Things(1)/nothing", "Datastreams(999)/Thing", "Things/name", "Things(1)/Datastreams(99)",
])  # fmt: skip
def test_what_is_not_there_is_404(sta, address):
    answer = sta.ask("get", address)
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_select_count_top_skip_orderby_and_the_next_page(sta, room):
    told = sta.get("Observations?$select=result&$orderby=result%20desc&$top=2&$count=true")
    assert told["@iot.count"] == 5
    assert told["value"] == [{"result": 1200}, {"result": 1000}]
    following = sta.get(told["@iot.nextLink"])
    assert [row["result"] for row in following["value"]] == [800, 600]
    last = sta.get(following["@iot.nextLink"])
    assert [row["result"] for row in last["value"]] == [400]
    assert "@iot.nextLink" not in last
    assert sta.get("Observations?$skip=4&$orderby=id")["value"][0]["result"] == 1200
    assert sta.get("Things?$select=id,Datastreams")["value"][0].keys() == {"@iot.id", "Datastreams@iot.navigationLink"}
    assert sta.get("Observations?$orderby=phenomenonTime+desc,id+asc")["value"][0]["result"] == 1200


def test_expand_brings_along_with_options_of_its_own_at_every_depth(sta, room):
    told = sta.get(
        "Things?$expand=Locations,Datastreams($select=name;$expand=ObservedProperty,Sensor($select=name),"
        "Observations($orderby=result%20desc;$top=2;$select=result;$filter=result%20lt%201100;$count=true))"
    )["value"][0]
    stream = told["Datastreams"][0]
    assert told["Locations"][0]["location"] == POINT
    assert stream["ObservedProperty"]["name"] == "CO2"
    assert stream["Sensor"] == {"name": "CO2 sensor"}
    assert stream["Observations"] == [{"result": 1000}, {"result": 800}]
    assert stream["Observations@iot.count"] == 4
    assert [row["result"] for row in sta.get(stream["Observations@iot.nextLink"])["value"]]
    by_path = sta.get("Observations?$expand=Datastream/Thing,FeatureOfInterest&$top=1")["value"][0]
    assert by_path["Datastream"]["Thing"]["name"] == "Classroom 12"
    assert by_path["FeatureOfInterest"]["feature"] == POINT


@pytest.mark.parametrize("condition, results", [
    ("result eq 600", [600]), ("result ne 600", [400, 800, 1000, 1200]), ("result gt 800", [1000, 1200]),
    ("result ge 800 and result lt 1200", [800, 1000]), ("not (result lt 1000)", [1000, 1200]),
    ("result lt 500 or result gt 1100", [400, 1200]), ("result add 100 eq 700", [600]), ("result sub 100 gt 1000", [1200]),
    ("result mul 2 eq 800", [400]), ("result div 2 ge 500", [1000, 1200]), ("result mod 300 eq 0", [600, 1200]),
    ("round(result div 300) eq 3", [800, 1000]), ("floor(result div 300) eq 2", [600, 800]),
    ("ceiling(result div 500) eq 1", [400]), ("-result lt -900", [1000, 1200]), ("result in_nothing", None),
    ("phenomenonTime eq 2027-01-11T10:10:00Z", [600]), ("phenomenonTime gt 2027-01-11T12:10:00+02:00", [800, 1000, 1200]),
    ("minute(phenomenonTime) eq 30", [1000]), ("hour(phenomenonTime) eq 10 and second(resultTime) eq 5", [400, 600, 800, 1000, 1200]),
    ("year(phenomenonTime) eq 2027 and month(phenomenonTime) eq 1 and day(phenomenonTime) eq 11", [400, 600, 800, 1000, 1200]),
    ("date(phenomenonTime) eq 2027-01-11", [400, 600, 800, 1000, 1200]), ("time(phenomenonTime) lt 10:15:00", [400, 600]),
    ("phenomenonTime add duration'PT10M' eq 2027-01-11T10:40:00Z", [1000]), ("resultTime lt now()", None if False else []),
    ("phenomenonTime gt mindatetime() and phenomenonTime lt maxdatetime()", [400, 600, 800, 1000, 1200]),
    ("during(phenomenonTime,2027-01-11T10:05:00Z/2027-01-11T10:25:00Z)", [600, 800]),
    ("before(phenomenonTime,2027-01-11T10:10:00Z)", [400]), ("after(phenomenonTime,2027-01-11T10:30:00Z)", [1200]),
    ("fractionalseconds(resultTime) eq 0 and totaloffsetminutes(resultTime) eq 0", [400, 600, 800, 1000, 1200]),
    ("parameters/battery lt 88", [1000, 1200]), ("Datastream/Thing/properties/floor eq 2", [400, 600, 800, 1000, 1200]),
    ("Datastream/Thing/properties/school/name eq 'Other'", []), ("Datastream/id eq 0", []), ("result eq null", []),
    ("resultQuality eq null and result ne null", [400, 600, 800, 1000, 1200]), ("true eq false", []),
])  # fmt: skip
def test_filters_of_observations(sta, room, condition, results):
    address = f"Observations?$orderby=result&$filter={quote(condition)}"
    if results is None:
        assert sta.ask("get", address).status_code == 400
        return
    if "now()" in condition:  # the sample is of a year to come
        results = []
    assert [row["result"] for row in sta.get(address)["value"]] == results


@pytest.mark.parametrize("condition, found", [
    ("substringof('room',name)", 1), ("substringof('ROOM',toupper(name))", 1), ("startswith(name,'Class')", 1),
    ("endswith(name,'12')", 1), ("endswith(name,'13')", 0), ("length(name) eq 12", 1), ("indexof(name,'room') eq 5", 1),
    ("substring(name,10) eq '12'", 1), ("substring(name,0,5) eq 'Class'", 1), ("tolower(name) eq 'classroom 12'", 1),
    ("trim(concat(name,'  ')) eq 'Classroom 12'", 1), ("concat(name,'!') eq 'Classroom 12!'", 1), ("name eq 'it''s'", 0),
    ("Datastreams/ObservedProperty/name eq 'CO2'", 1), ("Datastreams/Observations/result gt 300", 1), ("contains(name,'room')", 1),
    ("properties/floor eq 2", 1), ("properties/school/name eq 'Malli'", 1), ("id gt 0", 1), ("@iot.id gt 0", 1),
    ("st_within(Locations/location, geography'POLYGON ((24 60, 26 60, 26 61, 24 61, 24 60))')", 1),
    ("st_intersects(Locations/location, geography'POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))')", 0),
    ("st_equals(Locations/location, geography'POINT (24.9384 60.1699)')", 1),
    ("st_disjoint(Locations/location, geography'POINT (0 0)')", 1), ("st_touches(Locations/location, geography'LINESTRING (24.9384 60.1699, 25 61)')", 1),
    ("geo.distance(Locations/location, geography'POINT (24.9384 61.1699)') lt 1.1", 1),
    ("geo.intersects(Locations/location, geography'POINT (24.9384 60.1699)')", 1), ("geo.length(Locations/location) eq 0", 1),
    ("st_relate(Locations/location, geography'POINT (24.9384 60.1699)', 'T********')", 1),
    ("st_contains(Locations/location, geography'POINT (1 1)') or st_crosses(Locations/location, geography'LINESTRING (0 0, 1 1)') or st_overlaps(Locations/location, geography'POINT (1 1)')", 0),
])  # fmt: skip
def test_filters_of_things(sta, room, condition, found):
    assert len(sta.find("Things", condition)) == found


@pytest.mark.parametrize("query", [
    "$filter=name", "$filter=name eq", "$filter=nothing eq 1", "$filter=name eq 5", "$filter=(name eq 'x'", "$filter=name eq 'x",
    "$filter=unknown(name)", "$filter=length(name,name) eq 1", "$filter=name gt null", "$filter=st_within(name,geography'x')",
    "$filter=st_within(Locations/location,geography'x')", "$orderby=nothing", "$top=-1", "$top=x", "$skip=1.5", "$count=yes",
    "$select=nothing", "$expand=Nothing", "$expand=Datastreams($top=x)", "$expand=Datastreams(", "$unknown=1", "$top=1&$top=2",
    "$resultFormat=xml", "$resultFormat=dataArray", "$filter=name eq 'x' and", "$filter=Datastreams eq 1", "$filter=%FF",
    "$filter=" + "(" * 200 + "true" + ")" * 200, "$filter=" + " or ".join(["name eq 'x'"] * 5000),
    "$expand=" + "/".join(["Datastreams", "Thing"] * 10), "$filter=not", "$filter=name eq duration'x'", "$filter=2027-13-45T00:00:00Z eq 1", "$filter=name eq '%00'",
    "$orderby=name eq 'x'", "$orderby=1", "$orderby=null", "$orderby=Datastreams/name", "$filter=id eq 1e999",
    "$filter=id eq " + "9" * 400, "$filter=id eq 0001-01-01T00:00:00+14:00", "$filter=id eq duration'P99999999999D'",
])  # fmt: skip
def test_a_query_that_is_wrong_is_told_what_and_where(sta, query):
    answer = sta.client.get(f"{BASE}/Things?{quote(query, safe='$=&%(),/')}")
    assert answer.status_code == 400, query
    assert answer.json()["title"]


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


def test_references_are_only_where_things_are_whatever_is_asked_beside_it(sta, room):
    for query in ("$select=name", "$expand=Datastreams", "$top=1"):
        assert sta.get(f"Things/$ref?{query}")["value"] == [
            {"@iot.selfLink": f"http://testserver{BASE}/Things({room['thing']})"}
        ]
    assert sta.ask("get", "/sta/v1.1//").status_code in (200, 400)
    assert sta.get("Observations?$orderby=Datastream/name,result desc&$top=1")["value"][0]["result"] == 1200


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


def weather(**more) -> dict:
    """A stream of temperature and humidity at once."""
    measured = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
    units = [{"name": n, "symbol": s, "definition": f"ucum:{s}"} for n, s in (("degree", "Cel"), ("per cent", "%"))]
    return datastream("Weather") | {
        "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_ComplexObservation",
        "multiObservationDataTypes": [measured] * 2, "unitOfMeasurements": units,
        "ObservedProperties": [{"name": n, "description": "d", "definition": f"https://x.example/{n}"} for n in ("T", "RH")],
    } | more  # fmt: skip


def without(body: dict, *names: str) -> dict:
    return {name: value for name, value in body.items() if name not in names}


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


def test_a_page_of_many_expanded_is_a_few_queries(sta, django_assert_max_num_queries):
    for n in range(30):
        sta.post(
            "Things",
            thing(f"Room {n}", Locations=[location()], Datastreams=[datastream(f"D{n}", Observations=[{"result": n}])]),
        )
    with django_assert_max_num_queries(8):
        told = sta.get("Things?$expand=Locations,Datastreams($expand=Observations($top=1),Sensor)")["value"]
    assert [row["Datastreams"][0]["Observations"][0]["result"] for row in told] == list(range(30))


def test_all_of_it_holds_on_postgresql_too(postgres):
    """The same tests over a real server; the spatial ones where PostGIS is installed."""
    with psycopg.connect(postgres.rpartition("/")[0] + "/template1", autocommit=True) as connection:
        found = connection.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'").fetchone()[0]
        if found:
            connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    which = "not postgresql" if found else "not postgresql and not st_ and not geo."
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", __file__, "-k", which], cwd=ROOT, capture_output=True, text=True,
        env=os.environ | {"TOIMIVA_DATABASE_URL": postgres, "PYTEST_ADDOPTS": ""}, timeout=250,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]


def test_an_answer_that_would_have_no_end_is_refused(sta, room, monkeypatch):
    monkeypatch.setattr("toimiva.capabilities.sensors.reading.MOST_ALONG", 6)
    answer = sta.ask("get", "Things?$expand=Datastreams($expand=Observations)")
    assert answer.status_code == 400
    assert "$top in $expand" in answer.json()["title"]
    assert sta.ask("get", "Things?$expand=Datastreams($expand=Observations($top=2))").status_code == 200
