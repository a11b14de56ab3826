"""Addresses of programs, and what they are told. No personal data: whose a hook is, the developer's key knows."""

from __future__ import annotations

from django.db import models


class Hook(models.Model):
    """An address that is told of topics. `key` is the number of the developer's key; `taken` when it last took one."""

    key = models.BigIntegerField(db_index=True)
    url = models.URLField(max_length=500)
    topics = models.JSONField()
    made = models.DateTimeField()
    taken = models.DateTimeField()
    ended = models.DateTimeField(null=True)


class Notice(models.Model):
    """One event for one hook: due until it is `taken` or `given_up`. `answer` is the last one: a status, or a fault."""

    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="notices")
    topic = models.CharField(max_length=40)
    body = models.TextField()
    made = models.DateTimeField()
    due = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    answer = models.CharField(max_length=120, blank=True)
    taken = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due"]), models.Index(fields=["made"])]
