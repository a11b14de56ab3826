"""The clock of each city. No personal data."""

from __future__ import annotations

from django.db import models


class Clock(models.Model):
    """The simulated time of a synthetic city: stands at `at`, or runs on from it since `running_since` (real UTC)."""

    city = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    running_since = models.DateTimeField(null=True)
