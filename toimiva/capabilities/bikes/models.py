"""Stations of city bikes. No personal data: places and counts."""

from __future__ import annotations

from django.db import models


class Station(models.Model):
    """A station and how it was when it last reported. `names` are by language; None where the operator does not say."""

    city = models.CharField(max_length=40)
    number = models.CharField(max_length=80)
    names = models.JSONField()
    longitude = models.FloatField()
    latitude = models.FloatField()
    capacity = models.IntegerField(null=True)
    bikes = models.IntegerField()
    docks = models.IntegerField(null=True)
    renting = models.BooleanField()
    reported = models.DateTimeField()
    simulated = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "number"], name="station_once")]
