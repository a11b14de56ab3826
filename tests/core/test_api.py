"""The web API against its own description: schemathesis tries every operation, with the keys and without."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from tests.parts.api_keys import SECRET, TOKEN
from tests.parts.issuers import ROOT
from tests.parts.token_issuer import TokenIssuer
from tests.parts.town import Town
from toimiva.capabilities.cases.models import Case
from toimiva.capabilities.design import api as design
from toimiva.capabilities.developers import keys
from toimiva.capabilities.profile import api as profile
from toimiva.capabilities.sharing import api as sharing
from toimiva.capabilities.sharing.models import Token, hashed
from toimiva.capabilities.sharing.permitting import permit
from toimiva.capabilities.webhooks.subscribing import subscribe
from toimiva.core.channels.gateways.http.gateway import signature
from toimiva.core.city import api as cities
from toimiva.core.identity.api import Resident
from toimiva.core.identity.models import SignIn
from toimiva.core.purposes import api as purposes


def session_of(kind: str, who: str, city: str, roles: list[str]) -> str:
    """The cookie of somebody who is signed in."""
    now = timezone.now()
    row = SignIn.objects.create(kind=kind, who=who, city=city, roles=roles, started=now, seen=now)
    store = SessionStore()
    store["sign-in"] = row.pk
    store.create()
    return store.session_key


GROUPS = {
    "residents": ("/(my|sessions|offers|shared)", 42),
    "staff": ("/(rounds|cases|corrections|review|services|drafts|strategy)", 33),
    "machines": ("/(registers|ledger|gdpr|gateways|hooks)", 13),
}


def shared_token(town: Town, person: str) -> str:
    """An access token of a service that a resident has let in."""
    at = cities.now("mallila")
    new = sharing.NewService("Museo", "https://museum.example", ["https://museum.example/back"], ["residence-proof"])
    service, _secret = sharing.register_service(town.city, new, actor="test", at=at)
    version = purposes.purpose(town.city, "residence-proof").version
    permission = permit(
        Resident(person, town.city, "high"), service, ["residence-proof"], {"residence-proof": version}, at=at
    )
    later = timezone.now() + timedelta(hours=1)
    Token.objects.create(
        permission=permission, access=hashed("shared"), refresh=hashed("more"), scope="residence-proof",
        issued=timezone.now(), expires=later, ends=later,
    )  # fmt: skip
    return "shared"


def test_every_operation_is_of_one_of_the_groups(client, db):
    described = client.get("/api/v1/openapi.json").json()["paths"]
    counts = dict.fromkeys(GROUPS, 0)
    for path, operations in described.items():
        (group,) = (name for name, (pattern, _) in GROUPS.items() if re.match(f"/api/v1{pattern}", path))
        counts[group] += len(operations)
    assert counts == {name: count for name, (_, count) in GROUPS.items()}


@pytest.mark.parametrize("group", GROUPS)
def test_every_operation_answers_as_it_is_described(home, transactional_db, live_server, settings, group):
    """With the keys and without, one after another and by what the answers lead to."""
    pattern, count = GROUPS[group]
    settings.OPEN_STAFF_PAGES = False
    settings.REGISTER_TOKEN, settings.HTTP_GATEWAY_SECRET = TOKEN, SECRET
    settings.REQUESTS_PER_MINUTE = settings.GUESSES_PER_TEN_MINUTES = 1_000_000
    town = Town.create()
    town.starts_a_round()
    family = town.families(guardians=1)[0]
    case = Case.objects.filter(closed=None).order_by("pk").first()
    draft = design.open_draft(town.service, author="Maija Malli", at=cities.now("mallila"))
    correction = profile.ask_correction(
        town.city, family.offer.person, "population.residents.identities", "surname", was="", wanted="x",
        by=family.guardian, at=cities.now("mallila"),
    )  # fmt: skip
    everything = ["rounds", "desk", "design", "strategy", "review", "corrections"]
    sessions = {
        "resident": session_of("resident", family.guardian, "mallila", []),
        **{
            who: session_of("resident", town.families(guardians=1)[n].guardian, "mallila", [])
            for n, who in enumerate(("erased", "leaving"), 1)
        },
        "official": session_of("official", "Olli Ohje", "", everything),
    }
    names = {
        "city": "mallila", "service": "preschool", "round_id": town.round.id, "case": case.pk, "draft": draft.pk,
        "correction": correction.pk, "offer": family.offer.pk, "token": family.link.strip("/").split("/")[-1],
        "purpose": "preschool-placement", "tile_id": "A1", "person": family.offer.person, "language": "fi",
        "key": "offer_subject",
    }  # fmt: skip
    command = [
        sys.executable, "-m", "schemathesis.cli", f"--config-file={ROOT / 'tests' / 'parts' / 'schemathesis.toml'}", "run", f"{live_server.url}/api/v1/openapi.json", "--max-examples=15",
        "--seed=1", "--no-color", "--workers=1",
        f"--include-path-regex=^/api/v1{pattern}",
    ]  # fmt: skip
    issuer = TokenIssuer()
    settings.GDPR_API = settings.GDPR_API | {"issuer": issuer.address, "audience": "us"}
    told = {
        "sub": "somebody",
        "aud": "us",
        settings.GDPR_API["field"]: ["gdprquery", "gdprdelete"],
        "exp": 4_000_000_000,
    }
    key, developer = keys.confirm(keys.proof_of(keys.ask_key(town.city, "a@x.example", "x", "standard", language="en")))
    names["number"] = subscribe(key, f"{live_server.url}/healthz", ["alarm.raised/1"]).pk
    hooks = os.environ | {
        "DEVELOPER_KEY": developer,
        "SCHEMATHESIS_HOOKS": "tests.parts.api_keys", "PYTHONPATH": str(ROOT), "GDPR_TOKEN": issuer.signs(told),
        "SHARED_TOKEN": shared_token(town, town.families(guardians=1)[3].guardian), "SESSIONS": json.dumps(sessions), "NAMES": json.dumps(names),
    }  # fmt: skip

    done = subprocess.run(command, cwd=home, env=hooks, capture_output=True, text=True, timeout=280)
    issuer.close()

    assert done.returncode == 0, done.stdout[-20000:]
    assert f"Tested: {count}" in done.stdout


def test_a_signed_webhook_is_taken_and_an_unsigned_one_is_a_problem(client, db, settings):
    settings.HTTP_GATEWAY_SECRET = SECRET
    body = b'{"id": "1", "sender": "+358999000001", "text": "K", "received": "2027-01-11T10:00:00Z"}'
    at = datetime.now(UTC).isoformat()
    signed = {"X-Time": at, "X-Signature": signature(body, at)}

    taken = client.post("/api/v1/gateways/http/replies", body, content_type="application/json", headers=signed)
    refused = client.post("/api/v1/gateways/http/replies", body, content_type="application/json")

    assert taken.status_code == 204
    assert (refused.status_code, refused.headers["Content-Type"]) == (403, "application/problem+json")
    assert set(refused.json()) == {"type", "title", "status", "detail"}


def test_refusals_are_problem_documents_in_the_description_too(client, db):
    described = client.get("/api/v1/openapi.json").json()
    for operations in described["paths"].values():
        for operation in operations.values():
            for code, answer in operation["responses"].items():
                if re.fullmatch("4..|5..", code) and "Denied" not in str(answer):
                    assert list(answer["content"]) == ["application/problem+json"]
