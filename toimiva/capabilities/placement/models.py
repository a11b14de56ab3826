"""What a matching was computed from. Personal data: pseudonyms with wishes, kept as long as decisions are."""

from __future__ import annotations

from django.db import models


class WaveProblem(models.Model):
    """The whole problem of a round's later wave, as canonical JSON, so that it can be solved again."""

    round = models.CharField(max_length=60)
    wave = models.SmallIntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "wave"], name="one_problem_per_wave")]
