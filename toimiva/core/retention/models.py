"""Erasures, asked for and carried out. Personal data: a pseudonym; kept as proof that it was done."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Erasure(models.Model):
    """A person's erasure: begun -> done. `plan` is what was to go and to stay, `holders_done` how far it has come."""

    city = models.CharField(max_length=40)
    person = models.CharField(max_length=16)
    actor = models.CharField(max_length=80)
    begun = models.DateTimeField()
    done = models.DateTimeField(null=True)
    plan = models.JSONField()
    holders_done = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city", "person"], condition=Q(done=None), name="one_erasure_under_way_per_person"
            )
        ]
