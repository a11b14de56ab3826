"""Observations that devices send one by one: taken before Django and stored together, and answered just as by it."""

from __future__ import annotations

import io
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.parts.sensorthings import Sta, datastream, location, thing
from toimiva.capabilities.sensors import posting
from toimiva.capabilities.sensors.models import Datastream, Observation
from toimiva.capabilities.sensors.rollups import hours_of_streams
from toimiva.project.wsgi import application

HOST = {"SERVER_NAME": "localhost", "SERVER_PORT": "8000", "HTTP_HOST": "testserver", "wsgi.url_scheme": "http"}
OWN = ("@iot.id", "@iot.selfLink", "Datastream@iot.navigationLink", "FeatureOfInterest@iot.navigationLink")


def send(stream: int, content: bytes, **others: str) -> tuple[int, dict, dict]:
    """POST it as a WSGI server does: the status, the answer and its headers."""
    told: list = []
    environ = HOST | {
        "REQUEST_METHOD": "POST", "PATH_INFO": f"/sta/v1.1/Datastreams({stream})/Observations", "QUERY_STRING": "",
        "SCRIPT_NAME": "", "CONTENT_LENGTH": str(len(content)), "CONTENT_TYPE": "application/json", "REMOTE_ADDR": "192.0.2.1",
        "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.input": io.BytesIO(content), "wsgi.errors": sys.stderr,
    } | others  # fmt: skip
    answer = application(environ, lambda status, headers: told.extend((int(status[:3]), dict(headers))))
    body = b"".join(answer)
    return told[0], json.loads(body) if "json" in told[1]["Content-Type"] else {}, told[1]


@pytest.fixture
def streams(transactional_db) -> list[int]:
    """Two datastreams alike, whose rooms' places have been observed before."""
    sta, found = Sta(), []
    for name in ("A", "B"):
        made = sta.post("Things", thing(name=name, Locations=[location()], Datastreams=[datastream()]))
        found.append(sta.get(f"Things({made['@iot.id']})/Datastreams")["value"][0]["@iot.id"])
        sta.post(f"Datastreams({found[-1]})/Observations", {"result": 0, "phenomenonTime": "2027-01-11T12:00:00Z"})
    return found


@pytest.fixture
def short_way(monkeypatch) -> list:
    """What was stored by the short way."""
    stored: list = []
    real = posting.store_posted
    monkeypatch.setattr(posting, "store_posted", lambda some: stored.extend(some) or real(some))
    return stored


times = st.datetimes(timezones=st.sampled_from([None])).map(lambda at: at.isoformat() + "Z")
intervals = st.tuples(times, times).map("/".join)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=5,
)  # fmt: skip
bodies = st.fixed_dictionaries(
    {"result": anything},
    optional={
        "phenomenonTime": times | intervals | anything, "resultTime": times | anything, "validTime": intervals | anything,
        "parameters": st.dictionaries(st.text(max_size=3), anything, max_size=2) | anything, "resultQuality": anything,
        "Sensor": anything,
    },
)  # fmt: skip


def test_both_ways_answer_alike_and_leave_the_same_behind(streams):
    client, (short, ordinary) = Client(), streams

    @given(bodies)
    @settings(max_examples=120)
    def alike(body):
        if body.get("phenomenonTime") is None:  # it would be of now
            body = body | {"phenomenonTime": "2027-01-11T12:30:00Z"}
        content = json.dumps(body).encode()
        status, told, _ = send(short, content)
        answer = client.post(
            f"/sta/v1.1/Datastreams({ordinary})/Observations", content, content_type="application/json"
        )
        assert status == answer.status_code
        assert {k: v for k, v in told.items() if k not in OWN} == {
            k: v for k, v in answer.json().items() if k not in OWN
        }
        assert told.keys() == answer.json().keys()

    alike()
    assert state(short) == state(ordinary)


def state(stream: int) -> tuple:
    """All that is known of a datastream and its observations, but for their keys."""
    row = Datastream.objects.get(pk=stream)
    places = {key: place for place, key in enumerate(row.observations.order_by("pk").values_list("pk", flat=True))}
    spans = (row.phenomenon_time, row.phenomenon_time_end, row.result_time, row.result_time_end, row.latest_time)
    left_out = ("id", "datastream_id", "feature_of_interest_id")
    observed = [
        {name: value for name, value in one.items() if name not in left_out}
        for one in row.observations.order_by("pk").values()
    ]
    hours = list(hours_of_streams([stream]).order_by("hour").values_list("hour", "count", "lowest", "highest"))
    return spans, places[row.latest], json.dumps(observed, default=str), hours


