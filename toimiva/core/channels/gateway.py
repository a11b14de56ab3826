"""What a gateway is: a plug-in that carries messages of one channel. Adding one: docs/recipes/add-a-gateway.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from django.conf import settings

from toimiva.core.registry import Registry

__all__ = ["Gateway", "Inbound", "Outgoing", "Polled", "Receipt", "Sent", "gateway_for", "gateways"]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as a gateway gets it; `key` is the idempotency key."""

    key: str
    address: str
    text: str
    subject: str
    language: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of sending: accepted (with the gateway's reference), refused for good, or try again later."""

    key: str
    status: Literal["accepted", "refused", "later"]
    reference: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text that came in; `received` is when the gateway got it."""

    reference: str
    address: str
    text: str
    received: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message that a gateway accepted."""

    reference: str
    status: Literal["delivered", "failed"]
    at: datetime


@dataclass(frozen=True, slots=True)
class Polled:
    """What waited at the gateway."""

    inbound: Sequence[Inbound] = ()
    receipts: Sequence[Receipt] = field(default=())


class Gateway(Protocol):
    """Carries messages. `send` may be called again with the same key after a crash: the receiver must get it once."""

    channel: str

    def send(self, messages: Sequence[Outgoing]) -> list[Sent]:
        """Hand messages over. Never raises for one message; raises OSError when the gateway cannot be reached."""

    def poll(self) -> Polled:
        """Replies and receipts that wait; they are handed over again until `done` has named them."""

    def done(self, polled: Polled) -> None:
        """The polled are stored and need not be handed over again."""

    def check(self) -> list[str]:
        """What keeps this gateway from working (settings, connection, credentials); changes nothing."""


gateways = Registry[Gateway]("message gateway")


def gateway_for(channel: str) -> tuple[str, Gateway]:
    """(name, gateway) that the settings choose for a channel."""
    name = settings.GATEWAYS[channel]
    return name, gateways[name]
