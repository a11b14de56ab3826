"""Whether everything works, for everybody to see; where nobody looks, that is said too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from toimiva.capabilities.status import checks
from toimiva.capabilities.status.checks import PARTS, Part, state_of
from toimiva.capabilities.status.models import Day, Outage
from toimiva.capabilities.status.watching import look, look_live, outages, standings

AT = datetime(2027, 1, 11, 12, tzinfo=UTC)
WELL = dict.fromkeys(PARTS, "")


def told(at: datetime) -> dict:
    return {row.part: row for row in standings(at=at)}


@pytest.fixture
def hours(db):
    """Three hours of looks; in the second the messages stood for half an hour."""
    for minute in range(180):
        look(WELL | {"messages": "7 messages were tried 3 times and more"} if 60 <= minute < 90 else WELL, at=AT + timedelta(minutes=minute))  # fmt: skip
    return AT + timedelta(minutes=180)


def test_the_share_of_minutes_and_the_outage_are_told(hours):
    found = told(hours)
    assert found["messages"].share == pytest.approx(150 / 180)
    assert found["pages"].share == 1
    assert found["messages"].why == ""
    (outage,) = Outage.objects.all()
    assert (outage.part, outage.until - outage.since) == ("messages", timedelta(minutes=30))


def test_minutes_in_which_nobody_looked_count_against_it(hours):
    later = hours + timedelta(hours=3)
    assert told(later)["pages"].share == pytest.approx(0.5)
    assert told(later)["worker"].why == "it has stopped looking"
    assert told(hours + timedelta(minutes=1))["worker"].why == ""


def test_a_day_without_a_look_after_the_first_counts_whole(hours):
    days = told(AT + timedelta(days=2))["pages"].days
    assert days[-1] == 0
    assert days[-2] == 0
    assert days[-4] is None, "before the first look nothing is known"
    look(WELL, at=AT + timedelta(days=100))
    assert Day.objects.count() == len(PARTS), "what is older than ninety days is forgotten"


def test_an_outage_goes_on_until_it_is_over(db):
    for minute in range(3):
        look(WELL | {"storage": f"{minute} MB are free"}, at=AT + timedelta(minutes=minute))
    (outage,) = Outage.objects.all()
    assert (outage.why, outage.until) == ("0 MB are free", None)
    assert told(AT + timedelta(minutes=3))["storage"].why == "0 MB are free"


def test_the_worker_looks_at_the_real_parts_once_a_minute(home, db):
    look_live(1)
    assert not Day.objects.exists()
    look_live(100)
    assert {row.part: row.good for row in Day.objects.all()} == dict.fromkeys(PARTS, 1)


def test_a_part_that_cannot_be_asked_is_not_well():
    def ask() -> str:
        raise OperationalError("server closed the connection\nunexpectedly")

    assert state_of(Part("x", ask)) == "OperationalError: server closed the connection"


def test_a_full_disk_and_a_broker_that_is_away_are_seen(home, db, settings, monkeypatch):
    monkeypatch.setattr(checks, "_LEAST_FREE", 2**60)
    assert "MB are free" in state_of(PARTS["storage"])
    settings.MQTT = "mqtt://nowhere"
    assert state_of(PARTS["sensors"]) == "the broker is not reached"


@pytest.mark.parametrize("language, told", [("fi", "Kaikki toimii."), ("sv", "Allt fungerar."), ("en", "Everything works.")])  # fmt: skip
def test_people_and_programs_see_it(db, language, told):
    look(WELL, at=timezone.now())
    page = Client().get("/status/", headers={"accept-language": language})
    assert told in page.content.decode()
    answer = Client().get("/status.json").json()
    assert answer["well"] is True
    assert {one["part"] for one in answer["parts"]} == {*PARTS}


def test_a_worker_that_never_looked_is_told(db):
    answer = Client().get("/status.json").json()
    assert answer["well"] is False
    assert {one["part"]: one["why"] for one in answer["parts"]}["worker"] == "it has not looked"
    assert {one["share_of_minutes"] for one in answer["parts"]} == {None}
    assert "does not work" in Client().get("/status/", headers={"accept-language": "en"}).content.decode()


def test_two_workers_do_not_hide_that_half_of_the_time_was_bad(db):
    for second in range(0, 7200, 20):
        look(WELL | {"messages": "held up"} if second < 3600 else WELL, at=AT + timedelta(seconds=second))
        look(WELL | {"messages": "held up"} if second < 3600 else WELL, at=AT + timedelta(seconds=second + 1))
    found = told(AT + timedelta(hours=2))
    assert found["messages"].share == pytest.approx(0.5)
    assert found["pages"].share == 1


def test_looks_that_come_late_are_no_fault_of_the_parts(db):
    at = AT
    while at < AT + timedelta(hours=3):
        look(WELL, at=at)
        at += timedelta(seconds=45)  # turns that take longer than they should
    assert told(AT + timedelta(hours=3))["pages"].share == 1


def test_an_outage_that_goes_on_for_months_is_still_told(db):
    look(WELL | {"storage": "full"}, at=AT)
    assert [row.part for row in outages(at=AT + timedelta(days=200))] == ["storage"]
