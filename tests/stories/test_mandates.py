"""Acting for another by a mandate: given, used, told, and ended at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from tests.stories.conftest import code_of, signs_in
from toimiva.capabilities.profile import api as profile
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, NotAllowed, NotFound
from toimiva.core.lake import api as lake
from toimiva.core.ledger import api as ledger


def gives(town, giver: str, holder: str, **changed):
    at = cities.now("mallila")
    terms = {"label": "isoäiti", "may": "answer", "starts": at.date(), "ends": at.date() + timedelta(days=30), "at": at}
    return profile.give_mandate(town.city, giver, code_of(holder), **(terms | changed))


def test_a_grandmother_answers_for_a_parent_and_the_ledger_tells_both(live, page):
    town, url = live
    family, other = town.families(language="fi", guardians=1)[:2]
    parent, helper = family.guardian, other.guardian
    signs_in(page, url, code_of(parent), then="/my/mandates/")
    page.fill("#id_identity_code", code_of(helper).lower())
    page.fill("#id_label", "isoäiti")
    page.check("input[value=answer]")
    page.click("text=Anna valtuutus")
    page.wait_for_selector(".notice.done")

    page.context.clear_cookies()
    signs_in(page, url, code_of(helper))
    page.click("main ul a[href^='/my/for/']")
    assert "Toimit toisen puolesta" in page.inner_text("h1")
    page.click(f"button:text-is('Ota vastaan: {family.offer.child_name}')")
    page.wait_for_selector(".notice.done")

    assert family.offer.state == "accepted"
    entry = ledger.about(family.offer.person, kind="offer.answered")[-1]
    assert (entry["actor"], entry["body"]["for"]) == (helper, parent)
    page.context.clear_cookies()
    signs_in(page, url, code_of(parent), then="/my/uses/")
    assert "isoäiti" in page.inner_text("main")


def test_a_mandate_to_see_does_not_answer_and_an_ended_one_opens_nothing(live, page):
    town, url = live
    family, other = town.families(language="fi", guardians=1)[:2]
    row = gives(town, family.guardian, other.guardian, may="see")
    signs_in(page, url, code_of(other.guardian), then=f"/my/for/{family.guardian}/")
    assert page.locator("main button[name=answer]").count() == 0

    profile.withdraw_mandate(town.city, row.pk, family.guardian, at=cities.now("mallila"))
    assert page.goto(f"{url}/my/for/{family.guardian}/").status == 404
    assert family.offer.state == "open"


def test_a_mandate_ends_on_its_day_and_with_its_givers_life(town):
    giver, holder = (row for row in _adults().head(2))
    gives(town, giver, holder)
    at = cities.now("mallila")
    held = profile.mandates_held(town.city, holder, at=at)
    assert [row.giver for row, _name in held] == [giver]
    assert profile.mandates_held(town.city, holder, at=at + timedelta(days=31)) == []

    residents = lake.read("mallila", "population.residents")
    dead = residents.with_columns(died=pl.when(pl.col("person") == giver).then(date(2027, 1, 1)).otherwise("died"))
    lake.write("mallila", "population.residents", dead, key=["person"])
    assert profile.mandates_held(town.city, holder, at=at) == []


def _adults() -> pl.Series:
    rows = lake.read("mallila", "population.residents")
    return rows.filter(pl.col("died").is_null(), pl.col("born") < date(1990, 1, 1)).sort("person")["person"]


@pytest.mark.parametrize(
    "changed", [{"may": "own"}, {"ends": date(2020, 1, 1)}, {"ends": date(2040, 1, 1)}, {"starts": date(2030, 1, 1)}]
)
def test_what_cannot_be_given_is_refused(town, changed):
    giver, holder = _adults().head(2)
    with pytest.raises(Conflict, match="an end within five years"):
        gives(town, giver, holder, **changed)


def test_nobody_learns_from_a_mandate_whether_a_code_is_in_the_register(town):
    giver = _adults()[0]
    at: datetime = cities.now("mallila")
    terms = {"label": "x", "may": "see", "starts": at.date(), "ends": at.date(), "at": at}
    row = profile.give_mandate(town.city, giver, "010101-123N", **terms)
    assert row.pk
    with pytest.raises(Conflict, match="not another person's"):
        profile.give_mandate(town.city, giver, code_of(giver), **terms)
    with pytest.raises(Conflict, match="not another person's"):
        profile.give_mandate(town.city, giver, "010101-1234", **terms)


def test_a_minor_gives_no_mandate_and_nobody_ends_anothers(town):
    residents = lake.read("mallila", "population.residents").sort("born")
    minor, (giver, holder) = residents["person"][-1], _adults().head(2)
    with pytest.raises(NotAllowed, match="Only an adult"):
        gives(town, minor, holder)
    row = gives(town, giver, holder)
    with pytest.raises(NotFound):
        profile.withdraw_mandate(town.city, row.pk, minor, at=cities.now("mallila"))
    profile.withdraw_mandate(town.city, row.pk, holder, at=cities.now("mallila"))
