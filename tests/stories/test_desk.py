"""The official's desk: cases taken, handed over and decided with grounds; what is decided replays."""

from __future__ import annotations

import pytest

from tests.stories.test_family import seats_are_right
from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.cases.models import Case
from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.decisions.models import Decision
from toimiva.capabilities.desk import api as desk
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.offers.models import Offer, Seat
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, NotFound
from toimiva.core.ledger import api as ledger

OFFICIAL = "Olli Ohje"


@pytest.fixture
def round_(town):
    return town.starts_a_round()


def settle(family, *, give, grounds="Agreed with both guardians by telephone."):
    at = cities.now("mallila")
    return decisions.decide_by_official(family.offer_id, give=give, official=OFFICIAL, grounds=grounds, at=at)


def disagreeing(town):
    """A family in which one guardian says no and the other yes; the place is held for an official to decide."""
    family = town.family(guardians=2)
    family.phone(0).replies("Ei")
    family.phone(1).replies("Kyllä")
    assert family.offer.state == "staff"
    return family


def test_an_official_gives_the_place_and_the_family_gets_a_decision_with_the_grounds(town, round_):
    family = disagreeing(town)

    number = settle(family, give=True)
    town.lives_to(cities.now("mallila"))

    decision = Decision.objects.get(offer=family.offer_id)
    assert (decision.number, decision.made_by) == (number, OFFICIAL)
    assert "Agreed with both guardians" in decisions.explain(decision, "en")
    assert (
        "paikka on vahvistettu" in family.phone(0).last
        or "confirmed" in family.phone(0).last
        or "bekräftad" in family.phone(0).last
    )
    assert (family.offer.state, family.offer.holds) == ("accepted", True)
    assert seats_are_right(round_.id)
    assert town.ledger_holds()


def test_an_officials_decision_replays_to_the_same_bytes_and_a_changed_ground_is_found(town, round_):
    family = disagreeing(town)
    settle(family, give=True)
    row = Decision.objects.get(offer=family.offer_id)
    decisions.render_waiting("mallila")
    row.refresh_from_db()

    assert decisions.replay([row]).differing == ()
    Decision.objects.filter(pk=row.pk).update(grounds="Other grounds")
    assert decisions.replay([Decision.objects.get(pk=row.pk)]).differing


def test_giving_up_a_place_that_was_decided_annuls_the_decision_and_giving_it_again_reinstates_it(town, round_):
    family = town.family()
    family.phone().replies("Kyllä")
    family.phone().replies("Ei")
    decisions.render_waiting("mallila")

    settle(family, give=False, grounds="The family moved its plans.")

    made = Decision.objects.get(offer=family.offer_id)
    assert (made.annulled_by, made.annulled_why) == (OFFICIAL, "The family moved its plans.")
    assert f"by {OFFICIAL}: The family moved its plans." in decisions.explain(made, "en")
    assert [e["actor"] for e in ledger.about(made.person, kind="decision.annulled")] == [OFFICIAL]
    assert decisions.replay([made]).differing == ()

    settle(family, give=True, grounds="They want it after all.")

    made.refresh_from_db()
    assert made.annulled is None
    assert "Annulled" not in decisions.explain(made, "en")
    assert len(ledger.about(made.person, kind="decision.reinstated")) == 1
    assert town.ledger_holds()


def test_two_guardians_who_both_decline_give_up_one_place(town, round_):
    family = town.family(guardians=2)
    seats = Seat.objects.filter(round=round_.id, unit=family.offer.unit, group=family.offer.group)
    before = seats.get().taken

    family.phone(0).replies("Ei")
    family.phone(1).replies("Ei")

    assert (family.offer.state, family.offer.holds) == ("declined", False)
    assert seats.get().taken == before - 1
    family.phone(0).replies("Kyllä")
    assert seats_are_right(round_.id)


def test_a_place_given_up_is_free_for_another_child(town, round_):
    family = disagreeing(town)
    seat = Seat.objects.get(round=round_.id, unit=family.offer.unit, group=family.offer.group)

    assert settle(family, give=False) is None

    assert (family.offer.state, family.offer.holds) == ("declined", False)
    assert Seat.objects.get(pk=seat.pk).taken == seat.taken - 1  # it was held while the official decided
    assert seats_are_right(round_.id)


