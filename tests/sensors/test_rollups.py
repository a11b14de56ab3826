"""Hours of datastreams: always what the observations say, however they came, changed or went."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from tests.parts.sensorthings import datastream
from toimiva.capabilities.sensors import rollups
from toimiva.capabilities.sensors.models import Archived, Datastream, Hour, Observation, StaleHour
from toimiva.capabilities.sensors.rollups import hours_of_streams, roll_up
from toimiva.capabilities.sensors.storing import Measured, store
from toimiva.capabilities.sensors.writing import place_of

START = datetime(2027, 1, 11, tzinfo=UTC)


def told(stream: int) -> dict:
    rows = hours_of_streams([stream]).order_by("hour")
    return {row.hour: (row.count, round(row.total, 6), row.lowest, row.highest) for row in rows}


def observed(stream: int) -> dict:
    hours: dict = {}
    for at, number in Observation.objects.filter(datastream=stream, result_number__isnull=False).values_list(
        "phenomenon_time", "result_number"
    ):
        hours.setdefault(at.replace(minute=0, second=0, microsecond=0), []).append(number)
    return {hour: (len(some), round(sum(some), 6), min(some), max(some)) for hour, some in hours.items()}


def test_hours_are_what_the_observations_say_whatever_happens_to_them(sta, room):
    stream, chance = room["stream"], random.Random(7)
    assert told(stream) == observed(stream) != {}
    for turn in range(40):
        at = (START + timedelta(minutes=chance.randrange(6 * 60))).isoformat()
        match chance.choice(("post", "array", "change", "move", "delete", "text")):
            case "post":
                sta.post(f"Datastreams({stream})/Observations", {"result": chance.random(), "phenomenonTime": at})
            case "array":
                rows = [[(START + timedelta(minutes=n * 7)).isoformat(), n + turn] for n in range(30)]
                group = {
                    "Datastream": {"@iot.id": stream},
                    "components": ["phenomenonTime", "result"],
                    "dataArray": rows,
                }
                sta.post("CreateObservations", [group])
            case "text":
                sta.post(f"Datastreams({stream})/Observations", {"result": "none", "phenomenonTime": at})
            case what:
                key = chance.choice(list(Observation.objects.filter(datastream=stream).values_list("pk", flat=True)))
                body = {"change": {"result": chance.random()}, "move": {"phenomenonTime": at}}.get(what)
                sta.ask("patch" if body else "delete", f"Observations({key})", body)
        if turn % 5 == 0:
            assert told(stream) == observed(stream), turn
    assert told(stream) == observed(stream)
    assert StaleHour.objects.count() == 0


def test_an_observation_that_moves_to_another_stream_leaves_its_hour(sta, room):
    sta.post(f"Things({room['thing']})/Datastreams", datastream("Another"))
    other = Datastream.objects.order_by("-pk").first().pk
    row = Observation.objects.filter(datastream=room["stream"]).first()
    sta.ask("patch", f"Observations({row.pk})", {"Datastream": {"@iot.id": other}})
    assert told(room["stream"]) == observed(room["stream"])
    assert told(other) == observed(other) != {}


def test_a_year_is_read_without_its_observations(sta, room, django_assert_max_num_queries):
    stream = Datastream.objects.get(pk=room["stream"])
    store(stream, place_of(stream.thing), (Measured(START + timedelta(minutes=30 * n), n % 50) for n in range(17_520)))
    assert roll_up() >= 8760
    Observation.objects.all().delete()
    with django_assert_max_num_queries(6):
        assert len(told(room["stream"])) >= 8760


def test_what_is_deleted_with_its_stream_leaves_no_hours(sta, room):
    roll_up()
    assert Hour.objects.exists()
    sta.ask("delete", f"Datastreams({room['stream']})")
    roll_up()
    assert not Hour.objects.exists()


def test_making_hours_again_ends_while_others_write(sta, room, monkeypatch):
    turns, real = [], rollups._hours

    def made(stream: int, hours: set) -> list:
        rollups.mark_stale(stream, [START])
        turns.append(len(hours))
        assert len(turns) < 10, "it never ends"
        return real(stream, hours)

    monkeypatch.setattr(rollups, "_hours", made)
    assert roll_up() > 0
    assert StaleHour.objects.count() == len(turns), "what came meanwhile is left for the next time"


def test_who_was_overtaken_writes_no_older_sums(sta, room, monkeypatch):
    stream, real = room["stream"], rollups._hours

    def overtaken(stream: int, hours: set) -> list:
        found = real(stream, hours)
        monkeypatch.setattr(rollups, "_hours", real)
        at = (START + timedelta(minutes=1)).isoformat()
        sta.post(f"Datastreams({stream})/Observations", {"result": 1000, "phenomenonTime": at})
        assert told(stream) == observed(stream), "another makes all of them first"
        return found

    at = (START + timedelta(minutes=2)).isoformat()
    sta.post(f"Datastreams({stream})/Observations", {"result": 1, "phenomenonTime": at})
    monkeypatch.setattr(rollups, "_hours", overtaken)
    roll_up()
    assert Hour.objects.get(datastream=stream, hour=START).highest == 1000
    assert told(stream) == observed(stream)


def test_on_postgresql_who_makes_hours_waits_for_who_makes_them_of_the_same_stream(sta, room):
    sta.post(f"Datastreams({room['stream']})/Observations", {"result": 1, "phenomenonTime": START.isoformat()})
    if connection.vendor != "postgresql":
        assert roll_up() > 0, "on SQLite there is nothing to wait for"
        return
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as another:
        another.execute("SELECT pg_advisory_lock(%s, %s)", [rollups._LOCK, room["stream"]])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            roll_up()
        another.execute("SELECT pg_advisory_unlock_all()")
    assert roll_up() > 0


def test_what_is_archived_meanwhile_is_counted_once(sta, room, monkeypatch):
    stream, real, turns = room["stream"], rollups._hours, []

    def archiving(stream: int, hours: set) -> list:
        turns.append(len(hours))
        if len(turns) == 1:
            Archived.objects.create(city="town", start=START, end=START + timedelta(days=31), done=True)
        return real(stream, hours)

    sta.post(f"Datastreams({stream})/Observations", {"result": 1, "phenomenonTime": START.isoformat()})
    monkeypatch.setattr(rollups, "_hours", archiving)
    monkeypatch.setattr(rollups, "past_hours", lambda *_: {})
    roll_up()
    assert len(turns) == 2, "it is computed again of what there is now"
