"""The pages in real Chromium: a family on the phone and on the web, an official at the desk, and axe over every page."""

from __future__ import annotations

import json
import re
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from tests.parts.town import Town
from tests.stories.conftest import AXE, code_of, signs_in
from toimiva.capabilities.cases.models import Case
from toimiva.capabilities.datasets import requesting
from toimiva.capabilities.design import api as design
from toimiva.capabilities.developers import keys
from toimiva.capabilities.developers.models import Key
from toimiva.capabilities.profile import api as profile
from toimiva.capabilities.reports.making import NewReport, make
from toimiva.capabilities.rounds import api as rounds
from toimiva.capabilities.sensors.loading import load_folder
from toimiva.capabilities.sensors.models import Observation, Thing
from toimiva.capabilities.sensors.simulating import simulate_schools
from toimiva.capabilities.services import api as services
from toimiva.capabilities.watches import api as watches
from toimiva.core.city import api as cities
from toimiva.core.lake import api as lake


def test_a_parent_accepts_on_the_phone_page(live, page):
    town, url = live
    family = town.family(language="fi")
    page.goto(f"{url}/phones/{family.phone().number.lstrip('+')}/")
    assert "on saanut esikoulupaikan" in page.inner_text("#texts")

    page.fill("#text", "Kyllä kiitos")
    page.click("main button")
    page.wait_for_selector("#texts >> text=Kyllä kiitos")  # stored: the page has come back
    town.lives_to(cities.now("mallila"))
    page.reload()

    assert "paikka on vahvistettu" in page.inner_text("#texts")


@pytest.mark.parametrize(
    "language, accept", [("fi", "Ota paikka vastaan"), ("sv", "Ta emot platsen"), ("en", "Accept the place")]
)
def test_a_parent_accepts_on_the_web_without_javascript(live, browser, language, accept):
    town, url = live
    family = town.family(language=language)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(url + family.link)
    assert page.get_attribute("html", "lang") == language

    page.click(f"text={accept}")

    assert family.offer.state == "accepted"
    assert page.locator(".notice.done").count() >= 1
    context.close()


@pytest.mark.parametrize(
    "language, decline, send",
    [
        ("fi", "En ota paikkaa", "Lähetä toiveet"),
        ("sv", "Jag avböjer", "Skicka önskemålen"),
        ("en", "Decline", "Send wishes"),
    ],
)
def test_a_parent_declines_and_chooses_another_place(live, page, language, decline, send):
    town, url = live
    family = next(f for f in town.families(language=language) if f.offer.choices)
    page.goto(url + family.link)

    page.click(f"main button >> text={decline}")
    page.check("fieldset input >> nth=0")
    page.click(f"text={send}")
    page.wait_for_selector(".notice.done")  # the answer has come: going back during a navigation is the browser's race

    assert family.offer.wishes == [family.offer.choices[0]["unit"]]
    page.go_back()
    page.go_forward()
    assert family.offer.state == "declined"


def test_the_offer_shows_the_places_on_a_map_but_never_where_the_child_lives(live, page):
    town, url = live
    family = next(f for f in town.families(language="en") if f.offer.choices)
    page.goto(url + family.link)

    spots = page.locator("svg.map g.spot")
    assert spots.count() == 1 + len(family.offer.choices)
    assert page.locator("svg.map g.offered title").text_content() in page.inner_text(".place")
    child = (
        lake.read("mallila", "population.residents").filter(pl.col("person") == family.offer.person).row(0, named=True)
    )
    assert str(round(child["x"])) not in page.content()


def test_separated_guardians_disagree_and_an_official_settles_it(live, page):
    town, url = live
    family = town.family(guardians=2)
    family.phone(0).replies("Ei")
    family.phone(1).replies("Kyllä")
    case = Case.objects.get(about=family.offer_id, reason="guardians_disagree")
    page.goto(f"{url}/desk/?city=mallila&reason=guardians_disagree")
    page.click(f"main tbody >> text={case.pk}")
    assert "Kuule molempia huoltajia" in page.inner_text("main")
    assert "vastasi ei" in page.inner_text("main")

    page.click("text=Otan tämän")
    page.click("main form button[value=settle]")
    assert page.locator("[role=alert]").count() == 1
    page.check("main input[value=give]")
    page.fill("#id_settle-grounds", "Paikka on lapsen edun mukainen; molempia on kuultu.")
    page.click("main form button[value=settle]")

    assert "Perheelle kerrotaan" in page.inner_text("[role=status]")
    assert family.decision.made_by == "Maija Malli"
    case.refresh_from_db()
    assert (case.official, case.assigned, case.outcome) == ("Maija Malli", "Maija Malli", "place_given")


