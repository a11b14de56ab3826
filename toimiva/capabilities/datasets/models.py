"""Data sets of others, how often data is taken, and what data people ask for. No personal data is asked for."""

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


class DataRequest(models.Model):
    """Data that somebody misses. Nobody's name; what was written is seen by others once an official lets it be.

    `state` is new, shown, opened (`dataset` tells which) or declined. `voices` is how many others want it.
    """

    title = models.CharField(max_length=120)
    text = models.TextField()
    made = models.DateTimeField()
    state = models.CharField(max_length=10, default="new")
    voices = models.IntegerField(default=0)
    answer = models.TextField(blank=True)
    answered = models.DateTimeField(null=True)
    dataset = models.CharField(max_length=120, blank=True)
    official = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "made"])]


class Taken(models.Model):
    """How often a data set was taken on a day, in a format."""

    name = models.CharField(max_length=120)
    form = models.CharField(max_length=20)
    day = models.DateField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "form", "day"], name="taken_by_day")]
