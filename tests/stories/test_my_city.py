"""A parent's own pages: what waits, what the city has, who looked, and a word that holds at once."""

from __future__ import annotations

import json
import time
import zipfile
from datetime import date, datetime, timedelta

import jsonschema
import polars as pl
import pytest

from tests.stories.conftest import code_of, signs_in
from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.offers.models import Offer
from toimiva.capabilities.profile import api as profile
from toimiva.core.channels.models import Message
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, NotFound
from toimiva.core.lake import api as lake
from toimiva.core.ledger import api as ledger
from toimiva.core.purposes import api as purposes


def test_a_parent_signs_in_sees_what_waits_and_accepts_it(live, page):
    town, url = live
    family = town.family(language="fi")
    signs_in(page, url, code_of(family.recipients[0].guardian))
    assert "Odottaa vastaustasi" in page.inner_text("main")

    page.click(f"text=Katso ja vastaa: Esiopetuspaikka, {family.offer.child_name}")
    page.click("text=Ota paikka vastaan")
    page.goto(f"{url}/my/")

    assert family.offer.state == "accepted"
    assert "Hoidettu" in page.inner_text("main")


def test_a_parent_sees_what_the_city_has_and_who_looked(live, page):
    town, url = live
    family = town.family(language="fi")
    guardian = family.recipients[0].guardian
    signs_in(page, url, code_of(guardian))

    page.click("text=Mitä kaupungilla on sinusta")
    assert code_of(guardian) in page.inner_text("main")
    page.goto(f"{url}/my/")
    page.click(f"main >> text={family.offer.child_name}")
    page.goto(f"{url}/my/data/{family.offer.person}/")
    assert "varhaiskasvatuksen asiakasrekisteri" in page.inner_text("main")
    page.goto(f"{url}/my/uses/")

    told = page.inner_text("main")
    assert "sinä itse" in told
    assert "palvelun säännöt" in told
    assert "Esiopetuspaikan järjestäminen" in told


def test_an_objection_stops_an_offer_under_way_within_a_second(live, page):
    town, url = live
    family = town.family(language="fi")
    signs_in(page, url, code_of(family.recipients[0].guardian), then="/my/purposes/")
    page.click("text=Esiopetuspaikan järjestäminen")
    assert "väestötietojärjestelmä" in page.inner_text("main").lower()

    pressed = time.perf_counter()
    page.click("button:text-is('Vastusta')")
    page.wait_for_selector(".notice.done")
    took = time.perf_counter() - pressed

    assert family.offer.state == "withdrawn"
    assert purposes.objects(town.city, [family.recipients[0].guardian], "preschool-placement")
    waiting = Message.objects.filter(about=family.offer_id, state="queued", kind__in=["offer", "reminder"])
    assert not waiting.exists()
    print(f"an objection held {took:.2f} s after the press")

    page.click("text=Peru vastustus")
    page.wait_for_selector(".notice.done")
    assert not purposes.objects(town.city, [family.recipients[0].guardian], "preschool-placement")
    assert "vastustit" in page.inner_text("main")


def test_what_one_has_said_has_a_receipt_from_the_next_day_on(live, page):
    town, url = live
    mine, other = (family.recipients[0].guardian for family in town.families()[:2])
    now = cities.now("mallila")
    for person in (mine, other):
        purposes.object_to(town.city, person, "preschool-placement", at=now)
    said, others = (purposes.said(town.city, person, "preschool-placement")[0].entry for person in (mine, other))
    ledger.close_days(now.date() + timedelta(days=1))
    signs_in(page, url, code_of(mine))

    with page.expect_download() as waited:
        page.evaluate(f"location.href = '/my/receipts/{said}/'")
    assert ledger.check_receipt(json.loads(waited.value.path().read_text()))
    assert page.goto(f"{url}/my/receipts/{others}/").status == 404


def test_a_consent_holds_for_the_text_that_was_read_and_is_asked_again_when_it_changes(town, settings, tmp_path):
    resident = lake.read("mallila", "population.residents").filter(pl.col("died").is_null())["person"][0]
    at = cities.now("mallila")
    proof = "residence-proof"
    assert rows_for(town.city, proof) == 0

    purposes.consent(town.city, resident, proof, version=purposes.purpose(town.city, proof).version, at=at)
    assert rows_for(town.city, proof) == 1

    folder = cities.published("mallila") / "purposes"
    folder.mkdir(parents=True)
    text = town.city.find(f"purposes/{proof}.toml").read_text()
    (folder / f"{proof}.toml").write_text(text.replace("birthday", "birthday and age"))
    assert not purposes.consents(town.city, resident, proof)
    assert rows_for(town.city, proof) == 0
    assert [said.kind for said in purposes.said(town.city, resident, proof)] == ["consented", "consent_lapsed"]
    with pytest.raises(Conflict, match="changed since you read it"):
        purposes.consent(town.city, resident, proof, version="0" * 16, at=at)


