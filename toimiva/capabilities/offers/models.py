"""Offers, who may answer them, and the seats they hold.

Personal data: pseudonyms, the child's given name and guardians' contacts, kept by the retention of the service's
message purpose; nothing here tells where anyone lives.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models import F, Q


class Seat(models.Model):
    """Places of a group in a round. `taken` counts open and accepted offers; the database refuses one too many."""

    round = models.CharField(max_length=60)
    unit = models.CharField(max_length=40)
    group = models.CharField(max_length=20)
    capacity = models.IntegerField()
    taken = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "unit", "group"], name="one_seat_row"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity"), taken__gte=0), name="never_over_capacity"),
        ]


class Offer(models.Model):
    """What one person is offered in a round.

    open -> accepted, declined, no_reply, staff (a person decides) or withdrawn. `basis` is canonical JSON of what the
    offer rests on: facts, rule, placement and the versions they were read from. `holds` tells whether its seat is held
    for it. `heard` is when the answer was stored here by the machine's own clock, for measuring how fast it was
    confirmed. `nearby` is JSON of other units to choose.
    """

    id = models.CharField(max_length=80, primary_key=True)
    city = models.CharField(max_length=40)
    round = models.CharField(max_length=60)
    service = models.CharField(max_length=40)
    person = models.CharField(max_length=16)
    child_name = models.CharField(max_length=80)
    wave = models.SmallIntegerField()
    unit = models.CharField(max_length=40)
    group = models.CharField(max_length=20)
    travel_m = models.IntegerField()
    starts = models.DateField()
    opens = models.DateTimeField()
    closes = models.DateTimeField()
    state = models.CharField(max_length=10, default="open")
    answered = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=16, blank=True)
    heard = models.DateTimeField(null=True)
    reminded = models.BooleanField(default=False)
    holds = models.BooleanField(default=True)
    basis = models.TextField()
    nearby = models.TextField(default="[]")
    wishes = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "person"], condition=Q(state__in=["open", "accepted"]), name="one_place_per_child"
            )
        ]
        indexes = [models.Index(fields=["round", "wave", "state"]), models.Index(fields=["person"])]

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Other units that the family may ask for, nearest first."""
        return choices_in(self.nearby)


def choices_in(nearby: str) -> list[dict[str, Any]]:
    """unit, travel_m, sibling, present_unit and own_area of each."""
    found: list[dict[str, Any]] = json.loads(nearby)
    return found


class Recipient(models.Model):
    """A guardian who may answer an offer, with the contacts that the message went to. `token` is a link's, hashed."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="recipients")
    guardian = models.CharField(max_length=16)
    name = models.CharField(max_length=160)
    language = models.CharField(max_length=2)
    phone = models.CharField(max_length=30, blank=True)
    email = models.CharField(max_length=254, blank=True)
    postal_address = models.CharField(max_length=300, blank=True)
    channel = models.CharField(max_length=10, blank=True)
    token = models.CharField(max_length=64, unique=True)
    asked_again = models.BooleanField(default=False)
    answer = models.CharField(max_length=10, blank=True)
    answered = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["offer", "guardian"], name="one_row_per_guardian")]
        indexes = [models.Index(fields=["phone"]), models.Index(fields=["guardian"])]
