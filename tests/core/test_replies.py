"""Replies as people write them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toimiva.core.channels.api import is_quiet, names_in, next_loud, recognise, sms_parts
from toimiva.core.city import api as cities

HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.mark.parametrize("text", ["K", "k", "Kyllä", "KYLLÄ KIITOS!", "kyllä kiitos", "joo", "Ok 👍", "👍", "Kylä", "otamme paikan", "Sopii hyvin", "ja", "JA tack", "Ja gärna", "yes", "Yes please", "y", "okay thanks", "Hyväksyn paikan", "kyllä kyllä"])  # fmt: skip
def test_yes(text):
    assert recognise(text) == "yes"


@pytest.mark.parametrize("text", ["E", "ei", "Ei kiitos", "EI", "ei käy", "Ei sovi meille", "emme ota paikkaa", "nej", "Nej tack", "tackar nej", "n", "no", "No thank you", "not ok", "👎", "kieltäydyn"])  # fmt: skip
def test_no(text):
    assert recognise(text) == "no"


@pytest.mark.parametrize("text", ["", "Mikä tämä on?", "kyllä vai ei", "kyllä ei", "ehkä", "kyllä, mutta haluamme toisen", "soittakaa", "Elsa", "?", "👍👎", "Kan vi ringa?", "😀", "ja nej", "asdf"])  # fmt: skip
def test_unclear_rather_than_guessed(text):
    assert recognise(text) == "unclear"


@given(st.text(max_size=80))
def test_any_text_has_a_meaning_and_none_crashes(text):
    assert recognise(text) in ("yes", "no", "unclear")


def test_a_child_is_named_with_or_without_an_ending():
    assert names_in("Elsalle kyllä, Eino ei", ["Elsa", "Eino", "Oona"]) == ["Elsa", "Eino"]


@pytest.mark.parametrize("text, parts", [("a" * 160, 1), ("a" * 161, 2), ("ä" * 160, 1), ("š" * 70, 1), ("š" * 71, 2), ("€" * 80, 1), ("€" * 81, 2), ("", 1)])  # fmt: skip
def test_parts_of_a_text_message(text, parts):
    assert sms_parts(text) == parts


@pytest.mark.parametrize(
    "moment, quiet",
    [("2027-01-11 20:59", False), ("2027-01-11 21:00", True), ("2027-01-12 07:59", True), ("2027-01-12 08:00", False), ("2027-01-06 12:00", True), ("2027-10-31 03:30", True)],
)  # fmt: skip
def test_quiet_hours_and_holidays(moment, quiet):
    city = cities.load("helsinki")
    at = datetime.fromisoformat(moment).replace(tzinfo=HELSINKI)

    assert is_quiet(city, at) is quiet
    assert not is_quiet(city, next_loud(city, at))


def test_the_night_the_clock_goes_back_ends_at_eight_as_any_other():
    city = cities.load("helsinki")
    night = datetime(2027, 10, 31, 3, 30, tzinfo=HELSINKI, fold=1)

    assert next_loud(city, night).astimezone(HELSINKI).isoformat() == "2027-10-31T08:00:00+02:00"
