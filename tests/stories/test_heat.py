"""A hot afternoon: what sensors tell becomes a round, and the oldest who live alone are offered a cool place unasked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from pyproj import Transformer

from tests.parts.sensorthings import Sta, datastream, location, thing
from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.decisions.models import Decision
from toimiva.capabilities.decisions.replaying import replay
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.offers.models import Offer, Recipient
from toimiva.capabilities.rounds import api as rounds
from toimiva.capabilities.rounds.simulating import acts_of_window
from toimiva.capabilities.services import api as services
from toimiva.capabilities.watches import api as watches
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.geography import api as geography
from toimiva.core.lake import api as lake
from toimiva.core.ledger import api as ledger

WARMTH = "http://qudt.org/vocab/quantitykind/Temperature"
TO_DEGREES = Transformer.from_crs("EPSG:3879", "EPSG:4326", always_xy=True)


class Summer:
    """Mallila with the heat service looked at once, and a thermometer in the middle of Keskusta."""

    def __init__(self, town) -> None:
        self.city = town.city
        self.service = services.get_service(town.city, "heat")
        decisions.sign(self.service, official="Maija Malli", role="Head", at=cities.now("mallila"))
        self.watch = watches.watch(town.city, "heat").model_copy(update={"reaches_m": 0.0})
        self.sta, self.stream = Sta(), 0

    def puts_up_a_thermometer(self) -> None:
        area = geography.sub_areas(self.city)["100"]
        point = {"type": "Point", "coordinates": TO_DEGREES.transform(area["x"], area["y"])}
        warmth = datastream("Air")
        warmth["ObservedProperty"]["definition"] = WARMTH
        made = self.sta.post("Things", thing("Market square", Locations=[location(at=point)], Datastreams=[warmth]))
        self.stream = self.sta.get(f"Things({made['@iot.id']})/Datastreams")["value"][0]["@iot.id"]

    def tells(self, *degrees: float) -> None:
        """A value every ten minutes, then the watch looks."""
        for value in degrees:
            cities.set_to("mallila", cities.now("mallila") + timedelta(minutes=10))
            body = {"phenomenonTime": f"{cities.now('mallila'):%Y-%m-%dT%H:%M:%SZ}", "result": value}
            self.sta.post(f"Datastreams({self.stream})/Observations", body)
        watches.look(self.city, self.watch, at=cities.now("mallila"))

    def looks(self) -> list[rounds.Round]:
        return [row for row in rounds.follow_all(self.city, seed=1, simulated=False) if row.service == "heat"]

    def sleeps(self, **time) -> None:
        rounds.live_until(self.city, cities.now("mallila") + timedelta(**time))


@pytest.fixture
def summer(town) -> Summer:
    found = Summer(town)
    found.puts_up_a_thermometer()
    found.tells(18)
    found.looks()
    found.sleeps(hours=5)
    return found


def offered() -> list[Offer]:
    return list(Offer.objects.filter(service="heat"))


def test_heat_that_sensors_tell_of_starts_a_round_for_those_who_live_there(summer):
    assert offered() == [], "nobody is offered anything on a cool day"

    summer.tells(28, 28.5, 29)
    (row,) = summer.looks()
    summer.sleeps(minutes=30)

    assert offered()
    for offer in offered():
        basis = json.loads(offer.basis)
        assert basis["facts"]["resident"]["sub_area"] == "100", "only where the sensor reaches"
        assert not basis["facts"]["others"]
        assert (basis["cause"]["table"], basis["cause"]["change"]) == ("alarms.areas", "new")
        told = Recipient.objects.get(offer=offer)
        assert told.guardian == offer.person, "who is offered it answers for themselves"
    texts = [told.phone for told in Recipient.objects.filter(offer__round=row.id).exclude(phone="")]
    text = channels.texts_of(texts[0])[-1].text
    assert any(words in text for words in ("helle", "hett", "hot"))
    assert "None" not in text


def test_a_cool_place_is_accepted_with_one_reply_explained_and_replayed(summer):
    summer.tells(28, 28.5, 29)
    (row,) = summer.looks()
    summer.sleeps(minutes=30)
    told = Recipient.objects.filter(offer__round=row.id, language="fi").exclude(phone="").first()

    channels.write_many([("reply-1", told.phone, "kyllä", cities.now("mallila"))])
    summer.sleeps(minutes=5)

    offer = Offer.objects.get(pk=told.offer_id)
    assert offer.state == "accepted"
    decision = Decision.objects.get(offer=offer.pk)
    words = decisions.explain(decision, "en")
    assert "What set this off\n  A new entry in the register (register of alarms)" in words
    assert "A sensor near your home tells of heat" in words
    again = replay([decision])
    assert (again.decisions, again.differing) == (1, ())
    page = summer.sta.client.get(
        f"/o/{offers.token_of(offer.pk, told.guardian)}/", headers={"accept-language": "en"}
    ).content.decode()
    assert "Viileä paikka helteellä" in page
    assert "Seniorikeskus" in page


def test_heat_that_lasts_asks_nobody_twice_and_heat_that_has_passed_asks_nobody(summer):
    summer.tells(28, 28.5, 29)
    summer.looks()
    count = len(offered())
    summer.tells(29, 30, 30)
    assert summer.looks() == [], "nothing has changed"

    summer.tells(24, 24, 23, 22, 22, 21, 21)
    assert lake.read("mallila", "alarms.areas")["is_open"].to_list() == [False]
    summer.looks()
    assert len(offered()) == count

    summer.tells(28, 28.5, 29, 29, 29, 29, 29)
    summer.looks()
    assert lake.read("mallila", "alarms.areas")["is_open"].to_list() == [True]


def test_heat_in_the_night_before_a_holiday_is_offered_when_messages_may_leave_and_answered_after(summer):
    cities.set_to("mallila", datetime(2027, 1, 5, 20, tzinfo=UTC))  # the sixth is Epiphany
    summer.tells(28, 28.5, 29)
    row = next(row for row in rounds.follow_all(summer.city, seed=1, simulated=True) if row.service == "heat")
    assert f"{row.opens.astimezone(summer.city.zone):%d.%m. %H.%M}" == "07.01. 08.00"
    assert f"{row.closes.astimezone(summer.city.zone):%d.%m. %H.%M}" == "08.01. 23.59", "a whole day to answer"
    acts = acts_of_window(summer.service, row, 1)
    assert acts
    assert min(act.at for act in acts) > row.opens


def test_a_city_whose_registers_are_not_here_gets_none_by_being_looked_at(summer):
    helsinki = cities.load("helsinki")
    watches.look(helsinki, watches.watch(helsinki, "heat"), at=cities.now("mallila"))
    assert lake.tables("helsinki") == []


def test_the_register_of_alarms_comes_right_after_a_stop(summer, monkeypatch):
    with monkeypatch.context() as stopped:
        stopped.setattr("toimiva.capabilities.watches.looking.tell_areas", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            summer.tells(28, 28.5, 29)
    assert lake.read("mallila", "alarms.areas").is_empty()

    watches.look(summer.city, summer.watch, at=cities.now("mallila"))

    (row,) = lake.read("mallila", "alarms.areas").iter_rows(named=True)
    assert (row["watch"], row["sub_area"], row["is_open"]) == ("heat", "100", True)
    assert datetime.fromisoformat(row["since"]) <= cities.now("mallila")
    assert ledger.about("alarms.areas", kind="delivery.landed")[-1]["body"]["rows"] == 1
