"""The web API against its own description: schemathesis tries every operation, with the keys and without."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime

from tests.parts.api_keys import SECRET, TOKEN
from tests.parts.issuers import ROOT
from tests.parts.token_issuer import TokenIssuer
from toimiva.core.channels.gateways.http.gateway import signature


def test_every_operation_answers_as_it_is_described(home, transactional_db, live_server, settings):
    settings.REGISTER_TOKEN, settings.HTTP_GATEWAY_SECRET = TOKEN, SECRET
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{live_server.url}/api/v1/openapi.json", "--max-examples=60",
        "--seed=1", "--no-color", "--workers=1",
    ]  # fmt: skip
    issuer = TokenIssuer()
    settings.GDPR_API = settings.GDPR_API | {"issuer": issuer.address, "audience": "us"}
    told = {
        "sub": "somebody",
        "aud": "us",
        settings.GDPR_API["field"]: ["gdprquery", "gdprdelete"],
        "exp": 4_000_000_000,
    }
    hooks = os.environ | {
        "SCHEMATHESIS_HOOKS": "tests.parts.api_keys", "PYTHONPATH": str(ROOT), "GDPR_TOKEN": issuer.signs(told),
    }  # fmt: skip

    done = subprocess.run(command, cwd=home, env=hooks, capture_output=True, text=True, timeout=240)
    issuer.close()

    assert done.returncode == 0, done.stdout[-6000:]
    assert "Tested: 8" in done.stdout


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
