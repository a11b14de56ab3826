"""A service of another fetches what a resident lets it, and nothing a second after they have ended it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from tests.stories.conftest import code_of, signs_in
from tests.stories.test_access import signed_in
from toimiva.capabilities.sharing import api as sharing
from toimiva.capabilities.sharing.models import Code, Token
from toimiva.core.city import api as cities
from toimiva.core.errors import Invalid
from toimiva.core.lake import api as lake
from toimiva.core.purposes import api as purposes
from toimiva.core.retention import api as retention
from toimiva.project import cli

PROOF = "residence-proof"
VERIFIER = "v" * 64
HERE = {"host": "localhost:8000"}  # where HTTP will do


@dataclass
class Company:
    """A company with its service, as an OAuth client of its own."""

    url: str
    id: str
    secret: str
    back: str

    def asks(self, **changed) -> str:
        """The address to which it sends the resident."""
        asked = {
            "scope": PROOF, "state": "s1", "code_challenge": create_s256_code_challenge(VERIFIER),
            "code_challenge_method": "S256",
        } | changed  # fmt: skip
        client = OAuth2Session(self.id, self.secret, redirect_uri=asked.pop("redirect_uri", self.back))
        address, _state = client.create_authorization_url(f"{self.url}/oauth/authorize/", **asked)
        return address

    def changes(self, code: str, **changed):
        """A code for a token."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.back, "code_verifier": VERIFIER}
        form |= {"client_id": self.id} if not self.secret else {}
        auth = (self.id, self.secret) if self.secret else None
        return requests.post(f"{self.url}/oauth/token/", form | changed, auth=auth, timeout=10)

    def refreshes(self, token: str):
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return requests.post(f"{self.url}/oauth/token/", form, auth=(self.id, self.secret), timeout=10)

    def fetches(self, token: str, purpose: str = PROOF):
        headers = {"Authorization": f"Bearer {token}"}
        return requests.get(f"{self.url}/api/v1/shared/{purpose}", headers=headers, timeout=10)


def company(town, url: str, *, confidential: bool = True) -> Company:
    back = f"{url}/healthz"  # where the company would be: any page that answers
    new = sharing.NewService("Museokortti", "https://museum.example", [back], [PROOF], confidential)
    row, secret = sharing.register_service(town.city, new, actor="test", at=cities.now("mallila"))
    return Company(url, row.pk, secret, back)


