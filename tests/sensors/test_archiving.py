"""Past months move into the lake: nothing is lost or doubled, and both kinds are asked together."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command

from toimiva.capabilities.sensors import archiving
from toimiva.capabilities.sensors.archiving import archive, drop
from toimiva.capabilities.sensors.models import Archived, Datastream, Observation
from toimiva.capabilities.sensors.past import ask
from toimiva.capabilities.sensors.rollups import hours_of_streams
from toimiva.capabilities.sensors.storing import Measured, store
from toimiva.capabilities.sensors.writing import place_of
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, Invalid

JANUARY, MARCH = datetime(2027, 1, 1, tzinfo=UTC), date(2027, 3, 1)


@pytest.fixture
def helsinki(home):
    return cities.load("helsinki")


@pytest.fixture
def stream(room, helsinki) -> Datastream:
    """The room's datastream, with a number every six hours from January to March, and the five of its own."""
    row = Datastream.objects.get(pk=room["stream"])
    store(row, place_of(row.thing), quarters(90))
    return row


def quarters(days: int) -> list[Measured]:
    return [Measured(JANUARY + timedelta(hours=6 * n), float(n % 7)) for n in range(4 * days)]


def all_told(city) -> list:
    return ask(city, "SELECT id, time, number, parameters FROM observations ORDER BY id").rows


def hours(stream: Datastream) -> dict:
    return {row.hour: (row.count, row.total, row.lowest, row.highest) for row in hours_of_streams([stream.pk])}


def test_past_months_leave_the_database_and_are_still_told(sta, stream, helsinki):
    before, hours_before = all_told(helsinki), hours(stream)
    assert len(before) == 365
    moved = {one.month: one.observations for one in archive(helsinki, before=MARCH)}
    assert moved == {"2027-01": 31 * 4 + 5, "2027-02": 28 * 4}
    assert sta.get(f"Datastreams({stream.pk})/Observations?$count=true&$top=0")["@iot.count"] == 365 - sum(
        moved.values()
    )
    assert sta.get(f"Datastreams({stream.pk})")["phenomenonTime"].startswith("2027-03-01T00:00:00")
    assert all_told(helsinki) == before
    assert hours(stream) == hours_before
    sql = "SELECT d.thing_name, count(*) FILTER (archived), count(*) FROM observations o JOIN datastreams d ON d.id = o.datastream GROUP BY 1"
    assert ask(helsinki, sql).rows == [("Classroom 12", sum(moved.values()), 365)]
    assert list(archive(helsinki, before=MARCH)) == []


def test_the_newest_of_a_sensor_that_fell_silent_stays_at_hand(sta, room, helsinki):
    assert [one.observations for one in archive(helsinki, before=MARCH)] == [4]
    told = sta.get(f"Datastreams({room['stream']})?$expand=Observations($top=1;$orderby=phenomenonTime desc)")
    assert [one["result"] for one in told["Observations"]] == [1200]


def test_what_comes_late_is_counted_with_what_is_archived_and_follows_it(sta, stream, helsinki):
    list(archive(helsinki, before=MARCH))
    sta.post(
        f"Datastreams({stream.pk})/Observations", {"result": 100, "phenomenonTime": "2027-01-11T00:20:00Z"}
    )  # beside one that is archived
    assert hours(stream)[datetime(2027, 1, 11, tzinfo=UTC)] == (2, 105.0, 5.0, 100.0)
    assert [(one.month, one.observations) for one in archive(helsinki, before=MARCH)] == [("2027-01", 1)]
    assert hours(stream)[datetime(2027, 1, 11, tzinfo=UTC)] == (2, 105.0, 5.0, 100.0)
    assert len(all_told(helsinki)) == 366


def test_a_file_that_is_loaded_again_is_known_though_it_is_archived(stream, helsinki):
    list(archive(helsinki, before=MARCH))
    assert store(stream, place_of(stream.thing), quarters(90)) == 0


def test_a_stop_after_the_lake_has_them_loses_and_doubles_nothing(stream, helsinki, monkeypatch):
    before = all_told(helsinki)
    with monkeypatch.context() as power:
        power.setattr(archiving, "_leave", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            list(archive(helsinki, before=MARCH))
    assert all_told(helsinki) == before
    list(archive(helsinki, before=MARCH))
    assert all_told(helsinki) == before
    assert Archived.objects.filter(done=False).count() == 0


def test_one_that_is_changed_while_it_is_moved_is_moved_as_it_became(sta, stream, helsinki, monkeypatch):
    first = Observation.objects.order_by("phenomenon_time").first().pk
    write, turns = archiving.lake.write_part, []

    def write_then_change(*given):
        write(*given)
        if not turns:
            sta.ask("patch", f"Observations({first})", {"result": 77})
        turns.append(given)

    monkeypatch.setattr(archiving.lake, "write_part", write_then_change)
    list(archive(helsinki, before=date(2027, 2, 1)))
    assert len(turns) == 2
    assert [row[2] for row in all_told(helsinki) if row[0] == first] == [77.0]


def test_a_month_that_never_rests_stays_where_it_is(sta, stream, helsinki, monkeypatch):
    write = archiving.lake.write_part

    def write_and_add(*given):
        write(*given)
        Observation.objects.filter(phenomenon_time__lt=JANUARY + timedelta(days=30)).first().delete()

    monkeypatch.setattr(archiving.lake, "write_part", write_and_add)
    with pytest.raises(Conflict, match="2027-01"):
        list(archive(helsinki, before=MARCH))
    assert len(all_told(helsinki)) == 365 - 3


def test_what_is_kept_no_longer_is_gone_but_for_its_hours(stream, helsinki):
    list(archive(helsinki, before=MARCH))
    known = hours(stream)
    assert drop(helsinki, before=date(2027, 2, 1)) == 31 * 4 + 5
    assert min(row[1] for row in all_told(helsinki)) == datetime(2027, 2, 1, tzinfo=UTC)
    assert hours(stream) == known


def test_the_past_of_a_datastream_that_is_deleted_is_not_told(sta, stream, helsinki):
    list(archive(helsinki, before=MARCH))
    sta.ask("delete", f"Datastreams({stream.pk})")
    assert all_told(helsinki) == []


def test_by_the_worker_what_is_older_than_it_may_be(stream, helsinki, settings):
    archiving.archive_live(0)
    assert not Archived.objects.exists()
    settings.OBSERVATIONS_LIVE_DAYS, settings.OBSERVATIONS_KEPT_DAYS = 30, 3650
    archiving.archive_live(1)
    assert not Archived.objects.exists()  # once a day
    archiving.archive_live(0)
    today = cities.today(helsinki)
    assert all(part.end.date() <= today - timedelta(days=30) for part in Archived.objects.all())


def test_by_commands(stream, helsinki, capsys):
    call_command("sensors", "archive", "--before", "2027-02-15", "--json")
    assert json.loads(capsys.readouterr().out) == {"months": {"2027-01": 129}}
    call_command("sensors", "ask", "SELECT archived, count(*) AS n FROM observations GROUP BY 1 ORDER BY 1", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told == {"columns": ["archived", "n"], "rows": [[False, 236], [True, 129]], "more": False}
    call_command("sensors", "archive", "--before", "2027-02-15")
    assert "no whole months" in capsys.readouterr().out


@pytest.mark.parametrize("sql", ["DROP VIEW observations", "SELECT * FROM read_csv('/etc/passwd')", "SELECT nothing FROM observations"])  # fmt: skip
def test_only_what_is_there_can_be_asked(stream, helsinki, sql):
    with pytest.raises(Invalid):
        ask(helsinki, sql)
