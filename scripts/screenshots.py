"""Pictures for the documentation, made from the running system: `make screenshots`.

Serves the home of `make run` (Helsinki's measured round) and a live round in Mallila, and writes docs/images/*.png.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
PORT = 8123
URL = f"http://localhost:{PORT}"
FLAGS = [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
]  # fmt: skip
STREET = ROOT.parent / "shared" / "data" / "iot" / "makelankatu_microclimate"  # real sensors, where they are here
DISTRICT = ROOT.parent / "shared" / "data" / "twin" / "citygml"  # a part of Kalasatama, where it is here
OFFICIAL = ("--official", "Maija Malli", "--role", "Head of Pre-primary Education (simulated)")


def main() -> None:
    home = os.environ.get("TOIMIVA_HOME") or tempfile.mkdtemp(prefix="toimiva-screens-")
    os.environ |= {"TOIMIVA_HOME": home, "TOIMIVA_SITE_URL": URL}
    environment = dict(os.environ)
    for city in ("helsinki", "mallila"):
        command(environment, "city", "create", city, check=False)
        command(environment, "service", "sign", "preschool", "--city", city, *OFFICIAL)
    command(environment, "round", "run", "preschool", "--simulate-replies", check=False)
    command(environment, "service", "sign", "newborn", *OFFICIAL)
    command(environment, "city", "advance", "helsinki", "--days", "3", "--simulate-replies")
    if STREET.exists():
        command(environment, "sensors", "load", str(STREET))
    if DISTRICT.exists():
        for told in (("import", str(DISTRICT)), ("solar",), ("tiles",)):
            command(environment, "twin", *told)
    server = subprocess.Popen(tool("serve", "--port", str(PORT)), env=environment)
    try:
        wait()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            wide = browser.new_page(viewport={"width": 1100, "height": 1400}, locale="en-GB")
            narrow = browser.new_page(viewport={"width": 390, "height": 844}, device_scale_factor=2, locale="en-GB")
            take(wide, narrow)
            browser.close()
    finally:
        server.terminate()
        server.wait()


def tool(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "toimiva.project.cli", *arguments]


def command(environment: dict[str, str], *arguments: str, check: bool = True) -> None:
    subprocess.run(tool(*arguments), env=environment, check=check, stdout=subprocess.DEVNULL)


def wait() -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{URL}/healthz", timeout=2)
            return
        except OSError:
            time.sleep(0.3)
    raise SystemExit("The site did not start.")


def take(wide: Page, narrow: Page) -> None:
    for page in (wide, narrow):
        page.context.add_cookies([{"name": "django_language", "value": "en", "url": URL}])
    for page, kind in ((wide, "desktop"), (narrow, "mobile")):
        for name, address in PAGES.items():
            page.goto(URL + address)
            page.screenshot(path=IMAGES / f"{name}-{kind}.png", full_page=name in WHOLE and page is wide)
    if DISTRICT.exists():
        twin(wide)
    wide.goto(f"{URL}/rounds/")
    wide.click("text=Start a round: Pre-school place, Mallila")
    time.sleep(4)
    draft(wide)
    answer(narrow)
    settle(wide)
    own(narrow)


def twin(page: Page) -> None:
    """The middle of Helsinki with noise before its walls: needs the twin of an OpenStreetMap extract (docs/twin.md)."""
    page.goto(f"{URL}/twin/helsinki/#lon=24.9440&lat=60.1640&h=500&d=0&p=-35&day=2027-06-21&min=800")
    page.wait_for_selector("#twin[data-ready]", timeout=60_000)
    page.check("[name=noise]")
    page.wait_for_selector("#twin-live:not([hidden])")
    page.wait_for_timeout(4000)
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=IMAGES / "twin-desktop.png")


def own(page: Page) -> None:
    """A parent's own pages, as the parent of the youngest child."""
    page.goto(f"{URL}/my/")
    page.locator("main button").first.click()
    page.wait_for_url(f"{URL}/my/")
    for name, address in (
        ("my-city", "/my/"),
        ("my-uses", "/my/uses/"),
        ("my-purposes", "/my/purposes/"),
        ("my-erasure", "/my/erasure/"),
        ("my-data", "/my/data/"),
        ("my-contacts", "/my/contacts/"),
        ("my-mandates", "/my/mandates/"),
        ("my-purpose", "/my/purposes/preschool-placement/"),
        ("my-service", asked()),
    ):
        page.goto(URL + address)
        page.screenshot(path=IMAGES / f"{name}-mobile.png")


def asked() -> str:
    """The address to which a museum sends a resident, for leave to know where they live."""
    added = tool("sharing", "add", "Museum card", "--homepage", "https://museum.example", "--redirect",
                 f"{URL}/healthz", "--purpose", "residence-proof", "--json")  # fmt: skip
    told = json.loads(subprocess.run(added, check=True, capture_output=True, text=True).stdout)
    return (
        f"/oauth/authorize/?response_type=code&client_id={told['id']}&redirect_uri={URL}/healthz&scope=residence-proof"
        f"&code_challenge_method=S256&code_challenge={'x' * 43}"
    )


PAGES = {
    "strategy": "/?city=helsinki", "tour": "/tour/", "round": "/rounds/helsinki-preschool-2027-1/",
    "rehearsal": "/rounds/plan/mallila/preschool/", "desk": "/desk/?city=helsinki",
    "service": "/services/helsinki/preschool/", "tile": "/strategy/helsinki/A1/", "corrections": "/desk/corrections/",
    "sensors": "/sensors/", "sensor": "/sensors/1/",
}  # fmt: skip
WHOLE = ("round",)


def draft(page: Page) -> None:
    """A draft that takes pre-school a year younger, with who gains and who loses."""
    page.goto(f"{URL}/services/helsinki/preschool/")
    page.click("main form button")
    page.select_option("#id_name", "preschool_age")
    for field, value in {"#id_value": "5", "#id_since": "2027-02-06", "#id_source": "A proposal"}.items():
        page.fill(field, value)
    page.click("main form button[value=value]")
    page.wait_for_selector("#effect table")
    page.screenshot(path=IMAGES / "draft-desktop.png")
    page.click("text=Open the rules in an editor")
    page.wait_for_selector("#save:enabled")
    page.locator(".drill-down-overlay:has(.dmn-icon-decision-table)").first.click()
    page.wait_for_timeout(1000)
    page.screenshot(path=IMAGES / "editor-desktop.png")


def answer(page: Page) -> None:
    """A parent answers on the phone, and another opens the offer."""
    page.goto(f"{URL}/phones/")
    page.click("main tbody a >> nth=0")
    page.fill("#text", "Kyllä kiitos!")
    page.click("main button")
    time.sleep(4)
    page.reload()
    page.screenshot(path=IMAGES / "phone-mobile.png", full_page=True)
    page.goto(f"{URL}/phones/")
    page.click("main tbody a >> nth=4")
    page.context.clear_cookies()
    page.goto(str(page.get_attribute("#texts a", "href")))
    page.screenshot(path=IMAGES / "offer-mobile.png", full_page=True)


def settle(page: Page) -> None:
    """The first case at the desk, with what each choice would do."""
    page.goto(f"{URL}/desk/?city=helsinki&reason=guardians_disagree")
    page.click("main tbody a >> nth=0")
    page.screenshot(path=IMAGES / "case-desktop.png", full_page=True)


if __name__ == "__main__":
    main()