def test_a_designer_changes_an_age_limit_in_a_draft_and_sees_who_is_affected(live, page):
    _town, url = live
    page.goto(f"{url}/services/")
    page.click("main >> text=Esiopetuspaikka, Mallila >> nth=0")
    page.click("text=Muuta luonnoksessa")
    page.select_option("#id_name", "preschool_age")
    page.click("main form button[value=value]")
    assert page.locator("[role=alert]").count() == 1
    page.fill("#id_value", "5")
    page.fill("#id_since", "2027-01-01")
    page.fill("#id_source", "Ehdotus lautakunnalle")
    page.click("main form button[value=value]")
    page.wait_for_selector("#effect table")

    effect = page.inner_text("#effect")
    assert "saa ehdotuksen" in effect
    assert "ei koske" in effect
    assert page.locator("main button[value=publish]").count() == 0  # not by whoever wrote it
    page.select_option("#acting", "Olli Ohje")
    page.click("text=Vaihda")
    page.click("main button[value=publish]")
    assert "expects" in page.inner_text("[role=alert]")  # examples say otherwise: not published
    assert page.locator("strong.bad").count() > 0


def test_a_designer_changes_a_rule_in_the_editor_and_a_fault_is_told_there(live, page):
    town, url = live
    draft = design.open_draft(town.service, author="Maija Malli", at=cities.now("mallila"))
    page.set_viewport_size({"width": 1200, "height": 1000})
    page.goto(f"{url}/drafts/{draft.pk}/")
    page.click("text=Avaa säännöt muokkaimessa")
    page.wait_for_selector("#save:enabled")
    page.locator(".drill-down-overlay:has(.dmn-icon-decision-table)").first.click()

    rewrites(page, "1 +", cell=page.locator("td.input-cell").first)
    assert page.locator("#told.sorry li").count() >= 1
    assert design.get_draft(draft.pk).changes == []

    rewrites(page, "true", cell=page.locator("td.input-cell").first)
    assert page.locator("#told.done").count() == 1
    assert [change["file"] for change in design.get_draft(draft.pk).changes] == ["decision.dmn"]
    page.goto(f"{url}/drafts/{draft.pk}/")
    assert page.locator("#effect").count() == 1


def rewrites(page, text, *, cell):
    """Write FEEL into a cell of the editor and save."""
    cell.click()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
    page.locator("#told").evaluate("told => told.className = ''")
    page.click("#save")
    page.wait_for_selector("#told.notice")


def test_a_manager_follows_the_live_round_from_the_strategy(live, page):
    town, url = live
    page.goto(f"{url}/?city=mallila")
    assert "0 %" in page.inner_text("main")
    page.click("main >> text=A1")
    page.click("text=Uusin kierros")
    assert page.locator("#figures").count() == 1
    before = page.inner_text("#figures")

    for family in town.families(language="fi")[:3]:
        family.phone().replies("Kyllä")
    page.wait_for_function("before => document.querySelector('#figures').innerText !== before", arg=before)

    assert "3" in page.inner_text("#figures")


def test_the_tour_leads_to_everything_in_one_click(live, page):
    _town, url = live
    page.goto(f"{url}/tour/")
    links = page.eval_on_selector_all("main a", "all => all.map(a => a.getAttribute('href'))")
    for start in ("/rounds/", "/phones/", f"{url}/o/", "/desk/", "/services/mallila/", "/"):
        assert any(link.startswith(start) for link in links), start
    page.click("main a >> text=Avaa puhelin")
    page.fill("#text", "Kyllä")
    page.click("main button")
    assert "Kyllä" in page.inner_text("#texts")


