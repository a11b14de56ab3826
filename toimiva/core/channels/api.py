"""Channels: the outbox and the inbox, gateways, quiet hours, what a reply means. Instants are aware UTC."""

from __future__ import annotations

from toimiva.core.channels.counting import (
    Counts,
    count_messages,
    delivered_by_channel,
    failed_messages,
    held_up,
    undelivered,
)
from toimiva.core.channels.gateway import Inbound, Polled, Receipt, gateways
from toimiva.core.channels.gateways.http.gateway import signed_correctly
from toimiva.core.channels.gateways.phone.phones import Text, switch_off, texts_of, write_many
from toimiva.core.channels.holding import forget_kind, forget_messages, forget_texts
from toimiva.core.channels.inbox import collect, handled, store, waiting
from toimiva.core.channels.models import Message, Reply
from toimiva.core.channels.outbox import Draft, expire, guards, queue, release_claims, send_due
from toimiva.core.channels.parts import sms_parts
from toimiva.core.channels.quiet import is_quiet, next_loud
from toimiva.core.channels.replies import Meaning, names_in, recognise

__all__ = [
    "Counts", "Draft", "Inbound", "Meaning", "Message", "Polled", "Receipt", "Reply", "Text", "collect",
    "count_messages", "delivered_by_channel", "expire", "failed_messages", "forget_kind", "forget_messages",
    "forget_texts", "gateways", "guards", "handled", "held_up", "is_quiet", "names_in", "next_loud", "queue",
    "recognise", "release_claims", "send_due", "signed_correctly", "sms_parts", "store", "switch_off", "texts_of",
    "undelivered", "waiting", "write_many",
]  # fmt: skip
