"""Drafts of services. Personal data: names of officials who wrote and reviewed, kept as long as the rules."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q


class Draft(models.Model):
    """A copy of a service's folder with changes: open -> published or dropped. `base` is the digest it started from."""

    city = models.CharField(max_length=40)
    service = models.CharField(max_length=40)
    base = models.CharField(max_length=64)
    author = models.CharField(max_length=80)
    opened = models.DateTimeField()
    closed = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default="open")
    reviewer = models.CharField(max_length=80, blank=True)
    changes = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city", "service"], condition=Q(state="open"), name="one_open_draft_per_service"
            )
        ]

    @property
    def folder(self) -> Path:
        """Where the changed files are."""
        return Path(settings.HOME) / "drafts" / str(self.pk) / self.service
