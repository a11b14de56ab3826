"""SMPP 3.4, the protocol of telephone operators: bound as a transceiver, delivery receipts asked for.

SMPP has no idempotency key. Ours goes out in user_message_reference (a 16-bit hash of the key), by which an operator
that deduplicates can know a second hand-over; docs/reference/gateways.md says what follows where it does not.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import smpplib.client
import smpplib.consts
import smpplib.exceptions
import smpplib.gsm
from django.conf import settings

from toimiva.core.channels.gateway import Inbound, Outgoing, Polled, Receipt, Sent, gateways
from toimiva.core.channels.parts import gsm_text

_RECEIPT = re.compile(r"id:(\S+).*?stat:(\w+)", re.DOTALL)
_IS_RECEIPT = 0x04  # in esm_class: SMPP 3.4, section 5.2.12
_PERMANENT = (smpplib.consts.SMPP_ESME_RINVDSTADR, smpplib.consts.SMPP_ESME_RINVSRCADR)


@gateways.register("smpp")
class SmppGateway:
    """Keeps one bound session; a lost one is bound again at the next call."""

    channel = "sms"

    def __init__(self) -> None:
        self._client: smpplib.client.Client | None = None
        self._inbound: list[Inbound] = []
        self._receipts: list[Receipt] = []
        self._answers: dict[int, Any] = {}

    def send(self, messages: Sequence[Outgoing]) -> list[Sent]:
        """Submit each message, long ones in parts; a session that breaks leaves the rest for later."""
        results = []
        for message in messages:
            try:
                results.append(self._submit(self._session(), message))
            except (OSError, smpplib.exceptions.ConnectionError, smpplib.exceptions.PDUError) as error:
                self._close()
                results.append(Sent(message.key, "later", reason=type(error).__name__))
        return results

    def _submit(self, client: smpplib.client.Client, message: Outgoing) -> Sent:
        parts, coding, kind = smpplib.gsm.make_parts(message.text)
        reference = int.from_bytes(hashlib.sha256(message.key.encode()).digest()[:2], "big")
        last = None
        for part in parts:
            pdu = client.send_message(
                source_addr_ton=smpplib.consts.SMPP_TON_ALNUM, source_addr=settings.SMS_SENDER,
                dest_addr_ton=smpplib.consts.SMPP_TON_INTL, dest_addr_npi=smpplib.consts.SMPP_NPI_ISDN,
                destination_addr=message.address.lstrip("+"), short_message=part, data_coding=coding, esm_class=kind,
                registered_delivery=True, user_message_reference=reference,
            )  # fmt: skip
            last = self._await(client, pdu.sequence)
        return _result(message, last)

    def _await(self, client: smpplib.client.Client, sequence: int) -> Any:
        while sequence not in self._answers:
            client.read_once()
        return self._answers.pop(sequence)

    def poll(self) -> Polled:
        """Read what the operator has sent; each is acknowledged by `done`'s caller having stored it."""
        try:
            client = self._session()
            client.poll()
        except (OSError, smpplib.exceptions.ConnectionError, smpplib.exceptions.PDUError):
            self._close()
        return Polled(tuple(self._inbound), tuple(self._receipts))

    def done(self, polled: Polled) -> None:
        """Forget what is stored."""
        self._inbound = [item for item in self._inbound if item not in polled.inbound]
        self._receipts = [item for item in self._receipts if item not in polled.receipts]

    def check(self) -> list[str]:
        """Bind and stay bound."""
        try:
            self._session()
        except (OSError, smpplib.exceptions.ConnectionError, smpplib.exceptions.PDUError) as error:
            return [f"The SMPP server {settings.SMPP_HOST}:{settings.SMPP_PORT} cannot be bound: {error}."]
        return []

    def _session(self) -> smpplib.client.Client:
        if self._client is None:
            client = smpplib.client.Client(settings.SMPP_HOST, settings.SMPP_PORT, timeout=10)
            client.set_message_received_handler(self._received)
            client.set_message_sent_handler(self._submitted)
            client.set_error_pdu_handler(self._submitted)
            client.connect()
            client.bind_transceiver(system_id=settings.SMPP_USER, password=settings.SMPP_PASSWORD)
            self._client = client
        return self._client

    def _close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.disconnect()

    def _submitted(self, pdu: Any) -> None:
        self._answers[pdu.sequence] = pdu

    def _received(self, pdu: Any) -> int:
        text = _text_of(pdu)
        receipt = _RECEIPT.search(text) if pdu.esm_class & _IS_RECEIPT else None
        now = datetime.now(UTC)
        if receipt:
            status = "delivered" if receipt[2] == "DELIVRD" else "failed"
            self._receipts.append(Receipt(receipt[1], status, now))  # type: ignore[arg-type]
        else:
            sender = "+" + pdu.source_addr.decode().lstrip("+")
            reference = hashlib.sha256(f"{sender}|{pdu.sequence}|{text}|{now:%Y%m%d%H%M}".encode()).hexdigest()[:32]
            self._inbound.append(Inbound(reference, sender, text, now))
        return smpplib.consts.SMPP_ESME_ROK


def _text_of(pdu: Any) -> str:
    raw: bytes = pdu.short_message or getattr(pdu, "message_payload", b"") or b""
    if pdu.data_coding == smpplib.consts.SMPP_ENCODING_ISO10646:
        return raw.decode("utf-16-be", "replace")
    if pdu.data_coding in (smpplib.consts.SMPP_ENCODING_DEFAULT, smpplib.consts.SMPP_ENCODING_IA5):
        return gsm_text(raw)  # operators label GSM text as IA5 too; in what people write the two differ in å ä ö only
    return raw.decode("latin-1")


def _result(message: Outgoing, pdu: Any) -> Sent:
    if pdu.status == smpplib.consts.SMPP_ESME_ROK:
        return Sent(message.key, "accepted", (pdu.message_id or b"").decode())
    refused = "refused" if pdu.status in _PERMANENT else "later"
    return Sent(message.key, refused, reason=f"SMPP status {pdu.status:#x}")  # type: ignore[arg-type]
