"""What an attacker tries, and how each is refused: forged posts, planted scripts, injection, other people's things,
guessing, bombs, headers and logs. Tokens and sessions are in tests/core/test_sign_in.py and test_gdpr_api.py."""

from __future__ import annotations

import io
import logging

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.parts.api_keys import TOKEN
from tests.stories.conftest import code_of
from tests.stories.every_page import pages_of
from toimiva.capabilities.cases.models import Case
from toimiva.capabilities.design import api as design
from toimiva.capabilities.offers.models import Offer
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.errors import Invalid
from toimiva.core.identity import sessions
from toimiva.core.identity.models import SignIn
from toimiva.core.lake import api as lake
from toimiva.core.registers import api as registers

SCRIPT = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"
RAW = ("<script>alert(", "<img src=x")


def signed_in(person: str, **headers) -> Client:
    """A client with a resident's session."""
    client = Client(**headers)
    request = client.get("/healthz").wsgi_request
    request.session = client.session
    sessions.begin(request, kind="resident", who=person, city="mallila")
    request.session.save()
    client.cookies["sessionid"] = request.session.session_key
    return client


def test_a_form_of_another_site_is_refused_at_every_address_that_changes_something(live):
    town, _ = live
    attacked = Client(enforce_csrf_checks=True)
    family = town.family()
    pages = [
        *pages_of(town), f"/rounds/{town.round.id}/stop/", f"/rounds/{town.round.id}/pause/",
        "/cities/mallila/services/preschool/sign/", "/cities/mallila/services/preschool/start/",
        "/services/mallila/preschool/draft/", "/act-as/", "/sign-out/", "/my/purposes/preschool-placement/",
        "/sessions/1/end/", family.link, "/i18n/setlang/",
    ]  # fmt: skip
    before = (Offer.objects.filter(state="open").count(), Case.objects.filter(closed=None).count())
    answers = {page: attacked.post(page, {"action": "yes"}).status_code for page in pages}

    assert {page: code for page, code in answers.items() if code not in (302, 403, 405)} == {}
    went_on = [page for page, code in answers.items() if code == 302]
    assert all(page.startswith(("/my/", "/sessions/")) for page in went_on), went_on  # to the sign-in, nothing done
    assert before == (Offer.objects.filter(state="open").count(), Case.objects.filter(closed=None).count())


def test_a_script_that_somebody_wrote_is_shown_as_text_wherever_it_comes_up(live):
    town, _ = live
    family, client = town.families(guardians=1)[0], Client()
    case = Case.objects.filter(closed=None).order_by("pk").first()
    Offer.objects.filter(pk=family.offer.pk).update(child_name=SCRIPT[:80])
    number = family.phone().number.lstrip("+")
    draft = design.open_draft(town.service, author=SCRIPT[:40], at=cities.now("mallila"))
    client.post(f"/phones/{number}/", {"text": SCRIPT})
    client.post(f"/desk/{case.pk}/", {"action": "note", "text": SCRIPT})
    client.post(f"/desk/{case.pk}/", {"action": "settle", "give": "give", "grounds": SCRIPT})
    client.post(f"/drafts/{draft.pk}/", {
        "action": "value", "name": "preschool_age", "value": SCRIPT, "since": "2027-01-01", "source": SCRIPT,
    })  # fmt: skip
    for language in cities.LANGUAGES:
        client.post(
            f"/drafts/{draft.pk}/", {"action": "text", "key": "offer_subject", "language": language, "text": SCRIPT}
        )
    resident = signed_in(family.guardian, headers={"user-agent": SCRIPT})
    own = ("/my/", "/sessions/")
    pages = [*pages_of(town), f"/desk/{case.pk}/", f"/phones/{number}/", f"/drafts/{draft.pk}/effect/"]

    shown = {page: (resident if page.startswith(own) else client).get(page).content.decode() for page in pages}

    assert [page for page, text in shown.items() if any(raw in text for raw in RAW)] == []
    assert sum("&lt;script&gt;" in text for text in shown.values()) >= 3  # it did come up


def test_a_script_in_an_address_or_a_form_comes_back_as_text(live):
    town, _ = live
    tried = {"city": SCRIPT, "reason": SCRIPT, "q": SCRIPT, "search": SCRIPT, "next": SCRIPT, "opens": SCRIPT,
             "days": SCRIPT, "kept_back": SCRIPT, "language": SCRIPT, "official": SCRIPT, "lang": SCRIPT}  # fmt: skip
    found = []
    for page in [*pages_of(town), f"/phones/{SCRIPT}/", f"/o/{SCRIPT}/", f"/desk/{SCRIPT}/"]:
        for method in (Client().get, Client().post):
            text = method(page, tried, follow=False).content.decode(errors="replace")
            found += [page for raw in RAW if raw in text]
    assert found == []