def test_by_the_datastreams_id_in_the_body_it_is_the_same(streams, short_way):
    path = "/sta/v1.1/Observations"
    body = {"result": 5, "phenomenonTime": "2027-01-11T12:30:00Z", "Datastream": {"@iot.id": streams[0]}}
    status, told, _ = send(0, json.dumps(body).encode(), PATH_INFO=path)
    answer = Client().post(path, json.dumps(body), content_type="application/json")
    assert (status, len(short_way)) == (201, 1)
    assert {k: v for k, v in told.items() if k not in OWN} == {k: v for k, v in answer.json().items() if k not in OWN}
    assert Observation.objects.get(pk=told["@iot.id"]).datastream_id == streams[0]
    for link, expected in (
        ({"@iot.id": 10**30}, 404), ({"@iot.id": True}, 404), ({"@iot.id": 0}, 404), ({"name": "A"}, 400), (3, 400), (None, 400),
    ):  # fmt: skip
        assert send(0, json.dumps(body | {"Datastream": link}).encode(), PATH_INFO=path)[0] == expected, link
    assert len(short_way) == 1


def test_what_many_send_at_once_is_stored_once_each_and_each_hears_of_its_own(streams, short_way):
    def one(n: int) -> tuple[int, dict]:
        body = {"result": n, "phenomenonTime": f"2027-01-12T{n // 60:02}:{n % 60:02}:00Z"}
        status, told, headers = send(streams[n % 2], json.dumps(body).encode())
        assert headers["Location"] == told["@iot.selfLink"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        return status, told

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(one, range(200)))
    assert [(status, told["result"]) for status, told in answers] == [(201, n) for n in range(200)]
    kept = dict(Observation.objects.values_list("pk", "result_number"))
    assert [kept[told["@iot.id"]] for _, told in answers] == list(range(200))
    assert len(kept) == 202
    assert len(short_way) == 200


def test_a_number_that_no_column_holds_is_refused_as_by_the_ordinary_way(streams, short_way):
    answers = [send(streams[0], b'{"result": %s}' % text)[0] for text in (b"1", b"1e999", b"2", b"NaN")]
    assert answers == [201, 400, 201, 400]
    assert len(short_way) == 2


@pytest.mark.parametrize(
    "others",
    [{"QUERY_STRING": "a=1"}, {"HTTP_IDEMPOTENCY_KEY": "k1"}, {"CONTENT_LENGTH": ""}, {"REQUEST_METHOD": "GET"}],
)
def test_what_is_not_plain_goes_the_ordinary_way(streams, short_way, others):
    status, _, headers = send(streams[0], b'{"result": 1}', **others)
    assert "RateLimit-Limit" in headers
    assert status in (200, 201, 400)
    assert short_way == []


def test_in_production_only_the_key_opens_the_short_way(streams, short_way, settings):
    settings.PRODUCTION, settings.OPEN_SENSORS, settings.SENSORS_TOKEN = True, False, "a key"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    secure = {"HTTP_X_FORWARDED_PROTO": "https"}
    refused = [
        send(streams[0], b'{"result": 1}', **others)[0]
        for others in (
            secure,
            secure | {"HTTP_AUTHORIZATION": "Bearer another"},
            {"HTTP_AUTHORIZATION": "Bearer a key"},
        )
    ]
    assert refused == [401, 401, 403]
    assert short_way == []
    status, told, _ = send(streams[0], b'{"result": 1}', HTTP_AUTHORIZATION="Bearer a key", **secure)
    assert (status, len(short_way)) == (201, 1)
    assert told["@iot.selfLink"].startswith("https://testserver/")


def test_an_unknown_host_is_answered_by_nobody(streams, short_way):
    assert send(streams[0], b'{"result": 1}', HTTP_HOST="elsewhere.example")[0] == 400
    assert short_way == []


def test_while_the_database_is_away_the_device_is_told_when_to_come_back(streams, monkeypatch):
    def away(*_):
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(posting, "store_rows", away)
    status, told, headers = send(streams[0], b'{"result": 1}')
    assert (status, headers["Retry-After"]) == (503, "1")
    assert "Send it again" in told["detail"]
    monkeypatch.undo()
    assert send(streams[0], b'{"result": 1}')[0] == 201
