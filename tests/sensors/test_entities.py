"""SensorThings 1.1 (OGC 18-088), sections 8 and 9.2: entities, their links and addresses."""

from __future__ import annotations

import pytest
from shapely.geometry import shape

from tests.parts.sensorthings import BASE, POINT, location, thing


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
    assert sta.ask("get", f"Datastreams({room['stream']})/properties").status_code == 204


@pytest.mark.parametrize("address", [
    "Things(999999)", "Nothing", "Things(1)/nothing", "Datastreams(999)/Thing", "Things/name", "Things(1)/Datastreams(99)",
])  # fmt: skip
def test_what_is_not_there_is_404(sta, address):
    answer = sta.ask("get", address)
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_references_are_only_where_things_are_whatever_is_asked_beside_it(sta, room):
    for query in ("$select=name", "$expand=Datastreams", "$top=1"):
        assert sta.get(f"Things/$ref?{query}")["value"] == [
            {"@iot.selfLink": f"http://testserver{BASE}/Things({room['thing']})"}
        ]
    assert sta.ask("get", "/sta/v1.1//").status_code in (200, 400)
    assert sta.get("Observations?$orderby=Datastream/name,result desc&$top=1")["value"][0]["result"] == 1200


def test_a_place_in_the_json_of_a_property_has_an_address(sta):
    made = sta.post(
        "Things", thing(properties={"floors": [1, 2], "school": {"name": "Malli", "rooms": [{"no": 7}]}, "none": None})
    )
    one = f"Things({made['@iot.id']})/properties"
    assert sta.get(f"{one}/floors[1]") == {"floors[1]": 2}
    assert sta.get(f"{one}/school/name") == {"name": "Malli"}
    assert sta.get(f"{one}/school/rooms[0]/no") == {"no": 7}
    assert sta.ask("get", f"{one}/school/name/$value").content == b"Malli"
    assert sta.ask("get", f"{one}/none").status_code == 204
    for nowhere in ("floors[2]", "school/street", "floors/name", "school[0]", "floors(1)", "school/name/$value/$value"):
        assert sta.ask("get", f"{one}/{nowhere}").status_code == 404, nowhere
    assert sta.ask("get", f"Things({made['@iot.id']})/name/x").status_code == 404


def test_a_datastream_knows_the_box_around_all_that_it_has_observed(sta, room):
    """OGC 18-088, table 11: whichever way an observation comes; a thing that moves takes its area along."""
    stream, one = f"Datastreams({room['stream']})", f"Things({room['thing']})"
    assert sta.get(f"{stream}/observedArea") == {"observedArea": POINT}
    other = {
        "name": "f",
        "description": "d",
        "encodingType": "application/geo+json",
        "feature": {"type": "Point", "coordinates": [25.0, 60.0]},
    }
    sta.post(f"{stream}/Observations", {"result": 1, "FeatureOfInterest": other})
    west, south, east, north = shape(sta.get(stream)["observedArea"]).bounds
    assert (west, south, east, north) == (24.9384, 60.0, 25.0, 60.1699)
    key = sta.post("FeaturesOfInterest", {**other, "feature": {"type": "Point", "coordinates": [24.0, 60.1]}})[
        "@iot.id"
    ]
    group = {
        "Datastream": {"@iot.id": room["stream"]},
        "components": ["result", "FeatureOfInterest/id"],
        "dataArray": [[1, key]],
    }
    sta.post("CreateObservations", [group])
    assert shape(sta.get(stream)["observedArea"]).bounds == (24.0, 60.0, 25.0, 60.1699)
    sta.ask(
        "patch",
        one,
        {
            "Locations": [
                {
                    "@iot.id": sta.post("Locations", location("Away", {"type": "Point", "coordinates": [24.5, 61.0]}))[
                        "@iot.id"
                    ]
                }
            ]
        },
    )
    sta.post(f"{stream}/Observations", {"result": 2})
    assert shape(sta.get(stream)["observedArea"]).bounds == (24.0, 60.0, 25.0, 61.0)
    assert sta.find(
        "Datastreams", "st_within(observedArea, geography'POLYGON ((23 59, 26 59, 26 62, 23 62, 23 59))')"
    ) == [room["stream"]]
