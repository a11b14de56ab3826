"""Vehicles of public transport. No personal data: a vehicle's number and place."""

from __future__ import annotations

from django.db import models


class Vehicle(models.Model):
    """A vehicle where it last told to be: degrees, `bearing` clockwise from north, `speed` in metres a second.

    A simulated one has a `line` of [longitude, latitude] instead, up and down which it goes from `reported` on.
    """

    city = models.CharField(max_length=40)
    number = models.CharField(max_length=80)
    label = models.CharField(max_length=80, blank=True)
    route = models.CharField(max_length=80, blank=True)
    trip = models.CharField(max_length=80, blank=True)
    longitude = models.FloatField()
    latitude = models.FloatField()
    bearing = models.FloatField(null=True)
    speed = models.FloatField(null=True)
    reported = models.DateTimeField()
    line = models.JSONField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "number"], name="vehicle_once")]
