"""Signing in by OpenID Connect, against a real provider and against forged tokens."""

from __future__ import annotations

import base64
import hmac
import json
import time
from datetime import timedelta

import polars as pl
import pytest
import requests
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.conftest import missing
from tests.parts.issuers import LOW, NODE, ROOT, STRONG, OpenIdProvider, at_site
from tests.parts.town import Town, register_of
from toimiva.core.city import api as cities
from toimiva.core.identity import development
from toimiva.core.identity.models import SignIn
from toimiva.core.ledger import api as ledger
from toimiva.core.registers import api as registers
from toimiva.project import cli

CLAIM = "national_identification_number"


@pytest.fixture
def site(home, transactional_db, live_server, settings) -> str:
    """A served town whose staff pages are closed."""
    settings.OPEN_STAFF_PAGES = False
    at_site(settings, live_server.url)
    Town.create(signed=False)
    return live_server.url


@pytest.fixture
def provider(site, settings):
    if not NODE.exists() or not (ROOT / "node_modules" / "oidc-provider").exists():
        missing("oidc-provider", "run `make setup-test`")
    found = OpenIdProvider(site)
    for kind in settings.ISSUERS:
        settings.ISSUERS[kind] |= {"issuer": found.issuer, "secret": "a-secret-of-the-tests"}
    yield found
    found.close()


@pytest.fixture
def code() -> str:
    """An identity code of somebody who lives in the town."""
    whole = register_of(cities.load("mallila"))
    return whole.filter(pl.col("died").is_null() & (pl.col("municipality") == "999")).sort("person")["identity_code"][0]


def person(town_city, identity_code: str) -> str:
    return registers.pseudonym(town_city, identity_code)


def get(browser: requests.Session, address: str, **kwargs) -> requests.Response:
    return browser.get(address, timeout=20, **kwargs)


def test_a_resident_signs_in_and_comes_back_to_where_they_were_going(site, provider, code):
    provider.choose(code, **{CLAIM: code})
    browser = requests.Session()
    answer = get(browser, f"{site}/my/data/")

    assert answer.status_code == 200
    assert answer.url == f"{site}/my/data/"
    assert code in answer.text
    row = SignIn.objects.get()
    assert (row.kind, row.city, row.level) == ("resident", "mallila", STRONG)
    assert [entry["kind"] for entry in ledger.about(row.who, kind="identity.signed_in")] == ["identity.signed_in"]
    assert code not in str(list(SignIn.objects.values()))


def test_the_session_key_is_another_after_sign_in(site, provider, code):
    provider.choose(code, **{CLAIM: code})
    browser = requests.Session()
    get(browser, f"{site}/sign-in/resident/", allow_redirects=False)
    before = browser.cookies["sessionid"]

    get(browser, f"{site}/my/")

    assert browser.cookies["sessionid"] != before
    thief = requests.Session()
    thief.cookies.set("sessionid", before)
    assert get(thief, f"{site}/my/", allow_redirects=False).status_code == 302


def test_a_weak_identification_opens_nothing(site, provider, code):
    provider.choose(code, acr=LOW, **{CLAIM: code})

    answer = get(requests.Session(), f"{site}/my/")

    assert answer.status_code == 403
    assert not SignIn.objects.exists()


def test_the_issuers_keys_may_change(site, provider, code):
    provider.choose(code, **{CLAIM: code})
    assert get(requests.Session(), f"{site}/my/").status_code == 200

    provider.rotate()

    assert get(requests.Session(), f"{site}/my/").status_code == 200


def test_a_code_is_good_for_one_browser_and_one_time(site, provider, code):
    provider.choose(code, **{CLAIM: code})
    browser = requests.Session()
    back = next(
        r.headers["Location"] for r in get(browser, f"{site}/my/").history if "/back/?" in r.headers["Location"]
    )

    assert get(browser, back).status_code == 403  # again
    assert get(requests.Session(), back).status_code == 403  # elsewhere


