"""A register is wrong: a resident asks for a correction, an official follows it up, and the answer is seen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.stories.conftest import code_of, signs_in
from tests.stories.test_access import official_who_is
from toimiva.capabilities.profile import api as profile
from toimiva.capabilities.profile.models import Correction
from toimiva.core.channels import api as channels
from toimiva.core.channels.models import Message
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, NotFound
from toimiva.core.lake import api as lake
from toimiva.core.retention import api as retention

TABLE = "population.residents.identities"


def asks(town, person: str, field: str = "given_name", wanted: str = "Aino-Maija") -> Correction:
    at = cities.now("mallila")
    return profile.ask_correction(town.city, person, TABLE, field, was="Aino", wanted=wanted, by=person, at=at)


def test_a_parent_asks_the_owner_is_passed_it_and_the_answer_comes_back(live, page, settings):
    town, url = live
    family = town.family(language="fi", guardians=1)
    signs_in(page, url, code_of(family.guardian), then="/my/data/")
    page.click("summary >> nth=0")
    page.select_option("select[name=field] >> nth=0", value=f"{TABLE}:identity_code")
    page.fill("textarea >> nth=0", "Tunnus on vaihtunut.")
    page.click("button:text-is('Pyydä oikaisua') >> nth=0")
    page.wait_for_selector(".notice.done")
    assert "odottaa virkailijaa" in page.inner_text("main")

    settings.OPEN_STAFF_PAGES = True
    page.context.clear_cookies()
    page.goto(f"{url}/desk/corrections/")
    page.click("main tbody a")
    assert "Tunnus on vaihtunut." in page.inner_text("main")
    page.check("input[value=refused]")
    page.click("main form button")
    assert "reason" in page.inner_text("main") or "syy" in page.inner_text("main")  # a refusal says why
    page.check("input[value=mended]")
    page.fill("textarea", "Uusi tunnus on nyt väestötietojärjestelmässä.")
    page.click("main form button")
    page.wait_for_selector(".notice.done")

    signs_in(page, url, code_of(family.guardian), then="/my/data/")
    assert "Uusi tunnus on nyt väestötietojärjestelmässä." in page.inner_text("main")
    told = Message.objects.get(kind="correction", person=family.guardian)
    assert "oikaisupyyntöösi on vastattu" in told.text
    assert "tunnus" not in told.text


def test_only_what_one_sees_can_be_corrected_and_only_once_at_a_time(town):
    person = lake.read("mallila", "population.residents")["person"][0]
    asks(town, person)

    with pytest.raises(Conflict, match="already"):
        asks(town, person)
    for table, field in ((TABLE, "salary"), ("nothing.here", "given_name"), ("population.residents", "x")):
        with pytest.raises(NotFound):
            profile.ask_correction(
                town.city, person, table, field, was="", wanted="x", by=person, at=cities.now("mallila")
            )


def test_a_request_is_due_in_a_month_and_stays_on_the_list_until_it_is_answered(town):
    person = lake.read("mallila", "population.residents")["person"][0]
    row = asks(town, person)
    at = cities.now("mallila")
    assert row.due == row.asked + timedelta(days=30)

    profile.answer_correction(row.pk, "passed", text="", official="Maija Malli", at=at)
    assert [one.pk for one in profile.corrections_under_way("mallila")] == [row.pk]
    profile.answer_correction(row.pk, "mended", text="Tehty.", official="Maija Malli", at=at)
    assert profile.corrections_under_way("mallila") == []
    with pytest.raises(Conflict):
        profile.answer_correction(row.pk, "refused", text="x", official="Maija Malli", at=at)


def test_an_officials_own_request_is_handled_by_somebody_else(live):
    town, _url = live
    person = lake.read("mallila", "population.residents")["person"][0]
    row = asks(town, person)
    client = official_who_is(person, roles=("corrections", "review"))

    refused = client.get(f"/desk/corrections/{row.pk}/")

    assert refused.status_code == 403
    assert "Request for a correction" in client.get("/desk/refused/").content.decode()


def test_an_erasure_waits_for_the_answer_and_then_takes_the_words(town):
    person = lake.read("mallila", "population.residents")["person"][0]
    row = asks(town, person, wanted="a word of one's own")
    at = cities.now("mallila")
    with pytest.raises(Conflict, match="cannot be erased yet"):
        retention.erase(town.city, person, actor=person, at=at)

    profile.answer_correction(row.pk, "mended", text="Done.", official="Maija Malli", at=at)
    channels.send_due(town.city, at=channels.next_loud(town.city, at))
    retention.erase(town.city, person, actor=person, at=at)

    row.refresh_from_db()
    assert (row.was, row.wanted, row.answer) == ("", "", "")
