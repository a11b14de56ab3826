"""A parent's own pages: what waits, what the city has, who looked, and a word that holds at once."""

from __future__ import annotations

import json
import time
import zipfile
from datetime import date, datetime, timedelta

import jsonschema
import pytest

from tests.stories.conftest import code_of, signs_in
from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.offers.models import Offer
from toimiva.capabilities.profile import api as profile
from toimiva.core.channels.models import Message
from toimiva.core.city import api as cities
from toimiva.core.errors import NotFound
from toimiva.core.lake import api as lake
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

    pressed = time.perf_counter()
    page.click("text=Vastusta: Esiopetuspaikan järjestäminen")
    page.wait_for_selector(".notice.done")
    took = time.perf_counter() - pressed

    assert family.offer.state == "withdrawn"
    assert purposes.objects(town.city, [family.recipients[0].guardian], "preschool-placement")
    waiting = Message.objects.filter(about=family.offer_id, state="queued", kind__in=["offer", "reminder"])
    assert not waiting.exists()
    print(f"an objection held {took:.2f} s after the press")

    page.click("text=Peru vastustus: Esiopetuspaikan järjestäminen")
    page.wait_for_selector(".notice.done")
    assert not purposes.objects(town.city, [family.recipients[0].guardian], "preschool-placement")


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
