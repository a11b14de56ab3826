"""Keys for schemathesis: the register's token, and the provider's signature over the very bytes that are sent."""

from __future__ import annotations

import hashlib
import hmac
import os
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
