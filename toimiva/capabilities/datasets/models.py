"""Data sets of others, and how often data is taken. No personal data."""

from __future__ import annotations

from django.db import models


class Harvested(models.Model):
    """A data set of another catalogue (`source`), as its DCAT-AP description says. Texts are by language.

    `distributions` are {title, format, media_type, access_url, download_url, licence, bytes}.
    """

    source = models.CharField(max_length=200)
    identifier = models.TextField()
    name = models.CharField(max_length=120, unique=True)
    title = models.JSONField()
    about = models.JSONField()
    keywords = models.JSONField()
    themes = models.JSONField()
    publisher = models.TextField(blank=True)
    contact = models.TextField(blank=True)
    licence = models.TextField(blank=True)
    frequency = models.TextField(blank=True)
    spatial = models.TextField(blank=True)
    temporal = models.TextField(blank=True)
    page = models.TextField(blank=True)
    issued = models.TextField(blank=True)
    modified = models.TextField(blank=True)
    distributions = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "identifier"], name="harvested_once")]


class Looked(models.Model):
    """The city's own data set as it was when it was last looked at: a digest of its rows, and since when it is so."""

    name = models.CharField(max_length=120, unique=True)
    digest = models.CharField(max_length=64)
    rows = models.IntegerField()
    changed = models.DateTimeField()


class Taken(models.Model):
    """How often a data set was taken on a day, in a format."""

    name = models.CharField(max_length=120)
    form = models.CharField(max_length=20)
    day = models.DateField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "form", "day"], name="taken_by_day")]
