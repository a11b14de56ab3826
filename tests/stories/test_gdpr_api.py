"""The GDPR API, asked as Helsinki's profile asks it: by the city's own tester in a process, and by whoever should not."""

from __future__ import annotations

import base64
import hmac
import os
import queue
import subprocess
import threading
import time

import pytest
from joserfc.jwk import RSAKey

from tests.conftest import missing
from tests.parts.token_issuer import TokenIssuer
from tests.parts.town import Town
from tests.stories.conftest import ROOT
from toimiva.core.city import api as cities
from toimiva.core.identity.models import SignIn
from toimiva.core.identity.sessions import hashed
from toimiva.core.lake import api as lake
from toimiva.core.ledger import api as ledger

TESTER = ROOT / ".venv" / "gdpr-api-tester" / "bin" / "gdpr_api_tester"
UUID = "9e14df7c-81f6-4c41-8578-6aa7b9d0e5c0"
AUDIENCE = "http://localhost:8080/toimiva"


class Tester:
    """The public tester: an issuer of tokens, and commands on its standard input."""

    issuer = "http://127.0.0.1:8888/"  # the port is the tester's own

    def __init__(self, site: str, folder) -> None:
        told = {
            "ISSUER": self.issuer, "GDPR_API_AUDIENCE": AUDIENCE,
            "GDPR_API_AUTHORIZATION_FIELD": "http://localhost:8080", "GDPR_API_QUERY_SCOPE": "toimiva.gdprquery",
            "GDPR_API_DELETE_SCOPE": "toimiva.gdprdelete", "GDPR_API_URL": f"{site}/api/v1/gdpr/$user_uuid",
            "USER_UUID": UUID, "PYTHONUNBUFFERED": "1", "NO_PROXY": "*",
        }  # fmt: skip
        self._process = subprocess.Popen(
            [TESTER], cwd=folder, env=os.environ | told, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self._said: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self._until("exit - Quit")

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for letter in iter(lambda: self._process.stdout.read(1), ""):
            self._said.put(letter)

    def _until(self, words: str, seconds: float = 30) -> str:
        said, ends = "", time.monotonic() + seconds
        while words not in said and time.monotonic() < ends:
            try:
                said += self._said.get(timeout=0.2)
            except queue.Empty:
                continue
        assert words in said, said
        return said

    def asks(self, command: str) -> str:
        """What the tester says of our answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        said = self._until("How the Profile back-end would interpret the response:")
        time.sleep(0.5)
        while not self._said.empty():
            said += self._said.get()
        return said

    def speaks_as(self, issuer_type: str) -> None:
        """Whose tokens: tunnistamo's or keycloak's."""
        self._process.stdin.write(f"set ISSUER_TYPE={issuer_type}\n")
        self._process.stdin.flush()
        self._until("Set config")

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)


@pytest.fixture
def town(home, transactional_db, settings):
    settings.GDPR_API = settings.GDPR_API | {"audience": AUDIENCE, "field": "http://localhost:8080"}
    town = Town.create()
    town.starts_a_round()
    return town


def signed_in(person: str) -> str:
    at = cities.now("mallila")
    SignIn.objects.create(kind="resident", who=person, city="mallila", subject=hashed(UUID), started=at, seen=at)
    return person


def test_the_citys_own_tester_finds_nothing_wrong(town, live_server, tmp_path, settings):
    if not TESTER.exists():
        missing("gdpr-api-tester", "run `make setup-test`")
    settings.GDPR_API = settings.GDPR_API | {"issuer": Tester.issuer}
    family = town.families(guardians=1)[0]
    tester = Tester(live_server.url, tmp_path)
    try:
        assert "status code: 204" in tester.asks("query")  # nobody has come here yet
        guardian = signed_in(family.guardian)
        for issuer_type in ("tunnistamo", "keycloak"):
            tester.speaks_as(issuer_type)
            told = tester.asks("query")
            assert "Success." in told
            assert '"key": "TOIMIVA"' in told
            denied = tester.asks("delete dryrun")
            assert "Deletion denied." in denied
            assert "(The errors are in the correct format)" in denied

        family.phone().replies("Ei")
        town.lives_to(family.offer.closes)
        before = len(identities(guardian))
        assert "Success." in tester.asks("delete dryrun")
        assert len(identities(guardian)) == before == 1
        assert "no longer contains personal data" in tester.asks("delete")
        assert len(identities(guardian)) == 0
        assert ledger.about(guardian, kind="person.erased")
        assert "status code: 204" in tester.asks("query")
    finally:
        tester.close()


def identities(person: str):
    rows = lake.read("mallila", "population.residents.identities")
    return rows.filter(rows["person"] == person)


@pytest.fixture
def issuer(settings):
    found = TokenIssuer()
    settings.GDPR_API = settings.GDPR_API | {"issuer": found.address}
    yield found
    found.close()


def asked(client, token: str, method: str = "get", subject: str = UUID):
    return getattr(client, method)(f"/api/v1/gdpr/{subject}", headers={"Authorization": f"Bearer {token}"})


GOOD = {"sub": UUID, "aud": AUDIENCE, "http://localhost:8080": ["toimiva.gdprquery"]}


def test_only_a_token_that_is_exactly_right_is_answered(town, client, issuer):
    signed_in(town.family().guardian)
    assert asked(client, issuer.signs(GOOD)).status_code == 200
    other = RSAKey.generate_key(2048, {"kid": "1"})
    refused = {
        "expired": issuer.signs(GOOD | {"exp": int(time.time()) - 100}),
        "without an end": issuer.signs(GOOD | {"exp": None}),
        "for another service": issuer.signs(GOOD | {"aud": "http://elsewhere"}),
        "of another issuer": issuer.signs(GOOD | {"iss": "http://elsewhere"}),
        "signed by another": issuer.signs(GOOD, key=other),
        "signed with the public key": confused(issuer),
        "no token": "nothing",
    }
    assert {why: asked(client, token).status_code for why, token in refused.items()} == dict.fromkeys(refused, 401)
    unsigned = issuer.signs(GOOD).rpartition(".")[0] + "."
    assert asked(client, unsigned).status_code == 401


def confused(issuer) -> str:
    """A token whose signature takes the issuer's public key for a shared secret."""
    claims = issuer.signs(GOOD).split(".")[1]
    header = encoded(b'{"alg": "HS256", "kid": "1"}')
    signature = hmac.new(issuer.key.as_pem(private=False), f"{header}.{claims}".encode(), "sha256").digest()
    return f"{header}.{claims}.{encoded(signature)}"


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def test_a_token_opens_only_its_own_subject_for_its_own_scope_with_strong_identification(town, client, issuer):
    signed_in(town.family().guardian)
    other = "1d3a7b1e-0000-4000-8000-000000000000"
    for answer, code in (
        (asked(client, issuer.signs(GOOD), subject=other), "not_allowed"),
        (asked(client, issuer.signs(GOOD), method="delete"), "not_allowed"),
        (asked(client, issuer.signs(GOOD | {"loa": "low"})), "weak_identification"),
    ):
        assert answer.status_code == 403
        assert [error["code"] for error in answer.json()["errors"]] == [code]
        assert set(answer.json()["errors"][0]["message"]) == {"fi", "sv", "en"}


def test_keys_that_the_issuer_has_changed_are_found(town, client, issuer):
    signed_in(town.family().guardian)
    assert asked(client, issuer.signs(GOOD)).status_code == 200
    issuer.rotates()
    assert asked(client, issuer.signs(GOOD)).status_code == 200


def test_without_an_issuer_nobody_is_let_in(town, client, issuer, settings):
    token = issuer.signs(GOOD)
    settings.GDPR_API = settings.GDPR_API | {"issuer": ""}
    assert asked(client, token).status_code == 401
