"""Keys for schemathesis: the register's token, the provider's signature over the very bytes that are sent, sessions of a
resident and an official, and real names in half of the addresses."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import random
from datetime import UTC, datetime

import schemathesis

TOKEN, SECRET = "a-token-of-the-tests", "a secret of the tests"


def sign(request):
    """A prepared request with its signature (docs/reference/gateways.md)."""
    body = request.body or b""
    at = datetime.now(UTC).isoformat()
    sent = body.encode() if isinstance(body, str) else body
    request.headers["X-Time"] = at
    request.headers["X-Signature"] = hmac.new(SECRET.encode(), at.encode() + b"." + sent, hashlib.sha256).hexdigest()
    return request


@schemathesis.hook
def before_call(context, case, kwargs):
    if "/gateways/" in case.operation.path:
        kwargs["auth"] = sign


class Bearer:
    """A token in the header."""

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.auth().apply_to(path_regex="/registers/")
class RegisterToken(Bearer):
    def get(self, case, context):
        return TOKEN


@schemathesis.auth().apply_to(path_regex="/gdpr/")
class ServiceToken(Bearer):
    def get(self, case, context):
        return os.environ["GDPR_TOKEN"]


@schemathesis.auth().apply_to(path_regex="/hooks")
class DeveloperKey:
    """A developer's key, in the header of its own."""

    def get(self, case, context):
        return os.environ["DEVELOPER_KEY"]

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "X-API-Key": data}


_RANDOM = random.Random(1)


@schemathesis.auth().apply_to(path_regex="/shared/")
class SharedToken(Bearer):
    def get(self, case, context):
        return os.environ["SHARED_TOKEN"]


class SessionOf:
    """The cookies of somebody who is signed in, and the token against forged requests."""

    who = ""

    def get(self, case, context):
        return json.loads(os.environ["SESSIONS"])[self.who]

    def set(self, case, data, context):
        case.cookies = {**(case.cookies or {}), "sessionid": data, "csrftoken": "c" * 32}
        case.headers = {**(case.headers or {}), "X-CSRFToken": "c" * 32}


@schemathesis.auth().apply_to(path_regex="^/api/v1/my/(?!erasure)")
class OfResident(SessionOf):
    who = "resident"


@schemathesis.auth().apply_to(path_regex="^/api/v1/my/erasure")
class OfErased(SessionOf):
    """Of somebody who is erased in the course of it."""

    who = "erased"


@schemathesis.auth().apply_to(path_regex="^/api/v1/sessions")
class OfLeaving(SessionOf):
    """Of somebody whose session ends in the course of it."""

    who = "leaving"


@schemathesis.auth().apply_to(path_regex="^/api/v1/(rounds|cases|corrections|review|services|drafts|strategy)")
class OfOfficial(SessionOf):
    who = "official"


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Real names in place of half of the made-up ones: what is not there is found soon, what is there does more."""
    real = json.loads(os.environ["NAMES"])
    return {
        name: real[name] if name in real and _fits(value, real[name]) and _RANDOM.random() < 0.5 else value
        for name, value in (path_parameters or {}).items()
    }


def _fits(made_up, real) -> bool:
    """Whether the made-up name is a right one: what is wrong on purpose stays."""
    right = isinstance(made_up, int) and not isinstance(made_up, bool) and 1 <= made_up <= 2**53
    return right if isinstance(real, int) else isinstance(made_up, str)
