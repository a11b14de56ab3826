"""A developer with a key."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from django.test import Client

from toimiva.capabilities.developers import keys


@dataclass
class Developer:
    """Asks the interface with a key."""

    secret: str
    email: str

    def ask(self, method: str, path: str, body: object = None):
        return Client().generic(
            method, f"/api/v1/hooks{path}", json.dumps(body) if body is not None else "",
            content_type="application/json", headers={"X-API-Key": self.secret},
        )  # fmt: skip


@pytest.fixture
def developer(town) -> Developer:
    return make_developer(town, "data@yritys.example")


def make_developer(town, email: str) -> Developer:
    key = keys.ask_key(town.city, email, "Ilmakartta", "standard", language="fi")
    _row, secret = keys.confirm(keys.proof_of(key))
    return Developer(secret, email)
