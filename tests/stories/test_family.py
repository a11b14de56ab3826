"""The pre-school round as families and officials live it, in the small city."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from tests.parts.town import Town, register_of
from toimiva.capabilities.cases.models import Case
from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.decisions import wording
from toimiva.capabilities.decisions.models import Decision
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.offers.models import Offer, Recipient, Seat
from toimiva.capabilities.rounds import api as rounds
from toimiva.capabilities.services import folder, texts
from toimiva.core.channels import api as channels
from toimiva.core.channels.models import Message, Reply
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict
from toimiva.core.ledger import api as ledger
from toimiva.core.purposes import api as purposes
from toimiva.core.registers import api as registers


@pytest.fixture
def round_(town):
    return town.starts_a_round()


def reasons(family) -> set[str]:
    return set(Case.objects.filter(person=family.offer.person).values_list("reason", flat=True))


def seats_are_right(round_id: str) -> bool:
    for seat in Seat.objects.filter(round=round_id):
        holding = Offer.objects.filter(
            round=round_id, unit=seat.unit, group=seat.group, state__in=["open", "accepted"]
        ).count()
        if not holding <= seat.taken <= seat.capacity:
            return False
    return True


def test_a_family_says_yes_by_text_message_and_has_the_place_within_a_minute(town, round_, at):
    family = town.family(language="fi")
    assert "on saanut esikoulupaikan" in family.phone().last
    assert "KYLLÄ tai EI" in family.phone().last

    family.phone().replies("Kyllä kiitos!", at("2027-01-11 18:42:10"))

    assert family.offer.state == "accepted"
    assert family.decision.made_by == "rule"
    assert family.decision.at <= at("2027-01-11 18:43:10")
    assert "paikka on vahvistettu" in family.phone().last
    told = ledger.about(family.offer.person, kind="offer.answered")
    assert told[0]["actor"] == family.recipients[0].guardian
    assert town.ledger_holds()


def test_each_guardian_is_told_in_their_own_language(town, round_):
    languages = set()
    for row in Recipient.objects.exclude(phone=""):
        text = channels.texts_of(row.phone)[0].text
        word = {"fi": "esikoulupaikan", "sv": "förskoleplats", "en": "pre-school place"}[row.language]
        assert word in text
        languages.add(row.language)
    assert languages == {"fi", "sv", "en"}


def test_nothing_is_sent_to_a_family_under_non_disclosure_or_one_that_objects(town, round_):
    quiet = Case.objects.filter(reason__in=["non_disclosure", "objection", "foster_care"])
    assert quiet.filter(reason="non_disclosure").exists()
    for case in quiet:
        assert not Offer.objects.filter(person=case.person).exists()
        assert not Message.objects.filter(person=case.person).exists()


def test_a_no_frees_the_place_and_lets_the_family_choose(town, round_):
    family = town.family()
    seat = Seat.objects.get(round=round_.id, unit=family.offer.unit, group=family.offer.group)

    family.phone().replies("Ei")

    assert family.offer.state == "declined"
    assert Seat.objects.get(pk=seat.pk).taken == seat.taken - 1
    assert family.link.rstrip("/") in family.phone().last
    assert family.decision is None


def test_a_no_can_be_taken_back_while_the_window_is_open(town, round_):
    family = town.family()
    family.phone().replies("Ei")
    family.phone().replies("Sittenkin kyllä")

    assert family.offer.state == "accepted"
    assert family.decision is not None
    assert seats_are_right(round_.id)


def test_an_unclear_reply_is_asked_about_once_and_then_goes_to_staff(town, round_):
    family = town.family(language="fi")

    family.phone().replies("Mikä tämä on?")
    assert "Emme ymmärtäneet" in family.phone().last
    assert reasons(family) == set()
    family.phone().replies("???")

    assert reasons(family) == {"unclear_reply"}
    assert "virkailijalle" in family.phone().last
    assert family.offer.state == "open"


def test_the_same_answer_twice_is_one_answer(town, round_):
    family = town.family()
    family.phone().replies("kyllä")
    texts = len(family.phone().texts)
    family.phone().replies("kyllä")

    assert Decision.objects.filter(offer=family.offer_id).count() == 1
    assert len(family.phone().texts) == texts
    assert Reply.objects.order_by("-pk").first().outcome == "repeated"


def test_guardians_who_disagree_are_settled_by_a_person(town, round_):
    family = town.family(guardians=2)
    family.phone(0).replies("Kyllä")
    family.phone(1).replies("Ei")

    assert family.offer.state == "staff"
    assert reasons(family) == {"guardians_disagree"}
    assert seats_are_right(round_.id)


def test_a_changed_mind_after_the_decision_goes_to_staff_and_the_place_is_kept(town, round_):
    family = town.family()
    family.phone().replies("Kyllä")
    family.phone().replies("Ei")

    assert reasons(family) == {"changed_mind"}
    seat = Seat.objects.get(round=round_.id, unit=family.offer.unit, group=family.offer.group)
    assert seat.taken >= 1


def test_a_late_reply_is_told_so_and_a_person_looks_at_it(town, round_):
    family = town.family(language="fi")
    after = round_.closes + timedelta(hours=10)
    offers.close_due(town.service, round_.id, 1, at=after)
    family.phone().replies("Kyllä", after)

    assert family.offer.state == "no_reply"
    assert {"late_reply", "no_reply"} <= reasons(family)
    assert "Paikkaa ei ole viety teiltä" in family.phone().last


def test_a_reply_received_in_time_counts_though_it_is_read_late(town, round_):
    family = town.family()
    in_time = round_.closes - timedelta(minutes=1)
    channels.write_many([("slow", family.phone().number, "Kyllä", in_time)])

    town.lives_to(round_.closes + timedelta(hours=1))

    assert family.offer.state == "accepted"


def test_a_text_from_a_stranger_is_kept_and_answered_by_nobody(town, round_):
    channels.write_many([("stray", "+358999999999", "Kyllä", cities.now("mallila"))])
    town.lives_to(cities.now("mallila") + timedelta(minutes=1))

    stray = Reply.objects.get(address="+358999999999")
    assert stray.city == ""
    assert not Message.objects.filter(address="+358999999999").exists()


def test_a_phone_that_gets_nothing_is_followed_by_a_letter(town, home):
    town.round = rounds.start(town.service, seed=1, simulated=False)
    row = Recipient.objects.exclude(phone="").exclude(postal_address="").order_by("pk").first()
    channels.switch_off([row.phone])
    cities.set_to("mallila", town.round.opens)

    town.lives_to(town.round.opens)
    town.lives_to(town.round.opens + timedelta(minutes=1))

    letter = Message.objects.get(about=row.offer_id, person=row.guardian, channel="letter")
    assert letter.state in ("sent", "delivered")
    assert list((home / "letters").rglob("*.pdf"))


def test_a_reminder_comes_once_to_those_who_have_not_answered(town, round_):
    silent, answered = town.families()[:2]
    answered.phone().replies("K")
    for days in (7, 8, 9):
        town.lives_to(round_.opens + timedelta(days=days))

    assert Message.objects.filter(about=silent.offer_id, kind="reminder").count() == len(silent.recipients)
    assert not Message.objects.filter(about=answered.offer_id, kind="reminder").exists()


def test_an_objection_during_the_round_stops_the_offer_at_once(town):
    town.round = rounds.start(town.service, seed=1, simulated=False)  # in the outbox, nothing has left
    row = Offer.objects.order_by("pk").first()
    guardian = row.recipients.first().guardian

    purposes.object_to(town.city, guardian, "preschool-placement", at=cities.now("mallila"))
    town.lives_to(town.round.opens)

    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert set(Message.objects.filter(about=row.pk).values_list("state", flat=True)) == {"expired"}
    assert seats_are_right(town.round.id)


@pytest.mark.parametrize("change", [{"died": "2027-01-10"}, {"municipality": "049"}, {"non_disclosure": "true"}])
def test_what_the_register_learns_before_the_message_leaves_stops_it(town, change):
    town.round = rounds.start(town.service, seed=1, simulated=False)
    row = Offer.objects.order_by("pk").first()
    deliver_change(town, row.person, change)

    town.lives_to(town.round.opens)

    row.refresh_from_db()
    assert row.state == "staff"
    assert Case.objects.get(person=row.person).reason == "moved_or_died"
    assert not Message.objects.filter(about=row.pk, state="sent").exists()


def deliver_change(town: Town, person: str, change: dict) -> None:
    full = register_of(town.city).filter(pl.col("person") == person).drop("person")
    content = full.cast(pl.String).with_columns(**{key: pl.lit(value) for key, value in change.items()})
    registers.receive(
        town.city,
        "population.residents",
        "change.csv",
        content.write_csv().encode(),
        at=cities.now("mallila"),
        changes=True,
    )


def test_a_unit_that_loses_places_keeps_its_promises_and_staff_settle_the_rest(town, round_):
    family = town.family()
    unit, group = family.offer.unit, family.offer.group
    family.phone().replies("Kyllä")

    gone = offers.shrink(round_.id, unit, group, 0, at=cities.now("mallila"))

    assert family.offer.state == "accepted"
    assert all(Offer.objects.get(pk=pk).state == "staff" for pk in gone)
    assert Seat.objects.get(round=round_.id, unit=unit, group=group).capacity >= 1
    assert seats_are_right(round_.id)


def test_without_a_deployment_decision_nothing_is_decided_automatically(home, db):
    town = Town.create(signed=False)
    town.starts_a_round()
    family = town.family()
    family.phone().replies("Kyllä")

    assert family.offer.state == "accepted"
    assert family.decision is None
    assert reasons(family) == {"no_deployment_decision"}


def test_start_pressed_twice_is_one_round(town):
    first = rounds.start(town.service, seed=1, simulated=False)
    second = rounds.start(town.service, seed=1, simulated=False)

    assert first.id == second.id
    assert Offer.objects.count() == Offer.objects.values("person").distinct().count()
    with pytest.raises(Conflict, match="under way"):
        rounds.plan(town.service, seed=1, simulated=False)


def test_a_family_that_wished_for_another_place_is_offered_it_in_the_second_wave(town, round_):
    family = next(f for f in town.families() if f.offer.choices)
    family.phone().replies("Ei")
    wanted = family.offer.choices[0]["unit"]
    offers.wish_for(family.offer_id, [wanted], guardian=family.recipients[0].guardian, at=cities.now("mallila"))

    rounds.advance(town.service, [town.round], at=round_.closes + timedelta(minutes=2))

    second = Offer.objects.get(round=round_.id, person=family.offer.person, wave=2)
    assert second.unit == wanted
    assert rounds.get_round(round_.id).phase == "second_offered"


def test_a_whole_round_with_simulated_families_is_measured_explained_and_replayed(town, home):
    summary = rounds.run(town.service, seed=1).summary

    assert summary["simulated"] is True
    assert summary["offered"] == summary["accepted"] + summary["declined"] + summary["with_staff"] + summary["no_reply"]
    assert summary["justified_envy"] == summary["optimality_gap"] == 0
    assert summary["decisions"] == Decision.objects.count() > 25
    assert decisions.replay_round(summary["round"]).differing == ()
    assert town.ledger_holds()
    for language, word in (
        ("fi", "väestötietojärjestelmä, 4.1.2027"),
        ("fi", "Sääntö 1: on kuollut: ei; sääntö edellyttää: kyllä"),
        ("sv", "regeln kräver: < 6"),
        ("en", "Rule 2: age in the starting year: 6; the rule asks for: < 6"),
        ("sv", "befolkningsdatasystemet"),
        ("en", "date of birth"),
    ):
        assert word in decisions.explain(Decision.objects.order_by("number").first(), language)
    pdf = next((home / "documents").rglob("*.pdf")).read_bytes()
    assert pdf.startswith(b"%PDF")


def test_decisions_replay_though_a_newer_toimiva_asks_services_for_more_texts(town, round_, monkeypatch):
    family = town.family()
    family.phone().replies("Kyllä")
    decisions.render_waiting("mallila")
    monkeypatch.setitem(texts.TEXTS, "a_text_of_next_year", set())
    folder._archived.cache_clear()
    wording.archived.cache_clear()

    assert decisions.replay_round(round_.id).differing == ()
    assert "decided automatically" in decisions.explain(family.decision, "en")


@pytest.mark.parametrize("where", ["lake", "folder", "record", "answer", "document", "basis"])
def test_one_changed_byte_of_what_was_stored_fails_the_replay(town, home, where):
    rounds.run(town.service, seed=1)
    row = Decision.objects.order_by("number").first()
    change_one_byte(where, home, row)

    assert decisions.replay_round(row.round).differing


def change_one_byte(where: str, home, row: Decision) -> None:
    files = {
        "lake": lambda: next((home / "lake" / "mallila" / "population.guardianships").glob("*.parquet")),
        "folder": lambda: next((home / "services").rglob("parameters.yaml")),
        "document": lambda: next((home / "documents").rglob(f"{row.number.replace(' ', '-')}.pdf")),
    }
    if where in files:
        path = files[where]()
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif where == "record":
        Decision.objects.filter(pk=row.pk).update(record=row.record.replace("placement", "placemant", 1))
    elif where == "answer":
        Offer.objects.filter(pk=row.offer).update(answered=row.at + timedelta(seconds=1))
    else:
        offer = Offer.objects.get(pk=row.offer)
        Offer.objects.filter(pk=row.offer).update(basis=offer.basis.replace('"travel_m":', '"travel_m":1', 1))


def test_two_homes_give_the_same_round(home, db, settings, tmp_path):
    summaries = []
    for name in ("one", "two"):
        settings.HOME = tmp_path / name
        settings.HOME.mkdir()
        reset()
        summary = rounds.run(Town.create().service, seed=1).summary
        summaries.append({k: v for k, v in summary.items() if k not in ("seconds", "reply_to_confirmation_s")})
    assert summaries[0] == summaries[1]


def reset() -> None:
    from django.apps import apps

    for model in apps.get_models():
        if model.__module__.startswith("toimiva."):
            model.objects.all().delete()


def test_a_service_that_grants_decides_at_once_and_may_be_refused(town):
    from toimiva.capabilities.services import api as services

    granted = services.get_service(town.city, "preschool-granted")
    decisions.sign(granted, official="Maija Malli", role="Head", at=cities.now("mallila"))
    town.service = granted
    town.round = rounds.start(granted, seed=1, simulated=False)
    cities.set_to("mallila", town.round.opens)
    town.lives_to(town.round.opens)

    row = Offer.objects.filter(round=town.round.id).order_by("pk").first()
    told = row.recipients.exclude(phone="").first()
    assert Decision.objects.filter(offer=row.pk).exists()
    assert channels.texts_of(told.phone)[-1].from_city
    channels.write_many([("refuse", told.phone, "nej" if told.language == "sv" else "ei", cities.now("mallila"))])
    town.lives_to(cities.now("mallila") + timedelta(minutes=1))
    row.refresh_from_db()
    assert row.state == "staff"