@pytest.mark.parametrize("said", [
    "x' OR '1'='1", "'; DROP TABLE offers_offer; --", '" UNION SELECT * FROM identities --', "%' ESCAPE '", "\x00",
])  # fmt: skip
def test_sql_in_any_parameter_is_a_value_like_any_other(live, said):
    town, _ = live
    client = Client()
    before = Offer.objects.count()
    for page in pages_of(town):
        answer = client.get(page, dict.fromkeys(("city", "reason", "q", "search", "next"), said))
        assert answer.status_code < 500, page
    for address in (reverse("phones") + f"{said}/", f"/my/data/{said}/", f"/rounds/{said}/", f"/services/{said}/x/"):
        assert client.get(address).status_code < 500, address
    assert Offer.objects.count() == before
    assert town.ledger_holds()


def test_feel_in_a_parameter_is_a_value_and_a_model_that_reaches_out_is_refused(live):
    town, _ = live
    draft = design.open_draft(town.service, author="Maija Malli", at=cities.now("mallila"))
    client = Client()
    for value in (
        "1 + external function",
        "function() external {java: {class: 'java.lang.Runtime'}}",
        "!!python/object",
    ):
        told = client.post(f"/drafts/{draft.pk}/", {
            "action": "value", "name": "preschool_age", "value": value, "since": "2027-01-01", "source": "x",
        })  # fmt: skip
        assert told.status_code in (302, 422)
    for bomb in (BILLION_LAUGHS, REACHES_OUT):
        file = SimpleUploadedFile("decision.dmn", bomb.encode())
        told = client.post(f"/drafts/{draft.pk}/", {"action": "model", "model": file})
        assert told.status_code == 422
        assert "root:" not in told.content.decode()


LEVELS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BILLION_LAUGHS = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "lol">{LEVELS}]><definitions>&l9;</definitions>'
REACHES_OUT = (
    """<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><definitions>&x;</definitions>"""
)


def test_another_persons_things_do_not_exist_for_a_resident(live):
    town, _ = live
    mine, theirs = town.families(guardians=1)[:2]
    client = signed_in(mine.guardian)
    other = SignIn.objects.create(
        kind="resident", who=theirs.guardian, city="mallila", started=cities.now("mallila"), seen=cities.now("mallila")
    )

    assert client.get(f"/my/data/{mine.offer.person}/").status_code == 200
    assert client.get(f"/my/data/{theirs.offer.person}/").status_code == 404
    assert client.get(f"/my/data/{theirs.guardian}/").status_code == 404
    assert client.post(f"/sessions/{other.pk}/end/").status_code == 404
    for page in ("/my/", "/my/data/", "/my/uses/", "/my/archive.zip"):
        content = client.get(page).content
        assert code_of(theirs.guardian).encode() not in content
        assert theirs.offer.person.encode() not in content
    assert client.get(mine.link.replace("/o/", "/o/x")).status_code == 404
    assert client.get(f"{theirs.link}decision.pdf").status_code == 404  # there is none yet, and it is not told why


def test_guessing_links_is_stopped_and_others_are_not(live, settings):
    town, _ = live
    link, guesser = town.family().link, {"REMOTE_ADDR": "203.0.113.7"}
    client = Client()
    codes = [
        client.get(f"/o/{number:012x}/", **guesser).status_code
        for number in range(settings.GUESSES_PER_TEN_MINUTES + 5)
    ]

    assert codes[: settings.GUESSES_PER_TEN_MINUTES] == [404] * settings.GUESSES_PER_TEN_MINUTES
    assert set(codes[settings.GUESSES_PER_TEN_MINUTES :]) == {429}
    stopped = client.get(link, **guesser)
    assert stopped.status_code == 429  # even the right one: it would tell that it was right
    assert 0 < int(stopped.headers["Retry-After"]) <= 600
    assert client.get(link, REMOTE_ADDR="203.0.113.8").status_code == 200
    assert client.get("/healthz", **guesser).status_code == 200