def test_a_place_that_somebody_else_has_is_not_given_twice(town, round_):
    family = town.family(guardians=1)
    family.phone().replies("Ei")
    Seat.objects.filter(round=round_.id, unit=family.offer.unit, group=family.offer.group).update(capacity=0, taken=0)

    with pytest.raises(Conflict, match="No place is left"):
        settle(family, give=True)
    assert family.offer.state == "declined"


def test_what_is_settled_is_not_settled_again(town, round_):
    family = disagreeing(town)
    settle(family, give=True)

    with pytest.raises(Conflict, match="nothing for an official to settle"):
        settle(family, give=False)


def test_an_acceptance_before_the_rules_were_signed_is_decided_by_an_official(home, db):
    from tests.parts.town import Town

    town = Town.create(signed=False)
    town.starts_a_round()
    family = town.family()
    family.phone().replies("Kyllä")
    assert family.decision is None

    assert settle(family, give=True).startswith("MAL")
    assert family.decision.made_by == OFFICIAL


def test_a_case_is_taken_handed_over_noted_and_found(town, round_, at):
    case = Case.objects.order_by("pk").first()
    when = at("2027-01-12 10:00")
    cases.assign(case.pk, to=OFFICIAL, official=OFFICIAL, at=when)
    cases.note(case.pk, "Called, no answer.", official=OFFICIAL, at=when)
    cases.assign(case.pk, to="Siiri", official=OFFICIAL, at=when)

    assert [row.pk for row in cases.list_cases("mallila", assigned="Siiri")] == [case.pk]
    assert [row.pk for row in cases.list_cases("mallila", search=str(case.pk))] == [case.pk]
    assert case.pk in [row.pk for row in cases.list_cases("mallila", search=case.person[:6])]
    assert cases.list_cases("mallila", search="nothing like it") == []
    kinds = [entry["kind"] for entry in ledger.about(case.person)]
    assert kinds[-3:] == ["case.assigned", "case.noted", "case.assigned"]


@pytest.mark.django_db(transaction=True)
def test_a_note_is_written_outside_any_other_transaction(home, at):
    from tests.parts.town import Town

    Town.create().starts_a_round()
    case = Case.objects.order_by("pk").first()
    cases.note(case.pk, "Called.", official=OFFICIAL, at=at("2027-01-12 10:00"))
    digest = ledger.about(case.person)[-1]["body"]["note"]
    assert cases.notes_about("mallila", [case.person])[digest] == "Called."
    assert "Called." not in str(ledger.about(case.person))  # the ledger proves the text and tells none of it


def test_an_offer_that_is_not_there_is_told_so(town, round_):
    with pytest.raises(NotFound, match="no offer"):
        decisions.decide_by_official("", give=True, official=OFFICIAL, grounds="x", at=cities.now("mallila"))


def test_a_closed_case_takes_no_more(town, round_, at):
    case = Case.objects.order_by("pk").first()
    cases.close_case(case.pk, official=OFFICIAL, outcome="nothing_to_do", note="x", at=at("2027-01-12 10:00"))

    for act in (
        lambda: cases.assign(case.pk, to="Siiri", official=OFFICIAL, at=at("2027-01-12 10:01")),
        lambda: cases.note(case.pk, "x", official=OFFICIAL, at=at("2027-01-12 10:01")),
    ):
        with pytest.raises(Conflict, match="was closed by Olli Ohje"):
            act()


def test_a_look_at_a_case_without_an_offer_names_the_case_in_the_ledger(town, round_, at):
    case = Case.objects.filter(reason="need_for_support").first() or Case.objects.filter(about="").first()

    known = desk.known_of(case, language="en")
    assert (known.name, known.offer) == (case.person, None)
    assert known.explained.facts
    assert known.explained.law

    name = desk.name_of(case, official=OFFICIAL, at=at("2027-01-12 10:00"))

    assert " " in name
    told = [entry for entry in ledger.about(case.person, kind="data.read") if entry["actor"] == OFFICIAL]
    assert told[-1]["body"]["reason"] == f"case {case.pk}"


def test_every_reason_for_a_case_has_its_next_step(town, round_):
    from toimiva.capabilities.desk.wording import NEXT_STEPS
    from toimiva.capabilities.services.folder import STAFF_REASONS

    assert NEXT_STEPS.keys() >= STAFF_REASONS
    assert set(Case.objects.values_list("reason", flat=True)) <= NEXT_STEPS.keys()
    assert Offer.objects.exists()
    assert offers.offers_of(round_.id)
