"""Devices. No personal data: things of the city, and when they were last heard."""

from __future__ import annotations

from django.db import models


class Device(models.Model):
    """A device by the identifier that it sends (`number`: a DevEUI, an address). `key` is a digest of its own key.

    `thing` is the SensorThings Thing that its observations are of. `battery` is in per cent. `told` is the last task
    that it was told of.
    """

    city = models.CharField(max_length=40)
    kind = models.CharField(max_length=60)
    number = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    thing = models.BigIntegerField()
    key = models.CharField(max_length=64)
    added = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    heard = models.DateTimeField(null=True)
    battery = models.FloatField(null=True)
    uplinks = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    told = models.BigIntegerField(default=0)
    fault = models.TextField(blank=True)
