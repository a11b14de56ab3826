"""A service designer changes an age limit in a draft, sees who is affected, and another official publishes it."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.design import api as design
from toimiva.capabilities.services import api as services
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, Invalid, NotAllowed, NotFound
from toimiva.core.ledger import api as ledger

pytestmark = pytest.mark.django_db
YEAR_YOUNGER = {"value": "5", "since": date(2027, 1, 1), "source": "A proposal to the board"}


@pytest.fixture
def draft(town, at):
    service = services.get_service(town.city, "preschool")
    return design.open_draft(service, author="Maija", at=at("2027-01-05 09:00"))


def effect(draft, at):
    return design.effect_of(draft, on=date(2027, 1, 5), official="Maija", at=at("2027-01-05 09:00"))


def looked() -> int:
    return ledger.tally("mallila", since=date(2027, 1, 1)).totals.get("data.read", 0)


def change_texts(draft, **texts):
    for key, text in texts.items():
        for language in ("fi", "sv", "en"):
            design.change_text(draft, language, key, text, author="Maija")


def published(draft, at, reviewer="Olli"):
    return design.publish(draft, reviewer=reviewer, at=at("2027-01-06 09:00"))


def test_a_draft_without_changes_changes_nothing_for_anyone(draft, at):
    found = effect(draft, at)
    assert (found.changed, found.gains, found.loses) == (0, 0, 0)
    assert found.cohort > 20


def test_an_age_limit_a_year_lower_takes_from_some_and_gives_to_others(draft, at, town):
    design.change_parameter(draft, "preschool_age", author="Maija", **YEAR_YOUNGER)
    looks = looked()

    found = effect(draft, at)

    assert found.gains > 0
    assert found.loses > 0
    moves = {(before, after) for before, after, _ in found.moves}
    assert {("not_eligible", "offer"), ("offer", "not_eligible")} <= moves
    assert all(n is None or n == 0 or n >= 5 for rows in found.groups.values() for _, *counts in rows for n in counts)
    assert looked() == looks + 1
    assert effect(draft, at) == found


def test_nobody_lives_by_a_draft(draft, at, town):
    before = services.get_service(town.city, "preschool")
    design.change_parameter(draft, "preschool_age", author="Maija", **YEAR_YOUNGER)

    after = services.get_service(town.city, "preschool")
    assert (after.digest, decisions.is_deployed(after)) == (before.digest, True)


def test_a_parameter_gets_a_new_day_and_keeps_its_old_values_and_comments(draft):
    design.change_parameter(draft, "preschool_age", author="Maija", **YEAR_YOUNGER)
    design.change_parameter(draft, "preschool_age", author="Maija", **YEAR_YOUNGER | {"value": "7"})

    text = (draft.folder / "parameters.yaml").read_text()
    values = design.drafted(draft).parameters["preschool_age"].values
    assert {day: dated.value for day, dated in values.items()} == {date(2015, 8, 1): 6, date(2027, 1, 1): 7}
    assert text.startswith("# Every value has the date")
    assert len(draft.changes) == 2


@pytest.mark.parametrize(
    "name, change, says",
    [
        ("pre_school_age", {}, "no parameter"),
        ("preschool_age", {"value": "{a: 'b"}, "is not a value"),
    ],
)
def test_a_wrong_parameter_leaves_the_draft_as_it_was(draft, name, change, says):
    before = (draft.folder / "parameters.yaml").read_text()

    with pytest.raises(Invalid, match=says):
        design.change_parameter(draft, name, author="Maija", **YEAR_YOUNGER | change)

    assert (draft.folder / "parameters.yaml").read_text() == before
    assert draft.changes == []


def test_a_text_with_a_placeholder_that_has_no_value_is_refused(draft):
    with pytest.raises(Invalid, match=r"no value for \{diagnosis\}"):
        design.change_text(draft, "fi", "offer_sms", "Hei {child}, {diagnosis}", author="Maija")

    design.change_text(draft, "fi", "offer_sms", "Hei {child}! {link}", author="Maija")
    assert design.drafted(draft).texts["fi"]["offer_sms"] == "Hei {child}! {link}"


def test_a_model_that_is_not_dmn_is_refused_with_its_line(draft):
    with pytest.raises(Invalid, match=r"decision\.dmn:\d+"):
        design.change_model(draft, b"<definitions><decision></definitions>", author="Maija")
    assert design.drafted(draft).model.decisions


def test_a_language_is_no_way_out_of_the_draft(draft):
    with pytest.raises(NotFound, match="no texts in"):
        design.change_text(draft, "../parameters", "offer_sms", "x", author="Maija")


def test_a_model_in_another_encoding_is_refused_as_it_is(draft):
    with pytest.raises(Invalid, match="not UTF-8"):
        design.change_model(draft, "<definitions name='Päätös'/>".encode("latin-1"), author="Maija")


def test_nobody_publishes_what_they_wrote_themselves(draft, at):
    with pytest.raises(NotAllowed, match="second pair of eyes"):
        published(draft, at, reviewer="Maija")


def test_a_draft_whose_examples_fail_is_not_published(draft, at):
    design.change_parameter(draft, "preschool_age", author="Maija", **YEAR_YOUNGER)

    with pytest.raises(Invalid, match="expects"):
        published(draft, at)


def test_what_is_published_hides_the_folder_and_must_be_signed_off_anew(draft, at, town):
    change_texts(draft, offer_subject="{child}!")
    service = published(draft, at)

    assert services.get_service(town.city, "preschool").digest == service.digest
    assert service.texts["sv"]["offer_subject"] == "{child}!"
    assert not decisions.is_deployed(service)
    told = ledger.about("preschool", kind="service.published")[-1]
    assert (told["actor"], told["body"]["author"]) == ("Olli", "Maija")


def test_a_second_change_starts_from_what_was_published(draft, at, town):
    change_texts(draft, offer_subject="{child}!")
    published(draft, at)
    again = design.open_draft(services.get_service(town.city, "preschool"), author="Olli", at=at("2027-01-07 09:00"))
    change_texts(again, offer_subject="{child}?")

    assert published(again, at, reviewer="Maija").texts["en"]["offer_subject"] == "{child}?"


def test_a_closed_draft_takes_no_more_changes_and_one_is_open_at_a_time(draft, at, town):
    service = services.get_service(town.city, "preschool")
    assert design.open_draft(service, author="Olli", at=at("2027-01-05 10:00")).pk == draft.pk
    design.drop(draft, official="Maija", at=at("2027-01-05 11:00"))

    with pytest.raises(Conflict, match="dropped"):
        change_texts(draft, offer_subject="x")
    with pytest.raises(Conflict, match="dropped"):
        published(draft, at)
    assert design.open_drafts("mallila") == {}


def test_a_service_that_changed_meanwhile_refuses_older_drafts(draft, at, town):
    change_texts(draft, offer_subject="{child}!")
    folder = cities.published("mallila") / "services" / "preschool"
    folder.parent.mkdir(parents=True)
    shutil.copytree(draft.folder, folder)
    (folder / "notes.txt").write_text("changed by hand")

    with pytest.raises(Conflict, match="has changed since"):
        published(draft, at)


def test_a_value_of_another_kind_than_the_rules_are_written_for_is_refused(draft):
    with pytest.raises(Invalid, match="one kind of value to another"):
        design.change_parameter(draft, "preschool_age", "six", since=date(2027, 1, 1), source="x", author="Maija")
    assert design.get_draft(draft.pk).changes == []
