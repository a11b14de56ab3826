"""Official decisions, their documents, and the sign-off without which nothing is decided automatically.

Personal data: a pseudonym and, in the record, the facts the decision rests on; kept as the archives law says.
"""

from __future__ import annotations

from django.db import models


class Decision(models.Model):
    """A decision: its record is canonical JSON that is never changed; `digest` is its SHA-256 and is in the ledger.

    `made_by` is "rule" or an official's name; an official writes the `grounds`. One that is `annulled` is no longer in
    force, by an official's word and grounds; its record and document stay as they were made.
    """

    id = models.CharField(max_length=90, primary_key=True)
    number = models.CharField(max_length=40, unique=True)
    city = models.CharField(max_length=40)
    round = models.CharField(max_length=60)
    service = models.CharField(max_length=40)
    offer = models.CharField(max_length=80, unique=True)
    person = models.CharField(max_length=16)
    made_by = models.CharField(max_length=80)
    grounds = models.TextField(blank=True)
    at = models.DateTimeField()
    made = models.DateTimeField(auto_now_add=True)
    language = models.CharField(max_length=2)
    record = models.TextField()
    digest = models.CharField(max_length=64)
    document_digest = models.CharField(max_length=64, blank=True)
    annulled = models.DateTimeField(null=True)
    annulled_by = models.CharField(max_length=80, blank=True)
    annulled_why = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["round"]), models.Index(fields=["document_digest"])]


class Numbering(models.Model):
    """The last number given in a city's year; its row is locked while numbers are given."""

    city = models.CharField(max_length=40)
    year = models.IntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "year"], name="one_numbering_per_year")]


class Deployment(models.Model):
    """A deployment decision (Act 906/2019, section 28 d): who answers for deciding by exactly these rules."""

    city = models.CharField(max_length=40)
    service = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    official = models.CharField(max_length=80)
    role = models.CharField(max_length=80)
    signed = models.DateTimeField()
    document = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "service", "digest"], name="one_deployment_per_rules")]
