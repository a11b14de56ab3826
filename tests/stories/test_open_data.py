"""A company begins by itself: finds data, looks at it, asks it in SQL, gets a key, calls with it, and meets its quota."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.stories.conftest import axe
from toimiva.capabilities.developers import keys
from toimiva.capabilities.developers.models import Key, Used
from toimiva.capabilities.sensors.simulating import simulate_schools
from toimiva.capabilities.watches import api as watches
from toimiva.capabilities.webhooks import api as webhooks
from toimiva.core.channels.models import Message
from toimiva.core.retention.api import expire_all


def test_a_company_finds_data_and_calls_with_a_key_until_its_quota_is_spent(live, page, settings):
    town, url = live
    settings.API_PLANS = {"small": (4, 100), "large": (1000, 100_000)}
    list(simulate_schools(town.city, schools=1, rooms=2, first=date(2027, 1, 11), days=1, seed=3))

    page.goto(f"{url}/data/")
    page.fill("#q", "ilmanlaatumittaukset")
    page.click("button:has-text('Hae')")
    page.click("a:has-text('Antureiden mittaukset tunneittain, Mallila')")
    assert page.locator("table").first.locator("tbody tr").count() == 10
    assert "Simuloitu" in page.inner_text(".simulated")
    assert axe(page) == []

    page.click("text=Kysy SQL:llä")
    page.fill("#q", "SELECT observed, round(max(highest)) AS most FROM sensor_hours GROUP BY ALL ORDER BY observed")
    page.click("button:has-text('Kysy')")
    assert page.locator("table tbody tr").count() == 2
    assert "Carbon dioxide" in page.inner_text("table")
    assert axe(page) == []

    page.goto(f"{url}/developers/")
    page.fill("#id_email", "data@yritys.example")
    page.fill("#id_application", "Ilmakartta")
    page.select_option("#id_plan", "small")
    page.click("text=Lähetä avain minulle")
    assert "matkalla sähköpostiisi" in page.inner_text("main")
    letter = Message.objects.get(kind="api_key")
    assert (letter.channel, letter.address) == ("email", "data@yritys.example")
    page.goto(re.search(r"https?://\S+", letter.text)[0])
    page.click("text=Näytä avaimeni")
    secret = page.inner_text("#key")
    assert secret.startswith("toimiva_")
    assert axe(page) == []
    assert secret not in str(Key.objects.values_list()), "only a digest of it is kept"

    client, headers = Client(), {"X-API-Key": secret}
    answers = [client.get("/api/3/action/package_show?id=mallila.sensor-hours", headers=headers) for _ in range(6)]
    if Used.objects.filter(window="minute").count() == 1:  # a minute may have begun between
        assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429, 429]
    spent = answers[-1]
    assert spent.status_code == 429 or Used.objects.filter(window="minute").count() == 2
    assert int(answers[0].headers["RateLimit-Remaining"]) == 3
    if spent.status_code == 429:
        assert 0 < int(spent.headers["Retry-After"]) <= 60
        assert "spent its 4 requests of this minute" in spent.json()["title"]

    page.goto(f"{url}/developers/key/")
    page.fill("#key", secret)
    page.click("button:has-text('Näytä')")
    assert page.locator("table tbody td").nth(1).inner_text() == "6"
    assert axe(page) == []
    page.click("text=Päätä tämä avain")
    assert client.get("/api/3/action/package_list", headers=headers).status_code == 401
    assert client.get("/api/3/action/package_list").status_code == 200, "without a key it is open as ever"


def test_a_developer_makes_a_hook_and_sees_what_it_was_told(live, page, program):
    town, url = live
    row = keys.ask_key(town.city, "data@yritys.example", "Ilmakartta", "standard", language="fi")
    _row, secret = keys.confirm(keys.proof_of(row))
    page.goto(f"{url}/developers/hooks/")
    assert "alarm.raised/1" in page.inner_text("main")
    page.fill("#key", "toimiva_wrong")
    page.click("main button:has-text('Näytä')")
    assert "ei tunneta" in page.inner_text("[role=alert]")
    page.fill("#key", secret)
    page.click("main button:has-text('Näytä')")
    page.fill("#id_url", "ftp://example.org")
    page.check("text=Antureiden vahti hälyttää")
    page.click("main button:has-text('Lisää')")
    assert "julkinen HTTPS-osoite" in page.inner_text("main")
    page.fill("#id_url", program.url)
    page.click("main button:has-text('Lisää')")
    assert page.inner_text("#secret").startswith("whsec_")
    assert "matkalla" in page.inner_text("table")
    assert axe(page) == []
    assert webhooks.deliver() == 1
    assert [one["type"] for one in program.read(page.inner_text("#secret"))] == ["hook.tried/1"]
    page.click("text=Lähetä koeviesti")
    assert page.locator("table tbody tr").count() == 2
    assert "204" in page.inner_text("table")
    page.click("text=Päätä kytkentä")
    assert "Sinulla ei ole vielä kytkentöjä" in page.inner_text("main")
    assert axe(page) == []


def test_a_teacher_sees_the_rooms_air_and_the_advice(live, page):
    town, url = live
    list(simulate_schools(town.city, schools=1, rooms=8, first=date(2027, 1, 11), days=1, seed=3))
    watch = watches.watch(town.city, "school-air")
    at = datetime(2027, 1, 11, 8, tzinfo=town.city.zone)
    while at.hour < 11 and not watches.look(town.city, watch, at=at).raised:
        at += timedelta(minutes=5)
    page.goto(f"{url}/watches/")
    page.click("a:has-text('Koulujen sisäilma') >> nth=-1")
    page.locator("main table a").first.click()
    words = page.inner_text("main")
    assert "Avatkaa ikkunat ja ovi kymmeneksi minuutiksi" in words
    assert "Simuloitu" in words
    assert page.locator("strong.bad").count() == 1
    assert axe(page) == []


@pytest.mark.django_db
def test_keys_that_nobody_uses_any_more_are_forgotten_with_their_addresses(town):
    now = timezone.now()
    Key.objects.create(email="a@x.example", application="never", plan="standard", asked=now - timedelta(days=2))
    Key.objects.create(
        email="b@x.example", application="ended", plan="standard", asked=now - timedelta(days=90), digest="1",
        confirmed=now - timedelta(days=90), ended=now - timedelta(days=31),
    )  # fmt: skip
    Key.objects.create(email="c@x.example", application="held", plan="standard", asked=now, digest="2", confirmed=now)
    expire_all(town.city, at=now)
    assert [row.application for row in Key.objects.all()] == ["held"]


@pytest.mark.parametrize("given, told", [
    ({"email": "no", "application": "x", "plan": "standard"}, "sähköposti"),
    ({"email": "a@x.example", "application": "", "plan": "standard"}, "vaaditaan"),
    ({"email": "a@x.example", "application": "x", "plan": "free"}, "free"),
])  # fmt: skip
def test_a_key_is_not_sent_for_what_is_not_filled_in(town, given, told):
    answer = Client().post("/developers/", given, headers={"accept-language": "fi"})
    assert answer.status_code == 422
    assert told in answer.content.decode().lower()
    assert not Message.objects.filter(kind="api_key").exists()


def test_a_key_is_shown_once_and_not_by_an_old_or_altered_link(town):
    client = Client()
    client.post("/developers/", {"email": "a@x.example", "application": "x", "plan": "standard"})
    link = re.search(r"/developers/confirm/\S+", Message.objects.get(kind="api_key").text)[0]
    assert client.get(link).status_code == 200
    assert client.post(link).status_code == 200
    assert client.post(link).status_code == 409
    assert client.post(link[:-3] + "x/").status_code == 404


def test_the_strategys_page_leads_to_open_data_developers_and_what_is_watched(town):
    page = Client().get("/", headers={"accept-language": "en"}).content.decode()
    for address, words in (("/watches/", "Schools and indoor air"), ("/developers/", "Open, real-time data")):
        assert re.search(rf'<a href="{address}">{words}', page), address
    assert "data sets open to everybody" in page
    tile = Client().get("/strategy/mallila/O2/", headers={"accept-language": "en"}).content.decode()
    assert 'href="/data/"' in tile


def test_keys_that_are_none_are_counted_by_the_address_they_come_from(town, settings):
    settings.REQUESTS_PER_MINUTE = 3
    client = Client()
    answers = [client.get("/api/3/action/site_read", headers={"X-API-Key": f"guess-{n}"}) for n in range(5)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]


def test_what_is_simulated_says_so_wherever_it_goes(town):
    list(simulate_schools(town.city, schools=1, rooms=1, first=date(2027, 1, 11), days=1, seed=3))
    client = Client(headers={"accept-language": "en"})
    for address in ("/sensors/", "/watches/", "/data/?q=sensors", "/data/mallila.sensors/"):
        assert "imulated" in client.get(address).content.decode(), address
    page = client.get("/sensors/").content.decode()
    address = re.search(r"/sensors/\d+/", page)[0]
    assert "Simulated: these rooms are not real" in client.get(address).content.decode()
    for file in ("/data/mallila.sensors.csv", f"{address}observations.csv"):
        assert "-simulated.csv" in client.get(file).headers["Content-Disposition"]
    assert "(simulated)" in client.get("/data/mallila.sensors.ttl").content.decode()


@pytest.mark.parametrize("page", ["9" * 5000, "-1", "x", "999999", "٣"])
def test_a_page_that_is_none_is_the_first_or_empty(town, page):
    assert Client().get("/data/", {"page": page}).status_code == 200
