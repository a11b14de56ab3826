"""A service that did not come by itself is applied for, and an official answers."""

from __future__ import annotations

import json
import shutil

import polars as pl
import pytest
import yaml
from django.test import Client

from tests.core.test_api import session_of
from tests.stories.conftest import axe, code_of, signs_in
from toimiva.capabilities.applications import api as applications
from toimiva.capabilities.applications.models import Sent
from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.profile.applying import apply, service_with_form
from toimiva.capabilities.services import api as services
from toimiva.core.channels import api as channels
from toimiva.core.channels.models import Message
from toimiva.core.city import api as cities_api
from toimiva.core.errors import Conflict, Invalid, NotFound
from toimiva.core.lake import api as lake
from toimiva.core.ledger import api as ledger
from toimiva.core.people import api as people
from toimiva.core.retention import api as retention


@pytest.fixture
def family(town):
    """A family of the town, with one guardian."""
    town.starts_a_round()
    return town.families(guardians=1)[0]


def sends(town, family, **answers) -> Sent:
    service = services.get_service(town.city, "preschool")
    at = cities_api.now("mallila")
    return apply(
        service, family.guardian, family.offer.person, {"group": "fi"} | answers, language="fi", at=at
    )  # fmt: skip


def case_of(row: Sent) -> cases.Case:
    (found,) = [one for one in cases.list_cases("mallila", reason=applications.REASON) if one.person == row.person]
    return found


def answers(row: Sent, outcome: str = "granted", note: str = "Paikka järjestyy elokuusta.") -> None:
    cases.close_case(
        case_of(row).pk, official="Maija Malli", outcome=outcome, note=note, at=cities_api.now("mallila")
    )  # fmt: skip


def test_a_parent_applies_an_official_answers_and_the_parent_reads_how_to_appeal(live, page, settings):
    town, url = live
    family = town.family(language="fi", guardians=1)
    signs_in(page, url, code_of(family.guardian), then="/my/")
    page.click("a:text-is('Hakemukset')")
    assert axe(page) == []
    page.click("text=Hae: Hakemus esiopetukseen")
    assert axe(page) == []
    assert "ei tarvitse hakea" in page.inner_text(".notice"), "a place has been offered already"
    page.click("button:text-is('Lähetä hakemus')")
    assert "Täydennä" in page.inner_text("[role=alert]"), "whom and in which language is asked for"
    assert axe(page) == []
    page.check(f"input[value='{family.offer.person}']")
    page.check("input[value=sv]")
    page.select_option("select[name=wishes_1]", index=2)
    page.select_option("select[name=wishes_2]", index=1)
    page.fill("textarea", "Muutamme kesällä lähemmäs.")
    page.click("button:text-is('Lähetä hakemus')")
    page.wait_for_selector(".notice.done")
    assert "Odottaa virkailijaa" in page.inner_text("main")
    assert "ruotsi" in page.inner_text("main")

    settings.OPEN_STAFF_PAGES = True
    page.context.clear_cookies()
    page.goto(f"{url}/desk/?city=mallila&reason=application")
    page.click("main tbody a")
    shown = page.inner_text("main")
    assert "Muutamme kesällä lähemmäs." in shown
    assert axe(page) == []
    page.click("button[value=name]")
    assert "hakijana" in page.inner_text("main"), "the child's name and the applicant's"
    page.check("input[value=not_granted]")
    page.fill("textarea[name=note]", "Ruotsinkielisessä yksikössä ei ole paikkaa.")
    page.click("button[value=close]")
    page.wait_for_selector(".notice.done")

    signs_in(page, url, code_of(family.guardian), then="/my/applications/")
    shown = page.inner_text("main")
    assert "Ei myönnetty" in shown
    assert "Ruotsinkielisessä yksikössä ei ole paikkaa." in shown
    assert "oikaisua" in shown
    assert axe(page) == []
    told = Message.objects.get(kind="application", person=family.guardian)
    assert "hakemukseesi on vastattu" in told.text
    assert "paikkaa" not in told.text, "the answer itself is read on the page"


def test_while_one_waits_there_is_no_other_and_after_the_answer_there_may_be(town, family):
    row = sends(town, family)
    with pytest.raises(Conflict, match="waiting for its answer"):
        sends(town, family)
    answers(row)
    row.refresh_from_db()
    assert (row.granted, row.answer) == (True, "Paikka järjestyy elokuusta.")
    assert sends(town, family).pk != row.pk


@pytest.mark.parametrize("given, field", [
    ({"group": "latin"}, "group"), ({"group": ""}, "group"), ({"wishes": ["no such unit"]}, "wishes_1"),
    ({"grounds": "x" * 5000}, "grounds"), ({"colour": "red"}, "colour"), ({"wishes": ["a", "b", "c", "d"]}, "wishes"),
    ({"group": ["fi", "sv"]}, "group"),
])  # fmt: skip
def test_what_the_form_does_not_take_is_told_by_field(town, family, given, field):
    with pytest.raises(Invalid) as error:
        sends(town, family, **given)
    assert [fault.file for fault in error.value.faults] == [field]
    assert not Sent.objects.exists()


