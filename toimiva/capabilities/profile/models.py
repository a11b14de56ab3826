"""What residents have asked. Personal data: a pseudonym with what they say is wrong; kept as the purpose says."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

DAYS_TO_ANSWER = 30  # a month (GDPR, article 12(3))


class Correction(models.Model):
    """A request to correct a piece of a register's data about `person`.

    `was` is the value as it was shown, `wanted` what is right in the asker's words. open -> passed (the register's
    owner has it) -> mended or refused, with the official's `answer`.
    """

    city = models.CharField(max_length=40)
    person = models.CharField(max_length=16)
    asked_by = models.CharField(max_length=16)
    table = models.CharField(max_length=80)
    field = models.CharField(max_length=40)
    was = models.TextField(blank=True)
    wanted = models.TextField(blank=True)
    asked = models.DateTimeField()
    state = models.CharField(max_length=10, default="open")
    official = models.CharField(max_length=80, blank=True)
    answer = models.TextField(blank=True)
    answered = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city", "person", "table", "field"],
                condition=Q(state__in=["open", "passed"]),
                name="one_correction_under_way",
            )
        ]
        indexes = [models.Index(fields=["city", "state", "asked"]), models.Index(fields=["person"])]

    @property
    def due(self) -> datetime:
        """When it has to be answered."""
        return self.asked + timedelta(days=DAYS_TO_ANSWER)

    @property
    def under_way(self) -> bool:
        """Whether an answer is still to come."""
        return self.state in ("open", "passed")


class Mandate(models.Model):
    """`giver` lets `holder` act for them: `see` what waits and what the city has, or `answer` offers too.

    `label` is what the giver calls the holder. In force from `starts` through `ends`, unless `withdrawn`.
    """

    city = models.CharField(max_length=40)
    giver = models.CharField(max_length=16)
    holder = models.CharField(max_length=16)
    label = models.CharField(max_length=80)
    may = models.CharField(max_length=10)
    starts = models.DateField()
    ends = models.DateField()
    given = models.DateTimeField()
    withdrawn = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["city", "giver"]), models.Index(fields=["city", "holder"])]
