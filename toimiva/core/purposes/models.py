"""What residents say about the use of their data. Personal data: a pseudonym with a purpose; kept while it is in force
and for proof after."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Objection(models.Model):
    """A resident does not want a purpose: in force from `since` until it is withdrawn."""

    city = models.CharField(max_length=40)
    person = models.CharField(max_length=16)
    purpose = models.CharField(max_length=60)
    since = models.DateTimeField()
    withdrawn = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city", "person", "purpose"], condition=Q(withdrawn=None), name="one_objection_in_force"
            )
        ]


class Consent(models.Model):
    """A resident allows a purpose whose basis is consent: in force until it is withdrawn.

    `version` is that of the text they agreed to; a consent to another text `lapsed`, which ends it like a withdrawal.
    """

    city = models.CharField(max_length=40)
    person = models.CharField(max_length=16)
    purpose = models.CharField(max_length=60)
    version = models.CharField(max_length=16, default="")
    given = models.DateTimeField()
    withdrawn = models.DateTimeField(null=True)
    lapsed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city", "person", "purpose"], condition=Q(withdrawn=None), name="one_consent_in_force"
            )
        ]
