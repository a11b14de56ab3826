"""Gateways against real servers: an SMPP server process, an SMTP server, a web provider that misbehaves, letters."""

from __future__ import annotations

import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MailHandler

from tests.conftest import missing
from toimiva.core.channels import api as channels
from toimiva.core.channels.gateway import Outgoing
from toimiva.core.channels.gateways.http.gateway import signature
from toimiva.core.channels.gateways.smpp.gateway import SmppGateway
from toimiva.core.channels.models import Message, Reply, StrayReceipt
from toimiva.core.city import api as cities

ROOT = Path(__file__).parent.parent.parent
AT = datetime(2027, 1, 11, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def draft(key: str = "m1", channel: str = "sms", **changes) -> channels.Draft:
    fields = {
        "key": key, "channel": channel, "kind": "note", "about": "o1", "person": "p1", "language": "fi",
        "address": "+358999000001", "text": "Hei Äiti, paikka on", "subject": "Paikka",
    }  # fmt: skip
    return channels.Draft(**{**fields, **changes})


def outgoing(key: str, text: str = "Hei Äiti, paikka on") -> Outgoing:
    return Outgoing(key, "+358999000001", text, "Paikka", "fi", AT)


@pytest.fixture
def city(home):
    return cities.load("mallila")


# --- the outbox, whatever the gateway


class Provider(http.server.BaseHTTPRequestHandler):
    """A web provider that answers as it is told and remembers idempotency keys."""

    answers: list[int] = []
    seen: list[tuple[str, bool]] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        good = self.headers["X-Signature"] == signature(body, self.headers["X-Time"])
        type(self).seen.append((self.headers["Idempotency-Key"], good))
        status = self.answers.pop(0) if self.answers else 200
        if status == 0:  # takes the message and breaks the connection before it answers
            self.connection.close()
            return
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps({"id": f"ref-{self.headers['Idempotency-Key']}"}).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def provider(settings) -> Iterator[type[Provider]]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    Provider.answers, Provider.seen = [], []
    settings.GATEWAYS = settings.GATEWAYS | {"sms": "http"}
    settings.HTTP_GATEWAY_URL = f"http://127.0.0.1:{server.server_address[1]}/"
    settings.HTTP_GATEWAY_SECRET = "shared"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Provider
    server.shutdown()


def test_a_message_is_signed_carries_its_key_and_is_followed(city, provider, client):
    channels.queue(city, [draft()], at=AT)

    assert channels.send_due(city, at=AT) == 1
    assert provider.seen == [("m1", True)]
    receipt = {"id": "ref-m1", "status": "delivered", "at": AT.isoformat()}
    assert post_signed(client, "receipts", receipt).status_code == 204
    assert Message.objects.get().state == "delivered"


def test_a_provider_that_is_down_or_answers_oddly_gets_the_message_again_with_the_same_key(city, provider):
    provider.answers = [503, 0, 429, 200]
    channels.queue(city, [draft()], at=AT)

    moments = [AT + timedelta(hours=hour) for hour in range(4)]
    sent = [channels.send_due(city, at=moment) for moment in moments]

    assert sent == [0, 0, 0, 1]
    assert {key for key, _ in provider.seen} == {"m1"}
    assert Message.objects.get().attempts == 4


def test_a_message_that_the_provider_refuses_for_good_fails_at_once(city, provider):
    provider.answers = [400]
    channels.queue(city, [draft()], at=AT)
    channels.send_due(city, at=AT)

    assert Message.objects.get().state == "failed"


def test_a_provider_that_cannot_be_reached_loses_nothing(city, settings):
    settings.GATEWAYS = settings.GATEWAYS | {"sms": "http"}
    settings.HTTP_GATEWAY_URL, settings.HTTP_GATEWAY_SECRET = "http://127.0.0.1:9/", "shared"
    channels.queue(city, [draft()], at=AT)

    assert channels.send_due(city, at=AT) == 0
    waiting = Message.objects.get()
    assert (waiting.state, waiting.failure) == ("queued", "ConnectError")
    assert waiting.next_attempt > AT


def post_signed(client, kind: str, content: dict, secret: str | None = None):
    body, moment = json.dumps(content).encode(), datetime.now(UTC).isoformat()
    given = signature(body, moment) if secret is None else secret
    return client.post(
        f"/api/v1/gateways/http/{kind}", data=body, content_type="application/json",
        headers={"x-time": moment, "x-signature": given},
    )  # fmt: skip


def test_receipts_out_of_order_twice_or_for_unknown_messages_change_nothing_wrongly(city, provider, client):
    channels.queue(city, [draft()], at=AT)
    channels.send_due(city, at=AT)
    for content in (
        {"id": "ref-m1", "status": "delivered", "at": AT.isoformat()},
        {"id": "ref-m1", "status": "failed", "at": AT.isoformat()},
        {"id": "ref-m1", "status": "delivered", "at": AT.isoformat()},
        {"id": "never-sent", "status": "failed", "at": AT.isoformat()},
    ):
        assert post_signed(client, "receipts", content).status_code == 204

    assert Message.objects.get().state == "delivered"
    assert StrayReceipt.objects.get().reference == "never-sent"


def test_a_reply_handed_over_twice_is_one_reply_and_a_forged_one_is_refused(client, settings, city):
    settings.HTTP_GATEWAY_SECRET = "shared"
    content = {"id": "r1", "sender": "+358999000001", "text": "K", "received": AT.isoformat()}
    for _ in range(2):
        assert post_signed(client, "replies", content).status_code == 204
    forged = post_signed(client, "replies", content | {"id": "r2"}, secret="00" * 32)

    assert forged.status_code == 403
    assert Reply.objects.count() == 1


def test_two_senders_at_once_hand_a_message_over_once(city, provider):
    channels.queue(city, [draft(f"m{n}") for n in range(20)], at=AT)
    from toimiva.core.channels.outbox import _claim

    first, second = _claim(city, AT, 20, []), _claim(city, AT, 20, [])

    assert (len(first), len(second)) == (20, 0)


def test_what_is_about_a_paused_round_waits_while_the_rest_leaves(city, provider):
    channels.queue(city, [draft("a"), draft("b")], at=AT)
    paused = draft("c")
    channels.queue(city, [replace(paused, about="mallila-preschool-2027-1.1.abc")], at=AT)

    channels.send_due(city, at=AT, paused=["mallila-preschool-2027-1."])

    assert set(Message.objects.filter(state="sent").values_list("key", flat=True)) == {"a", "b"}


def test_quiet_hours_hold_what_is_not_expected(city, settings):
    night = datetime(2027, 1, 11, 20, tzinfo=UTC)
    channels.queue(city, [draft("a"), draft("b", expected=True)], at=night)

    channels.send_due(city, at=night)
    assert set(Message.objects.filter(state="sent").values_list("key", flat=True)) == {"b"}
    channels.send_due(city, at=night + timedelta(hours=11))
    assert Message.objects.filter(state="sent").count() == 2


# --- e-mail and letters


def test_a_mail_is_sent_in_plain_text_with_the_key_as_its_id(city, settings):
    mails = []

    class Keep(MailHandler):
        def handle_message(self, message):
            mails.append(message)

    server = Controller(Keep(), hostname="127.0.0.1", port=0)
    server.port = free_port()
    server.start()
    settings.GATEWAYS = settings.GATEWAYS | {"email": "smtp"}
    settings.SMTP_HOST, settings.SMTP_PORT = "127.0.0.1", server.port
    try:
        channels.queue(city, [draft(channel="email", address="asukas1@posti.invalid")], at=AT)
        assert channels.send_due(city, at=AT) == 1
    finally:
        server.stop()

    assert mails[0]["Subject"] == "Paikka"
    assert mails[0]["Message-ID"].startswith("<m1@")
    assert "Hei Äiti" in mails[0].get_payload(decode=True).decode()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_letter_is_an_accessible_pdf_written_once(city, home):
    message = draft(channel="letter", address="Aino Malli\nMallikatu 1\n99100 Mallila")
    channels.queue(city, [message], at=AT)
    channels.send_due(city, at=AT)
    Message.objects.update(state="queued", claimed_until=None)  # as after a stop before the sending was noted
    channels.send_due(city, at=AT)
    channels.collect()

    folder = home / "letters" / "2027-01-11"
    pdf = (folder / "m1.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"/MarkInfo" in pdf
    assert (folder / "addresses.csv").read_text().count("\n") == 1
    assert Message.objects.get().state == "delivered"


# --- SMPP


class SmppServer:
    def __init__(self, node: str) -> None:
        self.process = subprocess.Popen(
            [node, str(ROOT / "tests" / "parts" / "smpp_server.cjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, cwd=ROOT,
        )  # fmt: skip
        self.port = self.event("listening")["port"]

    def event(self, kind: str) -> dict:
        for line in self.process.stdout:
            content = json.loads(line)
            if content["event"] == kind:
                return content
        raise AssertionError(f"the server ended without {kind}")

    def order(self, **content) -> None:
        self.process.stdin.write(json.dumps(content) + "\n")
        self.process.stdin.flush()
        self.event("done")


@pytest.fixture
def smpp(settings) -> Iterator[SmppServer]:
    node = shutil.which("node", path=str(ROOT / ".venv" / "bin")) or shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "smpp").exists():
        missing("The SMPP server", "run `make setup-test`")
    server = SmppServer(node)
    settings.SMPP_HOST, settings.SMPP_PORT = "127.0.0.1", server.port
    settings.SMPP_USER, settings.SMPP_PASSWORD = "toimiva", "secret"
    yield server
    server.process.stdin.close()  # by which it ends, also behind the wrapper that a wheel's node is
    server.process.wait(timeout=10)


def until(gateway: SmppGateway, enough) -> channels.Polled:
    for _ in range(50):
        polled = gateway.poll()
        if enough(polled):
            return polled
        threading.Event().wait(0.05)
    raise AssertionError("nothing came")


def test_smpp_sends_receives_and_is_told_of_delivery(smpp):
    gateway = SmppGateway()

    sent = gateway.send([outgoing("m1"), outgoing("m2", "š" * 100)])

    assert [item.status for item in sent] == ["accepted", "accepted"]
    assert sent[0].reference == "m1"
    smpp.order(reply="Kyllä kiitos", **{"from": "358999000001"})
    smpp.order(receipt="m1", stat="DELIVRD", **{"from": "358999000001"})
    polled = until(gateway, lambda p: p.inbound and p.receipts)
    assert (polled.inbound[0].address, polled.inbound[0].text) == ("+358999000001", "Kyllä kiitos")
    assert (polled.receipts[0].reference, polled.receipts[0].status) == ("m1", "delivered")
    gateway.done(polled)
    assert not gateway.poll().inbound


def test_smpp_throttled_or_broken_off_is_tried_again(smpp):
    gateway = SmppGateway()
    smpp.order(mode="throttle")
    assert gateway.send([outgoing("m1")])[0].status == "later"
    smpp.order(mode="drop")
    assert gateway.send([outgoing("m1")])[0].status == "later"
    smpp.order(mode="ok")
    assert gateway.send([outgoing("m1")])[0].status == "accepted"


def test_smpp_with_wrong_credentials_says_so_and_sends_nothing(smpp, settings):
    settings.SMPP_PASSWORD = "wrong"
    gateway = SmppGateway()

    assert "cannot be bound" in gateway.check()[0]
    assert gateway.send([outgoing("m1")])[0].status == "later"
