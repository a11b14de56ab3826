"""Rounds. No personal data: counts, times and what a round was computed from."""

from __future__ import annotations

from django.db import models


class Round(models.Model):
    """One run of a service over a snapshot.

    phase: created -> offered -> closed -> second_offered -> done -> measured. Each step moves the phase in the
    transaction of its work, so that a round goes on from where it was after any stop. One that `follows` is a day's
    round of a service that runs by the registers' changes. `kept_back` is the share of places, in per cent, that are
    not offered.
    """

    id = models.CharField(max_length=60, primary_key=True)
    city = models.CharField(max_length=40)
    service = models.CharField(max_length=40)
    seed = models.IntegerField()
    day = models.DateField()
    snapshot = models.CharField(max_length=40)
    folder = models.CharField(max_length=64)
    simulated = models.BooleanField()
    kept_back = models.SmallIntegerField(default=0)
    follows = models.BooleanField(default=False)
    paused = models.BooleanField(default=False)
    phase = models.CharField(max_length=20, default="created")
    created = models.DateTimeField()
    opens = models.DateTimeField()
    closes = models.DateTimeField()
    second_closes = models.DateTimeField(null=True)
    figures = models.JSONField(default=dict)
    seconds = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["city", "service", "phase"])]
