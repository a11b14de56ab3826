"""The ledger's tables. Personal data: pseudonyms, as subjects and actors; kept as long as the law asks for proof."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One line of the ledger: `line` is hashed; the other columns repeat it for searching and are verified too."""

    seq = models.BigIntegerField(primary_key=True)
    line = models.TextField()
    hash = models.CharField(max_length=64)
    city = models.CharField(max_length=40)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, blank=True)
    day = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["subject", "seq"]), models.Index(fields=["kind", "seq"])]


class Head(models.Model):
    """The last entry. Its one row is locked while entries are added, so that the chain cannot fork."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")
    day = models.DateField(null=True)


class DailyRoot(models.Model):
    """Merkle root over one day's entries, made when the day is over; published, so that it cannot be rewritten."""

    day = models.DateField(primary_key=True)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    root = models.CharField(max_length=64)


class RootSignature(models.Model):
    """A signature under a day's root: the city's own or a witness's. `text` is what was signed, `key` by which key."""

    day = models.ForeignKey(DailyRoot, on_delete=models.PROTECT, related_name="signatures")
    key = models.CharField(max_length=200)
    text = models.TextField()
    signature = models.CharField(max_length=120)
    by_city = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "key"], name="one_signature_per_key")]
