"""Keys of developers, and how much they are used. Personal data: an e-mail address, kept as capability.toml says."""

from __future__ import annotations

from django.db import models


class Key(models.Model):
    """A key: `digest` of it, `shown` its first letters. Until the e-mail is confirmed there is neither."""

    email = models.EmailField(max_length=200)
    application = models.CharField(max_length=80)
    plan = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True, null=True)
    shown = models.CharField(max_length=12, blank=True)
    asked = models.DateTimeField()
    confirmed = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)


class ToldChange(models.Model):
    """A change of the interface that was made known."""

    change = models.CharField(max_length=80, unique=True)


class Used(models.Model):
    """Requests of a key in a window of time, `minute` or `day`, by when it began; `failed` had answers from 400 up."""

    key = models.ForeignKey(Key, on_delete=models.CASCADE, related_name="uses")
    window = models.CharField(max_length=6)
    began = models.DateTimeField()
    count = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window", "began"], name="used_by_window")]