def test_who_is_in_no_register_here_is_told_so(site, provider):
    provider.choose("010190-9999", **{CLAIM: "010190-9999"})

    answer = get(requests.Session(), f"{site}/my/", headers={"Accept-Language": "en"})

    assert answer.status_code == 403
    assert "not in the population register" in answer.text


def test_an_official_has_the_roles_of_their_groups(site, provider, settings):
    settings.STAFF_GROUPS = {"desk-workers": ("desk",)}
    provider.choose("maija", acr=STRONG, name="Maija Malli", groups=["desk-workers", "others"])
    browser = requests.Session()

    assert get(browser, f"{site}/desk/").status_code == 200
    assert get(browser, f"{site}/rounds/").status_code == 403
    assert get(browser, f"{site}/my/", allow_redirects=False).status_code == 302
    assert SignIn.objects.get().who == "Maija Malli"


def test_an_official_without_a_group_is_let_in_nowhere(site, provider, settings):
    settings.STAFF_GROUPS = {"desk-workers": ("desk",)}
    provider.choose("olli", acr=STRONG, name="Olli Ohje", groups=["others"])

    assert get(requests.Session(), f"{site}/desk/").status_code == 403
    assert not SignIn.objects.exists()


def test_a_session_ends_by_idleness_by_age_and_by_its_owner(site, provider, code, settings):
    provider.choose(code, **{CLAIM: code})
    browser, other = requests.Session(), requests.Session()
    for one in (browser, other):
        get(one, f"{site}/my/")
    first, second = SignIn.objects.order_by("pk")

    token = browser.cookies["csrftoken"]
    browser.post(f"{site}/sessions/{second.pk}/end/", data={"csrfmiddlewaretoken": token}, timeout=20)
    assert get(other, f"{site}/my/", allow_redirects=False).status_code == 302

    SignIn.objects.filter(pk=first.pk).update(seen=timezone.now() - settings.SIGN_IN_IDLE - timedelta(seconds=1))
    assert get(browser, f"{site}/my/", allow_redirects=False).status_code == 302

    get(browser, f"{site}/my/")
    third = SignIn.objects.latest("pk")
    SignIn.objects.filter(pk=third.pk).update(started=timezone.now() - settings.SIGN_IN_LONGEST - timedelta(seconds=1))
    assert get(browser, f"{site}/my/", allow_redirects=False).status_code == 302


def test_an_administrator_ends_every_session_of_somebody(db, capsys):
    now = timezone.now()
    rows = [SignIn.objects.create(kind="official", who=who, started=now, seen=now) for who in ("A B", "A B", "C D")]
    assert cli.main(["session", "end", "--who", "A B"]) == 0
    assert "2 sessions" in capsys.readouterr().out
    assert [SignIn.objects.get(pk=row.pk).ended is None for row in rows] == [False, False, True]
    assert cli.main(["session", "list"]) == 0
    assert "official  1" in capsys.readouterr().out


def test_nobody_ends_anothers_session(site, provider, code):
    provider.choose(code, **{CLAIM: code})
    browser = requests.Session()
    get(browser, f"{site}/my/")
    stranger = SignIn.objects.create(
        kind="resident", who="0" * 16, city="mallila", started=timezone.now(), seen=timezone.now()
    )
    get(browser, f"{site}/sessions/")

    answer = browser.post(
        f"{site}/sessions/{stranger.pk}/end/", data={"csrfmiddlewaretoken": browser.cookies["csrftoken"]}, timeout=20
    )

    assert answer.status_code == 404
    stranger.refresh_from_db()
    assert stranger.ended is None


def test_signing_out_ends_here_and_offers_to_end_at_the_issuer(site, provider, code):
    provider.choose(code, **{CLAIM: code})
    browser = requests.Session()
    get(browser, f"{site}/my/")

    answer = browser.post(f"{site}/sign-out/", data={"csrfmiddlewaretoken": browser.cookies["csrftoken"]}, timeout=20)

    assert f"{provider.issuer}/session/end" in answer.text
    assert SignIn.objects.get().ended is not None
    assert get(browser, f"{site}/my/", allow_redirects=False).status_code == 302


