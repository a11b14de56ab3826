"""Webhooks of the http gateway: replies and delivery receipts, signed by the provider."""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status

from toimiva.core.channels.gateway import Inbound, Polled, Receipt
from toimiva.core.channels.gateways.http.gateway import signed_correctly
from toimiva.core.channels.inbox import store
from toimiva.core.errors import NotAllowed
from toimiva.core.http import REFUSALS, Instant, Problem

__all__ = ["router"]

router = Router(tags=["gateways"])


class InboundBody(Schema):
    """A text that came in."""

    id: str
    sender: str
    text: str
    received: Instant


class ReceiptBody(Schema):
    """What became of a message."""

    id: str
    status: Literal["delivered", "failed"]
    at: Instant


def _check(request: HttpRequest) -> None:
    at, given = request.headers.get("X-Time", ""), request.headers.get("X-Signature", "")
    if not signed_correctly(request.body, at, given):
        raise NotAllowed(
            what="The webhook's signature does not hold.",
            mend="Sign time and body with the shared secret; docs/reference/gateways.md has the format.",
        )


@router.post("/http/replies", response={204: None, REFUSALS: Problem})
def reply(request: HttpRequest, body: InboundBody) -> Status:
    """A reply; handed over again it is the same reply."""
    _check(request)
    store("http", Polled(inbound=(Inbound(body.id, body.sender, body.text, body.received),)))
    return Status(204, None)


@router.post("/http/receipts", response={204: None, REFUSALS: Problem})
def receipt(request: HttpRequest, body: ReceiptBody) -> Status:
    """A delivery receipt, in any order."""
    _check(request)
    store("http", Polled(receipts=(Receipt(body.id, body.status, body.at),)))
    return Status(204, None)
