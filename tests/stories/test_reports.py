"""A resident tells of a broken lamp on a telephone, an official answers at the desk, and the resident reads it."""

from __future__ import annotations

from tests.stories.conftest import axe
from toimiva.capabilities.reports.models import Report
from toimiva.core.channels.models import Message


def test_a_lamp_is_told_of_put_right_and_answered(live, browser, page):
    _town, url = live
    telephone = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="sv-FI", permissions=["geolocation"],
        geolocation={"latitude": 60.1733, "longitude": 24.941},
    )  # fmt: skip
    own = telephone.new_page()
    own.goto(f"{url}/report/mallila/")
    own.click("main button:has-text('Skicka')")
    assert own.locator(".notice.sorry").count() >= 2, "nothing was filled in"
    own.check("text=Gatubelysningen fungerar inte")
    own.fill("#id_text", "Lampan vid porten är släckt.")
    own.fill("#id_email", "eino@example.org")
    own.click("#here")
    own.wait_for_selector("text=Vi har platsen där du är.")
    assert axe(own) == []
    own.click("main button:has-text('Skicka')")
    assert "Tack, vi har fått din anmälan." in own.inner_text("[role=status]")
    assert axe(own) == []
    report = Report.objects.get()
    assert (report.latitude, report.language) == (60.1733, "sv")

    page.goto(f"{url}/desk/?city=mallila&reason=light")
    page.click(f"main tbody >> text={report.case}")
    assert "Lampan vid porten är släckt." in page.inner_text("main")
    assert axe(page) == []
    page.select_option("#id_outcome", "put_right")
    page.fill("#id_note", "Vi bytte lampan i dag.")
    page.click("button[value=close]")

    own.reload()
    assert "Vi bytte lampan i dag." in own.inner_text("[role=status]")
    letters = [letter.text for letter in Message.objects.filter(about=f"report/{report.pk}").order_by("pk")]
    assert "Vårt svar: Vi bytte lampan i dag." in letters[-1]
    telephone.close()


def test_without_scripts_an_address_is_enough(live, browser):
    _town, url = live
    context = browser.new_context(java_script_enabled=False, locale="fi-FI")
    page = context.new_page()
    page.goto(f"{url}/report/mallila/")
    assert not page.is_visible("#here")
    page.check("text=Roskat tai täysi roskakori")
    page.fill("#id_text", "Kori on täynnä.")
    page.click("main button:has-text('Lähetä')")
    assert "Kirjoita, missä se on" in page.inner_text("main")
    page.fill("#id_address", "Mallikatu 3")
    page.click("main button:has-text('Lähetä')")
    assert "Säilytä tämän sivun osoite" in page.inner_text("[role=status]")
    context.close()
