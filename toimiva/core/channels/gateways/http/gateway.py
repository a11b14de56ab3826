"""A message provider with a signed web API: POST out, webhooks in. docs/reference/gateways.md has the wire format."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
from django.conf import settings

from toimiva.core.channels.gateway import Outgoing, Polled, Sent, gateways

__all__ = ["signature", "signed_correctly"]

_PERMANENT = range(400, 500)
_RETRY = (408, 409, 425, 429)


def signature(body: bytes, at: str) -> str:
    """HMAC-SHA-256 over time and body, with the secret from TOIMIVA_HTTP_GATEWAY_SECRET."""
    return hmac.new(settings.HTTP_GATEWAY_SECRET.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


def signed_correctly(body: bytes, at: str, given: str) -> bool:
    """Whether a webhook is the provider's and at most five minutes old."""
    try:
        age = abs((datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds())
    except (ValueError, TypeError):
        return False
    return bool(settings.HTTP_GATEWAY_SECRET) and age <= 300 and hmac.compare_digest(signature(body, at), given)


@gateways.register("http")
class HttpGateway:
    """One POST a message, with the idempotency key as the header `Idempotency-Key`."""

    channel = "sms"

    def send(self, messages: Sequence[Outgoing]) -> list[Sent]:
        """Post each message; a provider that cannot be reached leaves the rest for later."""
        with httpx.Client(timeout=10) as client:
            return [self._send(client, message) for message in messages]

    def _send(self, client: httpx.Client, message: Outgoing) -> Sent:
        content = {"to": message.address, "text": message.text, "sender": settings.SMS_SENDER}
        body, at = json.dumps(content).encode(), datetime.now(UTC).isoformat()
        headers = {
            "Content-Type": "application/json", "Idempotency-Key": message.key,
            "X-Time": at, "X-Signature": signature(body, at),
        }  # fmt: skip
        try:
            response = client.post(settings.HTTP_GATEWAY_URL, content=body, headers=headers)
        except httpx.HTTPError as error:
            return Sent(message.key, "later", reason=type(error).__name__)
        return _result(message, response)

    def poll(self) -> Polled:
        """Nothing waits: the provider calls our webhook."""
        return Polled()

    def done(self, polled: Polled) -> None:
        """Nothing to do."""

    def check(self) -> list[str]:
        """Settings only: asking the provider would send something."""
        needed = {
            "TOIMIVA_HTTP_GATEWAY_URL": settings.HTTP_GATEWAY_URL,
            "TOIMIVA_HTTP_GATEWAY_SECRET": settings.HTTP_GATEWAY_SECRET,
        }
        return [f"Set {name} for the http gateway." for name, value in needed.items() if not value]


def _result(message: Outgoing, response: httpx.Response) -> Sent:
    if response.is_success:
        return Sent(message.key, "accepted", _reference(response) or message.key)
    permanent = response.status_code in _PERMANENT and response.status_code not in _RETRY
    return Sent(message.key, "refused" if permanent else "later", reason=f"HTTP {response.status_code}")


def _reference(response: httpx.Response) -> str:
    try:
        content: Any = response.json()
    except ValueError:
        return ""
    return str(content.get("id", "")) if isinstance(content, dict) else ""
