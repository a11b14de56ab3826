"""Alarms of things. No personal data: a device, a place and times."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Alarm(models.Model):
    """From when a watch's condition held for a thing until it had passed. `values` are the inputs as they were then.

    `case` is the number of the case that it is part of.
    """

    city = models.CharField(max_length=40)
    watch = models.CharField(max_length=40)
    thing = models.BigIntegerField()
    name = models.TextField()
    group = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    values = models.JSONField()
    case = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "watch", "thing"], condition=Q(until=None), name="one_open_alarm")
        ]
        indexes = [models.Index(fields=["city", "watch", "group", "since"]), models.Index(fields=["case"])]
