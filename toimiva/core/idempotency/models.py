"""Answers that were given. Personal data: what a program was answered, by pseudonym, for a day."""

from __future__ import annotations

from django.db import models


class Given(models.Model):
    """The answer to a request with a key: `status` is null while the request is being done. `asked` is the digest of
    what was asked, `who` a resident's pseudonym, empty for others."""

    key = models.CharField(max_length=64, primary_key=True)
    asked = models.CharField(max_length=64)
    who = models.CharField(max_length=16, blank=True)
    status = models.SmallIntegerField(null=True)
    content = models.BinaryField(default=b"")
    content_type = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"]), models.Index(fields=["who"])]
