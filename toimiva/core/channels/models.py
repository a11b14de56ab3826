"""Messages out and in. Personal data: address and text of messages, kept by the retention of the service's purpose."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Message(models.Model):
    """A message of the outbox, written in the transaction of what it tells.

    queued -> sending -> sent -> delivered; or failed (no more attempts), held (must not leave), expired.
    `key` is the idempotency key that the gateway gets: one key, one message at the receiver.
    """

    key = models.CharField(max_length=120, unique=True)
    city = models.CharField(max_length=40)
    channel = models.CharField(max_length=10)
    kind = models.CharField(max_length=30)
    about = models.CharField(max_length=80)
    person = models.CharField(max_length=16)
    language = models.CharField(max_length=2)
    address = models.CharField(max_length=300)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    expected = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default="queued")
    queued = models.DateTimeField()
    next_attempt = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    reference = models.CharField(max_length=120, blank=True)
    sent = models.DateTimeField(null=True)
    delivered = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_attempt"], condition=Q(state__in=["queued", "sending"]), name="message_due"),
            models.Index(fields=["reference"]),
            models.Index(fields=["about", "kind"]),
            models.Index(fields=["address", "id"]),
        ]


class Reply(models.Model):
    """A text that came in. The gateway's reference makes it one of a kind, however often it is handed over."""

    gateway = models.CharField(max_length=10)
    reference = models.CharField(max_length=120)
    city = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=300)
    text = models.TextField()
    received = models.DateTimeField()
    stored = models.DateTimeField(auto_now_add=True)
    handled = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gateway", "reference"], name="one_reply_per_reference")]
        indexes = [models.Index(fields=["id"], condition=Q(handled=None), name="reply_waiting")]


class StrayReceipt(models.Model):
    """A delivery receipt for a message that is not known: kept, so that a gateway's faults can be seen."""

    gateway = models.CharField(max_length=10)
    reference = models.CharField(max_length=120)
    status = models.CharField(max_length=20)
    at = models.DateTimeField()


class PhoneText(models.Model):
    """The embedded network: texts as they lie on a phone, mails in a mailbox; `number` is the address of either.

    `key` is what a real gateway would deduplicate by.
    """

    number = models.CharField(max_length=254)
    key = models.CharField(max_length=120, null=True, unique=True)
    incoming = models.BooleanField(default=False)
    text = models.TextField()
    at = models.DateTimeField()
    collected = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["number", "id"]),
            models.Index(fields=["id"], condition=Q(collected=False), name="phone_text_waiting"),
        ]


class SwitchedOff(models.Model):
    """A phone of the embedded network that gets nothing, for showing and testing what happens then."""

    number = models.CharField(max_length=254, primary_key=True)
