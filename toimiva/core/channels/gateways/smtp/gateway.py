"""E-mail over SMTP. The Message-ID is made of the key, so that a second hand-over is recognised as the same mail."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from email.message import EmailMessage

from django.conf import settings

from toimiva.core.channels.gateway import Outgoing, Polled, Sent, gateways


@gateways.register("smtp")
class SmtpGateway:
    """Plain-text mail, one connection a batch."""

    channel = "email"

    def send(self, messages: Sequence[Outgoing]) -> list[Sent]:
        """Hand the mails to the server in TOIMIVA_SMTP_URL's place."""
        with smtplib.SMTP(settings.SMTP_HOST, settings.SMTP_PORT, timeout=10) as server:
            if settings.SMTP_USER:
                server.starttls()
                server.login(settings.SMTP_USER, settings.SMTP_PASSWORD)
            return [self._send(server, message) for message in messages]

    def _send(self, server: smtplib.SMTP, message: Outgoing) -> Sent:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = settings.MAIL_SENDER, message.address, message.subject
        mail["Message-ID"] = f"<{message.key}@{settings.MAIL_SENDER.partition('@')[2]}>"
        mail.set_content(message.text)
        try:
            server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            return Sent(message.key, "refused" if code >= 500 else "later", reason=f"SMTP {code}")
        except smtplib.SMTPResponseException as error:
            return Sent(message.key, "later", reason=f"SMTP {error.smtp_code}")
        return Sent(message.key, "accepted", message.key)

    def poll(self) -> Polled:
        """Mail is not answered by mail: its link is."""
        return Polled()

    def done(self, polled: Polled) -> None:
        """Nothing to do."""

    def check(self) -> list[str]:
        """Greet the server and leave."""
        try:
            with smtplib.SMTP(settings.SMTP_HOST, settings.SMTP_PORT, timeout=5) as server:
                server.noop()
        except OSError as error:
            return [f"The mail server {settings.SMTP_HOST}:{settings.SMTP_PORT} does not answer: {error}."]
        return []