def rows_for(city: cities.City, purpose: str) -> int:
    with purposes.open_gate(city, purpose, actor="test", reason="test") as gate:
        return gate.query('FROM "population.residents"').height


def test_who_is_under_fifteen_leaves_it_to_their_guardians(live, page):
    town, url = live
    today = cities.now("mallila").date()
    born = lake.read("mallila", "population.residents").filter(pl.col("died").is_null()).sort("born")
    ages = {years: _born_in(born, today.year - years) for years in (13, 17)}

    signs_in(page, url, code_of(ages[13]), then="/my/purposes/preschool-placement/")
    page.click("button:text-is('Vastusta')")
    assert "15" in page.inner_text("main")
    assert not purposes.objects(town.city, [ages[13]], "preschool-placement")

    page.context.clear_cookies()
    signs_in(page, url, code_of(ages[17]), then="/my/purposes/preschool-placement/")
    page.click("button:text-is('Vastusta')")
    page.wait_for_selector(".notice.done")
    assert purposes.objects(town.city, [ages[17]], "preschool-placement")


def _born_in(residents: pl.DataFrame, year: int) -> str:
    """Somebody born in a year."""
    return residents.filter(pl.col("born").dt.year() == year)["person"][0]


def test_custody_ends_with_the_eighteenth_birthday_overnight(town):
    guardianships = lake.read("mallila", "population.guardianships")
    residents = lake.read("mallila", "population.residents")
    oldest = residents.join(guardianships, left_on="person", right_on="child").sort("born", descending=False)
    child, guardian, born = oldest.select("person", "guardian", "born").row(0)
    of_age = _birthday(born, 18)

    cities.set_to("mallila", datetime.combine(of_age, datetime.min.time(), town.city.zone) - timedelta(minutes=1))
    assert child in [one.person for one in profile.children_of(town.city, guardian)]
    cities.set_to("mallila", datetime.combine(of_age, datetime.min.time(), town.city.zone) + timedelta(minutes=1))
    assert child not in [one.person for one in profile.children_of(town.city, guardian)]


def _birthday(born: date, years: int) -> date:
    return (born.replace(day=28) if (born.month, born.day) == (2, 29) else born).replace(year=born.year + years)


def test_a_parent_takes_everything_along_as_one_file(live, page):
    town, url = live
    family = town.family(language="fi")
    family.phone().replies("Kyllä")
    decisions.render_waiting("mallila")
    guardian = family.recipients[0].guardian
    signs_in(page, url, code_of(guardian))

    with page.expect_download() as waited:
        page.click("text=Kaikki yhtenä tiedostona")
    packed = zipfile.ZipFile(waited.value.path())

    data = json.loads(packed.read("data.json"))
    jsonschema.validate(data, json.loads(packed.read("schema.json")))
    assert code_of(guardian) in json.dumps(data["entries"])
    assert family.offer.child_name in [child["name"] for child in data["children"]]
    decision = data["offers"][0]["decision"]
    assert packed.read(decision).startswith(b"%PDF")
    assert code_of(guardian) in packed.read("index.html").decode()
    other = town.family()
    assert code_of(other.offer.person) not in "".join(packed.read(n).decode("latin1") for n in packed.namelist())


def test_nobody_sees_another_familys_child(live, page):
    town, url = live
    family, other = town.families()[:2]
    signs_in(page, url, code_of(family.recipients[0].guardian))

    answer = page.goto(f"{url}/my/data/{other.offer.person}/")

    assert answer.status == 404
    assert other.offer.child_name not in page.inner_text("main")
    with pytest.raises(NotFound):
        profile.child_of(town.city, family.recipients[0].guardian, other.offer.person)


def test_a_signed_in_resident_is_no_official(live, page):
    town, url = live
    signs_in(page, url, code_of(town.family().recipients[0].guardian))

    assert page.goto(f"{url}/desk/").status == 403
    assert Offer.objects.filter(state="open").exists()