def test_wishes_are_kept_in_their_order_and_a_field_of_one_unit_takes_one(town, family, tmp_path):
    service = services.get_service(town.city, "preschool")
    units = list(offers.newest_units("mallila", service.definition.allocation.units))[:2]
    row = sends(town, family, wishes=units[::-1])
    assert json.loads(row.answers)["wishes"] == units[::-1]
    answers(row)
    folder = tmp_path / "preschool"
    shutil.copytree(service.folder, folder)
    (folder / "form.yaml").write_text((folder / "form.yaml").read_text().replace("most: 3", "most: 1"))
    single = services.read_folder(town.city, folder)
    given = {"group": "fi", "wishes": units[:1]}
    row = apply(single, family.guardian, family.offer.person, given, language="fi", at=cities_api.now("mallila"))
    assert json.loads(row.answers)["wishes"] == units[:1]


def test_nobody_applies_for_a_child_that_is_not_theirs(town):
    town.starts_a_round()
    first, second = town.families(guardians=1)[:2]
    service = services.get_service(town.city, "preschool")
    at = cities_api.now("mallila")
    with pytest.raises(Invalid) as error:
        apply(service, first.guardian, second.offer.person, {"group": "fi"}, language="fi", at=at)
    assert error.value.faults[0].file == "child"


def test_a_service_without_a_form_is_not_applied_for(town):
    for name, words in (
        ("heat", "comes by itself"),
        ("", "no service"),
        ("..", "no service"),
        ("a/../heat", "no service"),
    ):
        with pytest.raises(NotFound, match=words):
            service_with_form(town.city, name)


def test_all_of_it_is_in_the_ledger_and_an_erasure_waits_for_the_answer(town, family):
    row = sends(town, family, grounds="A word of one's own.")
    at = cities_api.now("mallila")
    with pytest.raises(Conflict, match="cannot be erased yet"):
        retention.erase(town.city, family.guardian, actor=family.guardian, at=at)
    answers(row)
    kinds = [entry["kind"] for entry in ledger.about(row.person, limit=500)]
    assert {"application.sent", "case.opened", "case.closed", "application.answered"} <= {*kinds}
    channels.send_due(town.city, at=channels.next_loud(town.city, at))
    applications_kept = retention.plan_of(town.city, family.guardian).holdings("erase")
    assert any("hakemu" in str(one.what).lower() or "application" in str(one.what) for one in applications_kept)


def test_a_program_of_the_residents_own_applies_as_the_page_does(live):
    town, _url = live
    family = town.family(guardians=1)
    client = Client()
    client.cookies["sessionid"] = session_of("resident", family.guardian, "mallila", [])
    forms = client.get("/api/v1/my/applications/forms").json()
    assert [one["service"] for one in forms] == ["preschool"]
    assert [field["name"] for field in forms[0]["fields"]] == ["child", "group", "wishes", "grounds"]
    body = {"service": "preschool", "person": family.offer.person, "answers": {"group": "fi"}}
    sent = client.post("/api/v1/my/applications", json.dumps(body), content_type="application/json")
    assert sent.status_code == 201
    again = client.post("/api/v1/my/applications", json.dumps(body), content_type="application/json")
    assert again.status_code == 409
    listed = client.get("/api/v1/my/applications").json()["items"]
    assert [(one["id"], one["granted"]) for one in listed] == [(sent.json()["id"], None)]


@pytest.mark.parametrize("change, told", [
    (lambda form: form["fields"].pop(0), "one field has the type person"),
    (lambda form: form["fields"][1].pop("choices"), "has choices"),
    (lambda form: form["fields"].append(form["fields"][1]), "is there twice"),
    (lambda form: form["fields"][0].update(type="child"), "Input should be"),
    (lambda form: form["title"].pop("sv"), "in fi, sv, en"),
])  # fmt: skip
def test_a_form_that_cannot_be_used_is_told_by_service_check(town, tmp_path, change, told):
    folder = tmp_path / "preschool"
    shutil.copytree(services.get_service(town.city, "preschool").folder, folder)
    form = yaml.safe_load((folder / "form.yaml").read_text())
    change(form)
    (folder / "form.yaml").write_text(yaml.safe_dump(form, allow_unicode=True, sort_keys=False))
    report = services.check_folder(town.city, folder, on=cities_api.today(town.city))
    assert [fault.file.endswith("form.yaml") for fault in report.faults] == [True]
    assert told in report.faults[0].message


def test_under_non_disclosure_nothing_is_sent(town):
    residents = lake.read("mallila", "population.residents").filter(pl.col("died").is_null())
    hidden, shown = (
        residents.filter(pl.col("non_disclosure") == hidden)["person"][0] for hidden in (True, False)
    )  # fmt: skip
    told = {
        who: people.tell(
            town.city, who, "application/1", lambda _: ("Subject", "Text"), purpose=applications.PURPOSE,
            actor="Maija Malli", at=cities_api.now("mallila"),
        ) for who in (hidden, shown)
    }  # fmt: skip
    assert told == {hidden: False, shown: True}
    assert Message.objects.get(kind="application").person == shown