def test_an_official_closes_a_case_and_must_give_grounds(live, page):
    _town, url = live
    case = Case.objects.order_by("pk").first()
    page.goto(f"{url}/desk/{case.pk}/")

    page.click("main form >> text=Sulje asia")
    assert page.locator("[role=alert]").count() == 1
    page.fill("#id_note", "Perheen kanssa sovittu puhelimessa.")
    page.click("main form >> text=Sulje asia")

    case.refresh_from_db()
    assert (case.official, case.outcome) == ("Maija Malli", "place_given")


def test_a_map_can_be_moved_about_and_needs_nothing_from_outside(live, page):
    town, url = live
    told, asked = [], []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    for address in (f"/rounds/{town.round.id}/", town.family().link):
        page.goto(url + address)
        assert not [each for each in asked if "maplibre" in each]  # nothing of it before it is asked for
        page.click("text=Liiku kartalla")
        page.wait_for_selector(".moving-map[data-ready]")
        page.evaluate(AXE.read_text())
        assert page.evaluate("axe.run().then(r => r.violations.map(v => [v.id, v.nodes[0].html]))") == []
        assert page.locator("canvas").get_attribute("aria-label")
        asked.clear()
    assert told == []
    assert all(each.startswith((url, "blob:", "data:")) for each in asked)


NOT_PAGES = re.compile(
    r"^/(act-as/|healthz|sign-out/|oauth/.+|sta/.+|gbfs/.+|open311/.+|devices/in/.+|ogc/.*|api/3/.+|(data|lineage)/.*<str:form>|twin/.+/(tiles/.+|.+json)|\.well-known/.+|status\.json)$|/(sign|start|stop|pause|draft|progress|end|back|jwks|support|token|openid-configuration)/?$"
    r"|^/my/receipts/.+|\.(pdf|dmn|csv|zip|geojson|atom)$"
)  # fmt: skip


OWN_PAGES = ("/my/", "/sessions/")  # of a signed-in resident


def pages_of(town: Town) -> list[str]:
    """Every page of the table of addresses, with something real in place of each name: a new page cannot be forgotten."""
    family, case = town.family(), Case.objects.order_by("pk").first()
    service = services.get_service(town.city, "preschool")
    draft = design.open_draft(service, author="Maija Malli", at=cities.now("mallila"))
    design.change_text(draft, "fi", "offer_subject", "{child}", author="Maija Malli")
    values = {
        "city": "mallila", "service": "preschool", "tile_id": "A1", "draft_id": draft.pk, "round_id": town.round.id,
        "case_id": case.pk, "number": family.phone().number.lstrip("+"), "token": family.link.rstrip("/").split("/")[-1],
        "correction": _correction(town, family), "giver": _giver(town, family), "thing": _thing(), "watch": "school-air", "name": "mallila.alarms", "proof": _proof(town), "group": _school(town), "kind": "resident", "person": family.offer.person, "purpose": "preschool-placement",
    }  # fmt: skip
    asked = [address for address in addresses() if not NOT_PAGES.search(address)]
    _wishes()
    told = make(town.city, NewReport("light", "Valo ei pala.", "fi", 24.941, 60.173)).token
    asked = [address.replace("report/at/<str:token>", f"report/at/{told}") for address in asked]
    return [re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(values[m[1]]), address) for address in asked] + ["/o/nothing/"]


def _wishes() -> None:
    """Requests for data: one that waits, one that others see."""
    requesting.ask_for("Puut", "Laskisin varjot.")
    seen = requesting.ask_for("Penkit", "Mummo lepäisi.")
    requesting.answer(seen.pk, requesting.Answer("shown"), official="Olli Ohje")


def _correction(town: Town, family) -> int:
    """A request for correction that is under way."""
    found = profile.corrections_under_way("mallila")
    if found:
        return found[0].pk
    table, at = "population.residents.identities", cities.now("mallila")
    return profile.ask_correction(
        town.city, family.offer.person, table, "surname", was="Malli", wanted="Mallila", by=family.guardian, at=at
    ).pk


def _thing() -> int:
    """A sensor with a day of values."""
    found = Thing.objects.first()
    if found is None:
        raw = [{"time": f"2027-01-11T{hour:02}:00:00Z", "temperature": hour - 12, "humidity": 80} for hour in range(24)]
        told = {"id": "s1", "geometry": {"type": "Point", "coordinates": [24.95, 60.19]},
                "properties": {"data": {"raw": raw}, "measurement": {"time": "2027-01-12T00:00:00Z", "temperature": 1}}}  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "s1.geojson").write_text(json.dumps(told))
            list(load_folder(Path(folder)))
        found = Thing.objects.get()
    return found.pk


