"""A service that follows the registers: a child is born, and the family is offered a first visit without asking."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import polars as pl
import pytest

from tests.parts.town import register_of
from toimiva.capabilities.cases.models import Case
from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.decisions.models import Decision
from toimiva.capabilities.decisions.replaying import replay
from toimiva.capabilities.offers.models import Offer, Recipient
from toimiva.capabilities.rounds import api as rounds
from toimiva.capabilities.services import api as services
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.lake import api as lake
from toimiva.core.ledger import api as ledger
from toimiva.core.purposes import api as purposes
from toimiva.core.registers import api as registers
from toimiva.engines.synthesis.api import DailyRates, day_of_changes

TABLES = ("population.residents", "population.guardianships")


class Cradle:
    """Mallila with its newborn service, and what the population register sends."""

    def __init__(self, town) -> None:
        self.city = town.city
        self.service = services.get_service(town.city, "newborn")
        decisions.sign(self.service, official="Maija Malli", role="Head", at=cities.now(town.city.id))

    def looks(self) -> rounds.Round:
        return rounds.follow(self.service, seed=1, simulated=False)

    def register(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        return register_of(self.city).drop("person"), lake.read("mallila", TABLES[1])

    def births(self, count: int = 8) -> list[str]:
        """Children born this morning, as the register tells of them; their pseudonyms."""
        day = cities.now("mallila").astimezone(self.city.zone).date()
        rates = DailyRates(births=count * 1.5 / 3139, deaths=0, moves=0)
        rows = day_of_changes(*self.register(), day, seed=3, rates=rates)
        self.deliver(TABLES[0], rows["residents"])
        self.deliver(TABLES[1], rows["guardianships"])
        return [registers.pseudonym(self.city, code) for code in rows["residents"]["identity_code"]]

    def change(self, person: str, **new) -> None:
        """The register tells something else of a person."""
        residents, _ = self.register()
        code = {registers.pseudonym(self.city, code): code for code in residents["identity_code"]}[person]
        row = residents.filter(pl.col("identity_code") == code)
        self.deliver(TABLES[0], row.with_columns(**{name: pl.lit(value) for name, value in new.items()}))

    def deliver(self, table: str, rows: pl.DataFrame) -> None:
        file = io.BytesIO()
        rows.write_parquet(file)
        name = f"{table}.changes.{cities.now('mallila'):%Y%m%d%H%M}.parquet"
        registers.receive(self.city, table, name, file.getvalue(), at=cities.now("mallila"), changes=True)

    def sleeps(self, **time) -> None:
        rounds.live_until(self.city, cities.now("mallila") + timedelta(**time))


@pytest.fixture
def cradle(town) -> Cradle:
    found = Cradle(town)
    found.looks()
    found.sleeps(days=1)
    return found


def offers_to(person: str) -> list[Offer]:
    return list(Offer.objects.filter(service="newborn", person=person))


def cause_of(offer: Offer) -> dict:
    return json.loads(offer.basis)["cause"]


def test_a_birth_is_met_with_an_offer_the_same_morning(cradle):
    born = cradle.births()

    row = cradle.looks()
    cradle.sleeps(hours=3)

    offered = {offer.person: offer for offer in Offer.objects.filter(round=row.id)}
    assert set(offered) <= set(born)
    assert offered
    assert row.figures["causes"] == {"new": len(born)}
    for offer in offered.values():
        assert cause_of(offer)["change"] == "new"
        assert cause_of(offer)["table"] == "population.residents"
    told = Recipient.objects.filter(offer__round=row.id).exclude(phone="").first()
    text = channels.texts_of(told.phone)[-1].text
    assert {"fi": "Onnea vauvasta!", "sv": "Grattis till babyn!", "en": "Congratulations"}[told.language] in text
    assert "None" not in text


def test_an_accepted_visit_is_explained_by_its_cause_and_replays_to_the_same_bytes(cradle):
    cradle.births()
    row = cradle.looks()
    cradle.sleeps(hours=3)
    told = Recipient.objects.filter(offer__round=row.id).exclude(phone="").first()

    channels.write_many(
        [("yes", told.phone, {"fi": "K", "sv": "Ja", "en": "Yes"}[told.language], cities.now("mallila"))]
    )
    cradle.sleeps(minutes=1)

    made = Decision.objects.get(offer=told.offer_id)
    assert "What set this off\n  A new entry in the register (Population Information System)" in decisions.explain(
        made, "en"
    )
    assert "Mistä tämä lähti\n  Uusi tieto rekisterissä (väestötietojärjestelmä)" in decisions.explain(made, "fi")
    again = replay([made])
    assert (again.decisions, again.differing) == (1, ())


def test_nobody_is_asked_twice_and_nothing_new_gives_no_round(cradle):
    born = cradle.births()
    cradle.looks()
    assert not any(row.service == "newborn" for row in rounds.follow_all(cradle.city, seed=1, simulated=False))

    cradle.change(born[0], given_name="Aino", mother_tongue="fi")
    row = cradle.looks()

    assert Offer.objects.filter(round=row.id).count() == 0
    assert all(len(offers_to(person)) <= 1 for person in born)
    assert row.phase == "measured"


def test_a_family_that_lost_its_child_is_not_written_to(cradle):
    born = cradle.births()
    cradle.looks()
    offer = next(offer for person in born for offer in offers_to(person))

    cradle.change(offer.person, died=cities.now("mallila").date())
    cradle.looks()
    cradle.sleeps(hours=5)

    offer.refresh_from_db()
    assert offer.state == "withdrawn"
    assert Case.objects.filter(person=offer.person, reason="moved_or_died").count() == 1
    numbers = Recipient.objects.filter(offer=offer).values_list("phone", flat=True)
    assert not any(text.from_city for number in numbers if number for text in channels.texts_of(number))


def test_a_non_disclosure_order_of_a_guardian_concerns_the_child(cradle):
    born = cradle.births()
    cradle.looks()
    offer = next(offer for person in born for offer in offers_to(person))
    guardian = Recipient.objects.filter(offer=offer).first().guardian

    cradle.change(guardian, non_disclosure=True)
    cradle.looks()

    offer.refresh_from_db()
    assert offer.state == "withdrawn"
    assert Case.objects.filter(person=offer.person, reason="non_disclosure").exists()


def test_an_objection_taken_back_brings_the_offer(cradle):
    born = cradle.births()
    guardians = lake.read("mallila", TABLES[1]).filter(pl.col("child").is_in(born))
    for guardian in guardians["guardian"]:
        purposes.object_to(cradle.city, guardian, "newborn-visits", at=cities.now("mallila"))
    assert Offer.objects.filter(round=cradle.looks().id).count() == 0

    cradle.sleeps(hours=1)
    for guardian in guardians["guardian"]:
        purposes.withdraw_objection(cradle.city, guardian, "newborn-visits", at=cities.now("mallila"))
    row = cradle.looks()

    offered = Offer.objects.filter(round=row.id)
    assert offered.count() > 0
    assert {cause_of(offer)["change"] for offer in offered} == {"said"}


def test_a_look_that_was_stopped_goes_on_and_doubles_nothing(cradle, monkeypatch):
    from toimiva.capabilities.rounds import following

    born = cradle.births()
    with monkeypatch.context() as broken:
        broken.setattr(following, "offer_first", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            cradle.looks()

    row = cradle.looks()

    assert {offer.person for offer in Offer.objects.filter(round=row.id)} <= set(born)
    assert all(len(offers_to(person)) <= 1 for person in born)
    assert not any(row.service == "newborn" for row in rounds.follow_all(cradle.city, seed=1, simulated=False))


def test_a_round_by_command_lives_through_its_windows_with_simulated_families(cradle):
    cradle.births()

    row = rounds.run(cradle.service, seed=1)

    assert row.phase == "measured"
    assert row.summary["simulated"] is True
    assert row.summary["offered"] > 0
    assert not Offer.objects.filter(round=row.id, state="open").exists()


@pytest.mark.parametrize("phase, then", [("closed", "second_offered"), ("done", "measured")])
def test_a_round_that_was_stopped_between_two_steps_goes_on(cradle, phase, then):
    cradle.births()
    row = cradle.looks()
    row.phase = phase
    row.save()

    rounds.advance_live(turn=1)

    assert rounds.get_round(row.id).phase == then


def test_every_look_at_what_changed_is_in_the_ledger(cradle):
    cradle.births()
    row = cradle.looks()

    kinds = {entry["kind"] for entry in map(json.loads, _lines_of(row.id))}
    assert {"data.compared", "data.read"} <= kinds


def _lines_of(round_id: str) -> list[str]:
    from toimiva.core.ledger.models import Entry

    return [line for line in Entry.objects.values_list("line", flat=True) if round_id in line]


def test_the_worker_follows_a_service_that_an_official_has_started(cradle):
    cradle.births()

    rounds.advance_live(turn=0)

    newest = rounds.list_rounds("mallila")[0]
    assert newest.follows
    assert newest.figures["causes"] == {"new": newest.figures["cohort"]}


def test_the_worker_leaves_a_service_that_nobody_has_started_alone(town):
    rounds.advance_live(turn=0)

    assert rounds.list_rounds("mallila") == []
    assert ledger.about("mallila", kind="round.offered") == []