def code_for(town, asker: Company, person: str) -> str:
    """The code that comes back when the resident allows it."""
    me = signed_in("resident", person)
    address = asker.asks().removeprefix(asker.url)
    version = purposes.purpose(town.city, PROOF).version
    answer = me.post(address, {"answer": "allow", f"version-{PROOF}": version}, headers=HERE)
    assert answer.status_code == 302, answer.content.decode()
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def test_a_resident_lets_a_museum_know_where_they_live_sees_it_and_ends_it(live, page):
    town, url = live
    person = town.family(language="fi").recipients[0].guardian
    museum = company(town, url)
    signs_in(page, url, code_of(person))

    page.goto(museum.asks())
    told = page.inner_text("main")
    assert "Museokortti pyytää tietojasi" in told
    assert "syntymäpäivä" in told.lower()
    page.click("button:text-is('Salli')")
    page.wait_for_url("**/healthz?**")
    back = parse_qs(urlsplit(page.url).query)
    assert back["state"] == ["s1"]
    token = museum.changes(back["code"][0]).json()
    row = museum.fetches(token["access_token"]).json()["tables"]["population.residents"][0]
    assert set(row) == {"born", "municipality"}
    assert row["municipality"] == "999"

    page.goto(f"{url}/my/uses/")
    assert "Museokortti" in page.inner_text("main")
    page.goto(f"{url}/my/services/")
    pressed = time.perf_counter()
    page.click("text=Lopeta: Museokortti")
    page.wait_for_selector(".notice.done")
    assert museum.fetches(token["access_token"]).status_code == 401
    assert time.perf_counter() - pressed < 5  # the press, the page and the try; the end itself is one transaction
    assert not purposes.consents(town.city, person, PROOF)
    assert museum.refreshes(token["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_resident_who_does_not_allow_it_goes_back_without_a_code(live, page):
    town, url = live
    person = town.family().recipients[0].guardian
    museum = company(town, url)
    page.goto(museum.asks())  # not signed in: the way back to the question is kept
    page.locator("main button").first.evaluate("(button, code) => button.value = code", code_of(person))
    page.locator("main button").first.click()
    page.wait_for_selector("button[value=refuse]")

    page.click("button[value=refuse]")
    page.wait_for_url("**/healthz?**")

    assert parse_qs(urlsplit(page.url).query)["error"] == ["access_denied"]
    assert not purposes.consents(town.city, person, PROOF)
    assert Code.objects.count() == 0


def test_a_consent_that_ends_on_the_page_of_purposes_ends_the_service_too(live):
    town, url = live
    person = town.family().recipients[0].guardian
    museum = company(town, url)
    token = museum.changes(code_for(town, museum, person)).json()["access_token"]
    assert museum.fetches(token).status_code == 200

    purposes.withdraw_consent(town.city, person, PROOF, at=cities.now("mallila"))

    assert museum.fetches(token).status_code == 401
    assert sharing.permissions_of(town.city, person) == []


def test_a_changed_text_gives_nothing_until_the_resident_has_read_it(live):
    town, url = live
    person = town.family().recipients[0].guardian
    museum = company(town, url)
    token = museum.changes(code_for(town, museum, person)).json()["access_token"]
    folder = cities.published("mallila") / "purposes"
    folder.mkdir(parents=True)
    text = town.city.find(f"purposes/{PROOF}.toml").read_text()
    (folder / f"{PROOF}.toml").write_text(text.replace("birthday", "birthday and age"))

    assert museum.fetches(token).status_code == 403


def test_a_refresh_token_turns_and_its_second_use_ends_everything(live):
    town, url = live
    person = town.family().recipients[0].guardian
    museum = company(town, url)
    first = museum.changes(code_for(town, museum, person)).json()
    second = museum.refreshes(first["refresh_token"]).json()
    assert museum.fetches(second["access_token"]).status_code == 200
    assert museum.fetches(first["access_token"]).status_code == 401

    third = museum.refreshes(second["refresh_token"]).json()
    assert len(set(Token.objects.values_list("ends", flat=True))) == 1  # however often it turns
    again = museum.refreshes(first["refresh_token"])
    assert again.json()["error"] == "invalid_grant"  # a thief, or its owner after one

    assert museum.fetches(third["access_token"]).status_code == 401


def test_a_permission_is_asked_for_anew_after_half_a_year(live):
    town, url = live
    museum = company(town, url)
    token = museum.changes(code_for(town, museum, town.family().recipients[0].guardian)).json()
    Token.objects.update(ends="2020-01-01T00:00:00Z")
    assert museum.refreshes(token["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_code_is_good_once_for_its_own_service_address_and_challenge(live):
    town, url = live
    person = town.family().recipients[0].guardian
    museum, other = company(town, url), company(town, url)
    code = code_for(town, museum, person)

    assert other.changes(code).json()["error"] == "invalid_grant"
    assert museum.changes(code, code_verifier="w" * 64).json()["error"] == "invalid_grant"
    assert museum.changes(code, redirect_uri="https://evil.example/").json()["error"] == "invalid_grant"
    assert museum.changes(code, code_verifier="").status_code == 400
    token = museum.changes(code).json()
    assert museum.changes(code).json()["error"] == "invalid_grant"
    assert museum.fetches(token["access_token"]).status_code == 401  # used twice: one of the two was a thief
    Code.objects.update(expires="2020-01-01T00:00:00Z", used=False)
    assert museum.changes(code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("changed", [
    {"redirect_uri": "https://evil.example/"}, {"code_challenge": ""}, {"code_challenge_method": "plain"},
    {"scope": "preschool-placement"}, {"scope": f"{PROOF} own-data"}, {"scope": ""}, {"response_type": "token"},
])  # fmt: skip
def test_a_request_that_is_not_right_gives_no_code_and_leads_nowhere_else(live, changed):
    town, url = live
    person = town.family().recipients[0].guardian
    museum = company(town, url)
    address = museum.asks(**changed).removeprefix(url)

    me = signed_in("resident", person)
    version = purposes.purpose(town.city, PROOF).version
    for answer in (
        me.get(address, headers=HERE), me.post(address, {"answer": "allow", f"version-{PROOF}": version}, headers=HERE)
    ):  # fmt: skip
        location = answer.headers.get("Location", museum.back)
        assert "code=" not in location
        assert location.startswith(museum.back)
        assert answer.status_code in (302, 400, 403)
    assert not Code.objects.exists()
    assert not purposes.consents(town.city, person, PROOF)


def test_a_token_fetches_only_what_and_whom_it_is_for(live):
    town, url = live
    first, second = (family.recipients[0].guardian for family in town.families(guardians=1)[:2])
    museum = company(town, url)
    tokens = [museum.changes(code_for(town, museum, person)).json()["access_token"] for person in (first, second)]
    residents = lake.read("mallila", "population.residents")
    for person, token in zip((first, second), tokens, strict=True):
        rows = museum.fetches(token).json()["tables"]["population.residents"]
        assert [row["born"] for row in rows] == [str(residents.filter(person=person)["born"][0])]
    assert museum.fetches(tokens[0], "own-data").status_code == 403
    assert museum.fetches(tokens[0], "nothing").status_code == 403
    for wrong in ("", "x" * 48, tokens[0][:-1]):
        assert museum.fetches(wrong).status_code == 401
    Token.objects.update(expires="2020-01-01T00:00:00Z")
    assert museum.fetches(tokens[0]).status_code == 401
    stored = json.dumps(list(Token.objects.values_list("access", "refresh")))
    assert not any(token in stored for token in tokens)


def test_an_app_without_a_secret_needs_its_challenge(live):
    town, url = live
    person = town.family().recipients[0].guardian
    app = company(town, url, confidential=False)
    code = code_for(town, app, person)
    assert app.changes(code, code_verifier="w" * 64).status_code == 400
    assert app.changes(code).json()["access_token"]


def test_a_service_is_registered_listed_and_closed_by_the_command(town, capsys):
    added = ["sharing", "add", "Museo", "--homepage", "https://m.example", "--redirect", "https://m.example/b", "--purpose",
             PROOF, "--city", "mallila", "--json"]  # fmt: skip
    assert cli.main(added) == 0
    told = json.loads(capsys.readouterr().out)
    assert cli.main(["sharing", "list", "--city", "mallila"]) == 0
    assert told["id"] in capsys.readouterr().out
    assert cli.main(["sharing", "close", told["id"], "--city", "mallila"]) == 0
    assert sharing.services_of_others(town.city) == []
    assert cli.main(["sharing", "close", told["id"], "--city", "mallila"]) == 2


@pytest.mark.parametrize(
    "changed, told",
    [
        ({"redirect_uris": ["http://m.example/"]}, "https://"), ({"redirect_uris": []}, "There is none"),
        ({"redirect_uris": ["https://m.example/#x"]}, "without a #"), ({"purposes": ["own-data"]}, "does not rest on consent"),
        ({"purposes": ["nothing"]}, "Use one of air-profile, residence-proof"), ({"homepage": "javascript:alert(1)"}, "https://"),
    ],
)  # fmt: skip
def test_a_service_that_would_be_a_danger_is_not_registered(town, changed, told):
    given = {
        "name": "M",
        "homepage": "https://m.example",
        "redirect_uris": ["https://m.example/b"],
        "purposes": [PROOF],
    }
    with pytest.raises(Invalid, match=told):
        sharing.register_service(town.city, sharing.NewService(**given | changed), actor="t", at=cities.now("mallila"))


def test_an_erasure_takes_the_services_along(live):
    town, url = live
    person = next(f for f in town.families(guardians=1)).guardian
    museum = company(town, url)
    token = museum.changes(code_for(town, museum, person)).json()["access_token"]

    retention.holders["sharing"].erase(town.city, person)

    assert museum.fetches(token).status_code == 401
