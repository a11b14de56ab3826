"""Deliveries and snapshots. No personal data: rows that were refused are kept as files beside the lake."""

from __future__ import annotations

from django.db import models


class Delivery(models.Model):
    """A file that a register sent. The same bytes again are the same delivery and land once."""

    city = models.CharField(max_length=40)
    table = models.CharField(max_length=80)
    file = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    received = models.DateTimeField()
    rows = models.IntegerField(default=0)
    bad_rows = models.IntegerField(default=0)
    state = models.CharField(max_length=10, choices=[("landed", "landed"), ("refused", "refused")])
    reason = models.TextField(blank=True)
    version = models.IntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "table", "digest"], name="one_delivery_per_content")]


class Snapshot(models.Model):
    """A version of each table, pinned: `tables` maps a table's name to {version, digest}."""

    id = models.CharField(max_length=40, primary_key=True)
    city = models.CharField(max_length=40)
    as_of = models.DateField()
    taken = models.DateTimeField()
    tables = models.JSONField()
