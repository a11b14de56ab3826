"""A served town with a round under way, and a real browser to look at it."""

from __future__ import annotations

import threading
from pathlib import Path

import polars as pl
import pytest

from tests.conftest import missing
from tests.parts.issuers import at_site
from tests.parts.programs import program  # noqa: F401
from tests.parts.town import Town
from tests.parts.twins import a_district
from toimiva.core.city import api as cities
from toimiva.core.lake import api as lake
from toimiva.core.registers import api as registers

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = Path("/usr/bin/chromium")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-angle=swiftshader", "--enable-unsafe-swiftshader",  # WebGL without a graphics card
]  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        missing("Chromium", "install the package chromium")
    if not AXE.exists():
        missing("axe-core", "run `make setup-test`")
    from playwright.sync_api import Locator, Page, sync_playwright

    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Page, "click", read_after(Page.click, lambda page: page))
        patch.setattr(Locator, "click", read_after(Locator.click, lambda locator: locator.page))
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


def read_after(click, page_of):
    """A click that is over when all of the page it leads to has been read; Playwright's is when its first bytes came."""

    def clicks(place, *args, **options):
        click(place, *args, **options)
        page_of(place).wait_for_load_state("domcontentloaded")

    return clicks


@pytest.fixture
def live(home, transactional_db, live_server, settings):
    """A served town with a round under way."""
    at_site(settings, live_server.url)
    town = Town.create()
    town.starts_a_round()
    yield town, live_server.url
    streams_end()


def streams_end() -> None:
    """Wait for requests that are still being answered, as a stream of figures: they read the database."""
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name and thread.is_alive():
            thread.join(timeout=5)


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="fi-FI")
    yield context.new_page()
    context.close()


@pytest.fixture
def district(home, transactional_db, live_server, tmp_path):
    """A small district's twin, served: ten houses, and a plan of a tower."""
    a_district(tmp_path)
    yield f"{live_server.url}/twin/helsinki/"
    streams_end()


@pytest.fixture
def wide(browser):
    context = browser.new_context(viewport={"width": 1100, "height": 900}, locale="fi-FI")
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda message: message.type == "error" and page.problems.append(message.text))
    yield page
    assert page.problems == []
    context.close()


def axe(page) -> list:
    """What axe finds wrong with a page."""
    page.evaluate(AXE.read_text())
    return page.evaluate("axe.run().then(r => r.violations.map(v => [v.id, v.nodes[0].html]))")


def signs_in(page, url: str, identity_code: str, *, then: str = "/my/") -> None:
    """As the person with this code, by the site's own issuer, in this browser."""
    page.goto(f"{url}/sign-in/resident/?next={then}")
    page.locator("main button").first.evaluate("(button, code) => button.value = code", identity_code)
    page.locator("main button").first.click()
    page.wait_for_url(f"{url}{then}")


def code_of(person: str, city: str = "mallila") -> str:
    """The identity code of a pseudonym."""
    rows = lake.read(city, "population.residents.identities").filter(pl.col("person") == person)
    return registers.unseal(cities.load(city), rows["identity_code"][0])
