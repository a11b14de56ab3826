"""SensorThings 1.1 (OGC 18-088), section 9.3: what can be asked."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.db import connection

from tests.parts.sensorthings import BASE, POINT, datastream, location, thing


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
    ("parameters/none eq 1", []), ("parameters/none ne 1", [400, 600, 800, 1000, 1200]),  # OData 4.0 part 2, 5.1.1.1: null
    ("not (parameters/none eq 1)", [400, 600, 800, 1000, 1200]), ("not (parameters/none gt 1)", [400, 600, 800, 1000, 1200]),
    ("not (parameters/none ne 1)", []), ("not (result gt 600)", [400, 600]), ("not startswith(parameters/none,'x')", []),
])  # fmt: skip
def test_filters_of_observations(sta, room, condition, results):
    address = f"Observations?$orderby=result&$filter={quote(condition)}"
    if results is None:
        assert sta.ask("get", address).status_code == 400
        return
    if "now()" in condition:  # the sample is of a year to come
        results = []
    assert [row["result"] for row in sta.get(address)["value"]] == results


SEVEN_TO_EIGHT = "2027-01-12T07:00:00Z/2027-01-12T08:00:00Z"


@pytest.mark.parametrize("condition, results", [
    ("validTime lt 2027-01-12T07:00:00Z", [6]), ("before(validTime,2027-01-12T07:00:00Z)", [6]),
    (f"validTime lt {SEVEN_TO_EIGHT}", [6]), (f"validTime gt {SEVEN_TO_EIGHT}", [8]), (f"validTime eq {SEVEN_TO_EIGHT}", [7]),
    (f"validTime le {SEVEN_TO_EIGHT}", [6, 7]), (f"after(phenomenonTime,{SEVEN_TO_EIGHT})", [8]),
    (f"during(validTime,{SEVEN_TO_EIGHT})", [7]), ("during(2027-01-12T07:00:00Z,validTime)", [7]),
    ("during(validTime,2027-01-12T07:00:00Z)", None), ("during(2027-01-12T07:00:00Z,resultTime)", None),
    (f"overlaps(validTime,{SEVEN_TO_EIGHT})", [7]), ("overlaps(validTime,2027-01-12T07:00:00Z)", [7]),
    (f"meets(validTime,{SEVEN_TO_EIGHT})", [6, 8]), (f"starts(validTime,{SEVEN_TO_EIGHT})", [7]),
    (f"finishes(validTime,{SEVEN_TO_EIGHT})", [7]), ("validTime add duration'PT1H' gt 2027-01-12T08:30:00Z", [8]),
    (f"validTime lt {SEVEN_TO_EIGHT} sub duration'PT30M'", []), (f"validTime lt {SEVEN_TO_EIGHT} add duration'PT1H'", [6, 7]),
    ("phenomenonTime sub 2027-01-12T07:00:00Z eq duration'PT1H'", [8]),
    ("not validTime lt 2027-01-12T07:00:00Z and not validTime ge 2027-01-12T08:00:00Z", [7]), ("phenomenonTime add 1 gt now()", None),
])  # fmt: skip
def test_an_interval_holds_its_start_and_not_its_end(sta, room, condition, results):
    """Those from six to seven, seven to eight and eight to nine follow one another and have nothing in common; those
    of the room have no validTime, and are in no answer about it."""
    for hour in (6, 7, 8):
        valid = f"2027-01-12T{hour:02}:00:00Z/2027-01-12T{hour + 1:02}:00:00Z"
        sta.post(
            f"Datastreams({room['stream']})/Observations",
            {"result": hour, "phenomenonTime": valid.partition("/")[0], "validTime": valid},
        )
    address = f"Observations?$orderby=result&$filter=result lt 10 and {quote(condition)}"
    if results is None:
        assert sta.ask("get", address).status_code == 400
    else:
        assert [row["result"] for row in sta.get(address)["value"]] == results


@pytest.mark.parametrize("condition, names", [
    ("properties/n lt 8", ["number"]), ("properties/n gt 8", []), ("properties/n eq 5", ["number"]), ("properties/n eq '5'", ["number", "text"]),
    ("properties/b eq true", ["number"]), ("properties/b", ["number"]), ("properties/b eq false", ["text"]), ("not properties/b", ["text"]),
    ("properties/list[1] eq 2", ["number"]), ("properties/objects[0]/name eq 'x'", ["number"]), ("properties/n in (4,5,6)", ["number"]),
    ("name in ('text','nobody')", ["text"]), ("name in ()", None), ("properties/n add 1 eq 6", ["number"]), ("properties/none[3]/x eq 1", []),
])  # fmt: skip
def test_what_stands_in_json_is_compared_by_what_it_is(sta, condition, names):
    """A text among numbers is no number, and never an error."""
    sta.post("Things", thing("number", properties={"n": 5, "b": True, "list": [1, 2], "objects": [{"name": "x"}]}))
    sta.post("Things", thing("text", properties={"n": "5", "b": False, "list": "12", "objects": "x"}))
    sta.post("Things", thing("other", properties={"n": [5], "b": "true", "list": {"x": 2}}))
    address = f"Things?$orderby=name&$filter={quote(condition)}"
    if names is None:
        assert sta.ask("get", address).status_code == 400
    else:
        assert [row["name"] for row in sta.get(address)["value"]] == names


def test_numbers_in_json_are_ordered_as_numbers(sta):
    for n in (10, 9, 100):
        sta.post("Things", thing(str(n), properties={"n": n}))
    assert [row["name"] for row in sta.get("Things?$orderby=properties/n")["value"]] == ["9", "10", "100"]


def test_a_length_is_of_lines_only(sta):
    shapes = {"line": "LineString", "area": "Polygon"}
    ring = [[0, 0], [0, 3], [4, 3], [0, 0]]
    for name, kind in shapes.items():
        sta.post("Locations", location(name, {"type": kind, "coordinates": ring if name == "line" else [ring]}))
    assert (
        len(sta.find("Locations", "geo.length(location) eq 12"))
        == len(sta.find("Locations", "geo.length(location) eq 0"))
        == 1
    )


def test_what_comes_along_has_no_links_but_those_selected_and_is_counted_beyond_its_page(sta, room):
    expand = "$expand=Datastreams($expand=Sensor($select=name,Datastreams)),Locations($skip=5;$count=true)"
    (told,) = sta.get(f"Things?{expand}")["value"]
    assert "Datastreams@iot.navigationLink" in told
    assert (told["Locations"], told["Locations@iot.count"]) == ([], 1)
    assert not [name for name in told["Datastreams"][0] if name.endswith("navigationLink")]
    assert told["Datastreams"][0]["Sensor"].keys() == {"name", "Datastreams@iot.navigationLink"}


def test_an_option_whose_equals_sign_is_encoded_too_is_understood(sta, room):
    answer = sta.client.get(f"{BASE}/Observations?{quote('$filter=result eq 600', safe='')}")
    assert [row["result"] for row in answer.json()["value"]] == [600]


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


def test_a_page_of_many_expanded_is_a_few_queries(sta, django_assert_max_num_queries):
    for n in range(30):
        sta.post(
            "Things",
            thing(f"Room {n}", Locations=[location()], Datastreams=[datastream(f"D{n}", Observations=[{"result": n}])]),
        )
    with django_assert_max_num_queries(8):
        told = sta.get("Things?$expand=Locations,Datastreams($expand=Observations($top=1),Sensor)")["value"]
    assert [row["Datastreams"][0]["Observations"][0]["result"] for row in told] == list(range(30))


def test_an_answer_that_would_have_no_end_is_refused(sta, room, monkeypatch):
    monkeypatch.setattr("toimiva.capabilities.sensors.reading.MOST_ALONG", 6)
    answer = sta.ask("get", "Things?$expand=Datastreams($expand=Observations)")
    assert answer.status_code == 400
    assert "$top in $expand" in answer.json()["title"]
    assert sta.ask("get", "Things?$expand=Datastreams($expand=Observations($top=2))").status_code == 200


def test_the_newest_of_each_stream_is_at_hand_and_the_same_as_by_a_search(sta, room):
    stream = f"Datastreams({room['stream']})"
    newest = "$expand=Observations($top=1;$orderby=phenomenonTime desc)"
    searched = "$expand=Observations($top=1;$orderby=phenomenonTime desc;$filter=id gt 0)"

    def holds() -> dict:
        (told,), (found,) = sta.get(f"Datastreams?{newest}")["value"], sta.get(f"Datastreams?{searched}")["value"]
        assert told["Observations"] == found["Observations"]
        assert ("Observations@iot.nextLink" in told) == ("Observations@iot.nextLink" in found)
        return told["Observations"]

    assert holds()[0]["result"] == 1200
    late = sta.post(f"{stream}/Observations", {"result": 1, "phenomenonTime": "2027-01-11T09:00:00Z"})
    assert holds()[0]["result"] == 1200
    again = sta.post(f"{stream}/Observations", {"result": 1300, "phenomenonTime": "2027-01-11T10:40:00Z"})
    assert holds()[0]["result"] == 1300, "of two at the same time the later is the newest"
    sta.ask("delete", again["@iot.selfLink"])
    assert holds()[0]["result"] == 1200
    for row in sta.get(f"{stream}/Observations")["value"]:
        if row["@iot.id"] != late["@iot.id"]:
            sta.ask("delete", row["@iot.selfLink"])
    assert holds()[0]["result"] == 1
    sta.ask("delete", late["@iot.selfLink"])
    assert holds() == []


def test_a_result_beside_a_text_is_compared_as_text_and_beside_a_number_as_a_number(sta, room):
    stream = f"Datastreams({room['stream']})/Observations"
    for result in (2, 10, 2.5, "3 m"):
        sta.post(stream, {"result": result, "phenomenonTime": "2027-02-01T00:00:00Z"})

    def results(condition: str) -> list:
        rows = sta.get(
            f"Observations?$filter={quote(f'year(phenomenonTime) eq 2027 and month(phenomenonTime) eq 2 and {condition}')}"
        )
        return sorted(map(str, (row["result"] for row in rows["value"])))

    assert results("result ge '2'") == ["2", "2.5", "3 m"]
    assert results("result ge 2") == ["10", "2", "2.5"]
    assert results("result eq '2.5'") == ["2.5"]
    assert results("result ne '10'") == ["2", "2.5", "3 m"]


def test_json_that_is_a_text_is_compared_without_its_quotes(sta, room):
    assert sta.find("Sensors", "metadata eq 'https://x.example'")
    assert sta.find("Sensors", "metadata lt 'https://x.example'") == []
    assert sta.find("Sensors", "startswith(metadata,'https')")


def test_a_count_may_be_an_estimate_and_says_so(sta, room):
    """An option of our own, for stores in which counting takes long; where it takes none, the count is exact."""
    path = f"Datastreams({room['stream']})/Observations?$count=true&$top=1"
    told = sta.get(f"{path}&estimateCount=true")
    assert isinstance(told["@iot.count"], int)
    assert told.get("@iot.countIsEstimated", False) is (connection.vendor == "postgresql")
    assert "estimateCount=true" in told["@iot.nextLink"]
    assert "@iot.countIsEstimated" not in sta.get(path)
    assert sta.ask("get", f"{path}&estimateCount=perhaps").status_code == 400