def _school(town: Town) -> str:
    """A school whose air has been heavy."""
    if not Thing.objects.filter(properties__kind="classroom").exists():
        list(simulate_schools(town.city, schools=1, rooms=2, first=date(2027, 1, 11), days=1, seed=5))
        Observation.objects.filter(datastream__name="Carbon dioxide", result_number__gt=900).update(result_number=1900)
        watch = watches.watch(town.city, "school-air")
        watches.look(town.city, watch, at=datetime(2027, 1, 11, 9, tzinfo=town.city.zone))
    return Thing.objects.filter(properties__kind="classroom").first().properties["school"]


def _proof(town: Town) -> str:
    """The link of a developer's key that waits to be taken."""
    waiting = Key.objects.filter(confirmed=None).first()
    return keys.proof_of(waiting or keys.ask_key(town.city, "a@x.example", "Ilmakartta", "standard", language="fi"))


def _giver(town: Town, family) -> str:
    """Somebody who has let the family's guardian act for them."""
    giver = next(one.guardian for one in town.families() if one.guardian != family.guardian)
    at = cities.now("mallila")
    if not any(row.giver == giver for row, _ in profile.mandates_held(town.city, family.guardian, at=at)):
        profile.give_mandate(
            town.city, giver, code_of(family.guardian), label="x", may="answer", starts=at.date(),
            ends=at.date() + timedelta(days=9), at=at,
        )  # fmt: skip
    return giver


def addresses(resolver=None, prefix="/") -> list[str]:
    found = []
    for item in (resolver or get_resolver()).url_patterns:
        route = prefix + str(item.pattern)
        if route.startswith(("/api/", "/i18n/", "/static/")):
            continue
        found += addresses(item, route) if isinstance(item, URLResolver) else [route]
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page_in_any_language(live, browser, theme):
    town, url = live
    problems = []
    official, resident = (
        browser.new_context(viewport={"width": 320, "height": 800}, color_scheme=theme) for _ in range(2)
    )
    pages = {False: official.new_page(), True: resident.new_page()}
    signs_in(pages[True], url, code_of(town.family().recipients[0].guardian))
    for language in ("fi", "sv", "en"):
        for context in (official, resident):
            context.add_cookies([{"name": "django_language", "value": language, "url": url}])
        for address in pages_of(town):
            page = pages[address.startswith(OWN_PAGES)]
            page.goto(url + address)
            page.evaluate(AXE.read_text())
            found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.id, v.help, v.nodes[0].html]))")
            problems += [(language, address, *item) for item in found]
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if overflow > 0:
                problems.append((language, address, "wider than the screen by", overflow))
    official.close()
    resident.close()
    assert not problems


def test_pages_ask_for_nothing_outside_and_run_no_inline_script(live, page):
    town, url = live
    outside, refused = [], []
    page.on("request", lambda request: outside.append(request.url) if not request.url.startswith(url) else None)
    page.on(
        "console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None
    )
    for address in pages_of(town):
        page.goto(url + address)
    assert outside == []
    assert refused == []


def test_a_measured_round_is_reported_as_a_page_as_csv_and_as_pdf(home, db):
    town = Town.create()
    summary = rounds.run(town.service, seed=1).summary
    address = f"/rounds/{summary['round']}/"

    csv = Client().get(address + "report.csv").content.decode()
    pdfs = {code: Client(headers={"accept-language": code}).get(address + "report.pdf") for code in ("fi", "sv", "en")}

    assert f"offered,{summary['offered']}" in csv.splitlines()
    assert "The report as PDF" in Client(headers={"accept-language": "en"}).get(address).content.decode()
    for response in pdfs.values():
        assert response.headers["Content-Type"] == "application/pdf"
        assert response.content.startswith(b"%PDF")
    assert len({response.content for response in pdfs.values()}) == 3


def test_a_round_that_is_not_measured_has_no_report_yet(live):
    town, _ = live

    assert Client().get(f"/rounds/{town.round.id}/report.pdf").status_code == 409
