"""How parts of the platform have been. No personal data."""

from __future__ import annotations

from django.db import models


class Day(models.Model):
    """In how many minutes of a day (UTC) a part was looked at and was well; `first` and `last` are its looks."""

    part = models.CharField(max_length=20)
    day = models.DateField()
    good = models.IntegerField(default=0)
    first = models.DateTimeField()
    last = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["part", "day"], name="part_by_day")]


class Outage(models.Model):
    """From when a part was not well until it was; `why` as the check said at first."""

    part = models.CharField(max_length=20)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    why = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["part"], condition=models.Q(until=None), name="one_outage_of_a_part")
        ]