def test_guessing_keys_is_stopped(live, settings):
    settings.REGISTER_TOKEN = TOKEN
    client, address = Client(), "/api/v1/registers/mallila/units.units/units.units.csv"
    codes = [
        client.put(address, headers={"Authorization": f"Bearer {n}"}).status_code
        for n in range(settings.GUESSES_PER_TEN_MINUTES + 1)
    ]
    assert (codes[0], codes[-1]) == (401, 429)
    assert client.put(address, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 429


def test_a_forwarded_address_counts_only_behind_as_many_proxies_as_there_are(live, settings):
    client = Client()

    def guesses(forwarded: str) -> int:
        return client.get("/o/nothing/", headers={"X-Forwarded-For": forwarded}).status_code

    settings.GUESSES_PER_TEN_MINUTES = 3
    assert [guesses(f"198.51.100.{n}") for n in range(4)][-1] == 429  # nobody hides behind a header
    settings.PROXIES = 1
    assert guesses("198.51.100.1, 203.0.113.9") == 404
    assert [guesses(f"198.51.100.{n}, 203.0.113.9") for n in range(4)][-1] == 429


def test_whoever_asks_too_often_is_told_when_to_come_back(live, settings):
    settings.REQUESTS_PER_MINUTE = 5
    client = Client()
    answers = [client.get("/healthz") for _ in range(6)]
    assert [a.status_code for a in answers] == [200] * 5 + [429]
    assert answers[0].headers["RateLimit-Remaining"] == "4"


def test_a_file_that_unpacks_into_more_than_any_register_is_refused_before_it_is_unpacked(town, at):
    rows = pl.select(pl.repeat("x", 40_000_000).alias("person")).with_columns(
        **{f"c{n}": pl.col("person") for n in range(6)}
    )
    packed = io.BytesIO()
    rows.write_parquet(packed, compression="zstd")
    assert len(packed.getvalue()) < 1_000_000

    with pytest.raises(Invalid, match="280000000 cells"):
        registers.receive(town.city, "units.units", "units.units.parquet", packed.getvalue(), at=at("2027-01-05 10:00"))
    with pytest.raises(Invalid, match="not a whole Parquet file"):
        registers.receive(town.city, "units.units", "u.parquet", b"PAR1" + b"\xff" * 64, at=at("2027-01-05 10:00"))


def test_a_delivery_larger_than_is_taken_is_refused_and_one_larger_than_a_form_is_not(live, settings):
    settings.REGISTER_TOKEN = TOKEN
    key = {"Authorization": f"Bearer {TOKEN}"}
    units = lake.read("mallila", "units.units").write_csv().encode()
    address = "/api/v1/registers/mallila/units.units/units.units.csv"

    settings.DELIVERY_MOST_BYTES = 100
    refused = Client().put(address, units, headers=key)
    settings.DELIVERY_MOST_BYTES = 10_000_000
    taken = Client().put(address, units + b"\n" * 3_000_000, headers=key)

    assert (refused.status_code, refused.json()["title"]) == (413, "The delivery is larger than 0 MB.")
    assert taken.status_code == 422  # read whole: empty lines are rows that break the contract
    assert "3000000 of 3000005 rows" in taken.json()["title"]


def test_a_refusal_is_in_the_log_without_what_was_in_the_address(live, caplog, settings):
    settings.OPEN_STAFF_PAGES = False
    town, _ = live
    signed_in(town.family().guardian).get("/desk/")
    Client().post("/api/v1/gateways/http/replies", b"{}", content_type="application/json")
    Client().get("/api/v1/my/children/" + "a" * 16 + "/data")

    told = "\n".join(record.getMessage() for record in caplog.records if record.name == "toimiva.refused")
    assert "'desk/'" in told
    assert "'api/v1/my/children/<person>/data'" in told
    assert "a" * 16 not in told


def test_programs_are_refused_over_http_in_production(live, settings):
    settings.PRODUCTION = True
    answer = Client().get("/api/v1/ledger/roots")
    assert (answer.status_code, answer.json()["title"]) == (403, "The API is reached over HTTPS only.")
    assert Client().get("/api/v1/ledger/roots", secure=True).status_code == 200


def test_a_line_break_cannot_get_into_a_header_or_a_line_of_the_log(live, caplog):
    client = Client()
    broken = "x\r\nSet-Cookie: stolen=1"
    for answer in (
        client.get("/sign-in/resident/", {"next": broken}), client.post("/act-as/", {"official": broken, "next": broken}),
        client.post("/i18n/setlang/", {"language": broken, "next": broken}), client.get(f"/rounds/{broken}/report.csv"),
    ):  # fmt: skip
        assert answer.status_code < 500
        assert not any("\n" in value or "stolen" in name for name, value in answer.headers.items())
        assert "stolen" not in answer.cookies
    with caplog.at_level(logging.WARNING):
        client.get("/nothing%0d%0aERROR forged line/")
    assert not any("\n" in record.getMessage() for record in caplog.records)


def test_every_page_says_what_a_browser_may_do_with_it(live):
    town, _ = live
    for page in pages_of(town):
        headers = Client().get(page).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert "'unsafe-eval'" not in policy
        assert ("'wasm-unsafe-eval'" in policy) == page.startswith("/twin/"), "Draco's decoder, on the twin's page only"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"


def test_a_text_message_with_code_in_it_is_words(live):
    town, _ = live
    family = town.families(guardians=1)[0]
    for said in ("'; DELETE FROM offers_offer; --", "{{ 1234 * 5678 }}", "${jndi:ldap://x}", "%d%d"):
        family.phone().replies(said)
    assert family.offer.state == "open"
    assert not any("7006652" in text.text for text in channels.texts_of(family.phone().number) if text.from_city)
