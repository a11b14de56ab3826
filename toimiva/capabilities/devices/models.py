"""Devices. No personal data: things of the city, and when they were last heard."""

from __future__ import annotations

from django.db import models


class Device(models.Model):
    """A device by the identifier that it sends (`number`: a DevEUI, an address). `key` is a digest of its own key.

    `thing` is the SensorThings Thing that its observations are of. `battery` is in per cent. `network` brought its last
    uplink, and knows it as `route`. `told` is the last task that it was told of, `untold` why one was not; its network
    is not told of another before `due`.
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
    network = models.CharField(max_length=40, blank=True)
    route = models.CharField(max_length=200, blank=True)
    told = models.BigIntegerField(default=0)
    untold = models.TextField(blank=True)
    due = models.DateTimeField(null=True)
    fault = models.TextField(blank=True)