@pytest.mark.parametrize(
    "following", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]
)
def test_sign_in_leads_to_no_other_site(site, provider, code, following):
    provider.choose(code, **{CLAIM: code})

    answer = get(requests.Session(), f"{site}/sign-in/resident/", params={"next": following})

    assert answer.url.startswith(site)


# --- forged tokens: the site's own issuer, made to lie


def sign_in_at_site(site: str, identity_code: str) -> requests.Response:
    browser = requests.Session()
    page = get(browser, f"{site}/my/")
    token = browser.cookies["csrftoken"]
    data = {"csrfmiddlewaretoken": token, "person": identity_code}
    return browser.post(page.url, data=data, headers={"Referer": page.url}, timeout=20)


def test_the_sites_own_issuer_lets_a_sample_person_in(site, code):
    assert sign_in_at_site(site, code).url == f"{site}/my/"


@pytest.mark.parametrize(
    "lie",
    [
        {"exp": 1_600_000_000},
        {"aud": "another client"},
        {"iss": "http://evil.example"},
        {"nonce": "another"},
        {"nonce": None},
        {"acr": "urn:weak"},
        {"acr": None},
        {"exp": None},
    ],
    ids=str,
)
def test_a_token_that_is_not_exactly_right_is_refused(site, code, monkeypatch, lie):
    honest = development._claims

    def lying(request, asked):
        claims = honest(request, asked) | lie
        return {name: value for name, value in claims.items() if value is not None}

    monkeypatch.setattr(development, "_claims", lying)

    assert sign_in_at_site(site, code).status_code == 403
    assert not SignIn.objects.exists()


def _with_another_key(claims):
    key = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "kid": development._key().kid}, claims, key)


def _with_the_public_key_as_a_secret(claims):
    parts = [json.dumps({"alg": "HS256", "kid": development._key().kid}).encode(), json.dumps(claims).encode()]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    mac = hmac.digest(development._key().as_pem(private=False), signed, "sha256")
    return (signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


def _unsigned(claims):
    signed = jwt.encode({"alg": "RS256"}, claims, development._key())
    header = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    return ".".join([header, signed.split(".")[1], ""])


@pytest.mark.parametrize("forge", [_with_another_key, _with_the_public_key_as_a_secret, _unsigned])
def test_a_forged_signature_is_refused(site, code, monkeypatch, forge):
    class Forger:
        @staticmethod
        def encode(header, claims, key):
            return forge(claims)

    monkeypatch.setattr(development, "jwt", Forger)

    assert sign_in_at_site(site, code).status_code == 403
    assert not SignIn.objects.exists()


def test_a_code_without_its_proof_of_possession_is_refused(site, code):
    browser = requests.Session()
    page = get(browser, f"{site}/my/")
    data = {"csrfmiddlewaretoken": browser.cookies["csrftoken"], "person": code}
    back = browser.post(page.url, data=data, headers={"Referer": page.url}, timeout=20, allow_redirects=False)
    stolen = back.headers["Location"].split("code=")[1].split("&")[0]

    answer = requests.post(
        f"{site}/development-issuer/token/", data={"code": stolen, "code_verifier": "guessed"}, timeout=20
    )

    assert answer.json() == {"error": "invalid_grant"}


def test_the_development_issuer_is_not_there_in_production(site, settings):
    settings.PRODUCTION = True
    settings.SECURE_SSL_REDIRECT = False

    for path in (".well-known/openid-configuration", "jwks/", "authorize/"):
        assert requests.get(f"{site}/development-issuer/{path}", timeout=20).status_code == 404


def test_a_sign_in_service_that_does_not_answer_is_told_plainly(site, settings):
    settings.ISSUERS = {kind: told | {"issuer": "http://127.0.0.1:9"} for kind, told in settings.ISSUERS.items()}
    started = time.perf_counter()

    answer = get(requests.Session(), f"{site}/my/", headers={"Accept-Language": "en"})

    assert answer.status_code == 503
    assert "cannot be reached" in answer.text
    assert time.perf_counter() - started < 15
