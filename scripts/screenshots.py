"""Pictures for the documentation, made from the running system: `make screenshots`.

Serves the home of `make run` (Helsinki's measured round) and a live round in Mallila, and writes docs/images/*.png.
"""

from __future__ import annotations

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
URL = f"http://127.0.0.1:{PORT}"
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
OFFICIAL = ("--official", "Maija Malli", "--role", "Head of Pre-primary Education (simulated)")


def main() -> None:
    home = os.environ.get("TOIMIVA_HOME") or tempfile.mkdtemp(prefix="toimiva-screens-")
    environment = os.environ | {"TOIMIVA_HOME": home, "TOIMIVA_SITE_URL": URL}
    for city in ("helsinki", "mallila"):
        command(environment, "city", "create", city, check=False)
        command(environment, "service", "sign", "preschool", "--city", city, *OFFICIAL)
    command(environment, "round", "run", "preschool", "--simulate-replies", check=False)
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
    wide.goto(URL)
    wide.screenshot(path=IMAGES / "home.png")
    wide.goto(f"{URL}/rounds/helsinki-preschool-2027-1/")
    wide.screenshot(path=IMAGES / "round.png", full_page=True)
    wide.goto(f"{URL}/desk/?city=helsinki")
    wide.screenshot(path=IMAGES / "desk.png")
    wide.goto(URL)
    wide.click("text=Start a round: Pre-school place, Mallila")
    time.sleep(4)
    narrow.goto(f"{URL}/phones/")
    narrow.click("main tbody a >> nth=0")
    narrow.fill("#text", "Kyllä kiitos!")
    narrow.click("main button")
    time.sleep(4)
    narrow.reload()
    narrow.screenshot(path=IMAGES / "phone.png", full_page=True)
    narrow.goto(f"{URL}/phones/")
    narrow.click("main tbody a >> nth=4")
    narrow.context.clear_cookies()
    narrow.goto(narrow.get_attribute("#texts a", "href"))
    narrow.screenshot(path=IMAGES / "offer.png", full_page=True)


if __name__ == "__main__":
    main()
