"""The pages in real Chromium: a family on the phone and on the web, an official at the desk, and axe over every page."""

from __future__ import annotations

import polars as pl
import pytest
from django.test import Client

from tests.parts.town import Town
from tests.stories.conftest import AXE, code_of, signs_in
from tests.stories.every_page import OWN_PAGES, pages_of
from toimiva.capabilities.cases.models import Case
from toimiva.capabilities.design import api as design
from toimiva.capabilities.rounds import api as rounds
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

    assert "Siitä kerrotaan heille" in page.inner_text("[role=status]")
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


AXE_SAYS = "axe.run({}).then(r => r.violations.map(v => [v.id, v.help, v.nodes[0].html]))"
OF_COLOURS = "{runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}}"


def test_axe_finds_nothing_on_any_page_in_any_language(live, browser):
    """Each page as it comes, and then in the dark, where only colours are others."""
    town, url = live
    problems = []
    official, resident = (browser.new_context(viewport={"width": 320, "height": 800}) for _ in range(2))
    pages = {False: official.new_page(), True: resident.new_page()}
    signs_in(pages[True], url, code_of(town.family().recipients[0].guardian))
    for language in ("fi", "sv", "en"):
        for context in (official, resident):
            context.add_cookies([{"name": "django_language", "value": language, "url": url}])
        for address in pages_of(town):
            page = pages[address.startswith(OWN_PAGES)]
            page.goto(url + address)
            page.evaluate(AXE.read_text())
            for theme, rules in (("light", "{}"), ("dark", OF_COLOURS)):
                page.emulate_media(color_scheme=theme)
                found = page.evaluate(AXE_SAYS.replace("{}", rules, 1))
                problems += [(language, theme, address, *item) for item in found]
            page.emulate_media(color_scheme="light")
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
