"""Plans put before residents, and what residents say. Personal data: their words and names; see holding.py."""

from __future__ import annotations

from django.db import models


class Proposal(models.Model):
    """A plan of the twin with its words by language; residents are heard until `closes`, that day included.

    `outcome` (by language) is what the city did with what they said, told at `decided`.
    """

    city = models.CharField(max_length=40)
    plan = models.CharField(max_length=40)
    title = models.JSONField()
    about = models.JSONField()
    opened = models.DateTimeField()
    closes = models.DateField()
    outcome = models.JSONField(default=dict)
    decided = models.DateTimeField(null=True)
    official = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "plan"], name="one_proposal_of_a_plan")]


class Comment(models.Model):
    """What a resident says; others see it once it is `shown`."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="comments")
    stance = models.CharField(max_length=8)  # for, against, neither
    text = models.TextField()
    name = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=2)
    made = models.DateTimeField()
    shown = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["proposal", "shown", "made"])]
