"""What residents have told. Personal data: how to reach them where they said so, and their words; see holding.py."""

from __future__ import annotations

from django.db import models

_DIGITS = 4  # of a degree


def _rounded(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, _DIGITS)


class Report(models.Model):
    """A report. `token` opens its own page; degrees are WGS 84; `key` is the developer's key that it came by.

    Words are shown to others when `published`; `answer` is the official's.
    """

    city = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    token = models.CharField(max_length=32, unique=True)
    text = models.TextField()
    language = models.CharField(max_length=2)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    address = models.CharField(max_length=200, blank=True)
    media_url = models.CharField(max_length=500, blank=True)
    email = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    key = models.BigIntegerField(null=True)
    case = models.BigIntegerField(db_index=True)
    made = models.DateTimeField()
    updated = models.DateTimeField()
    expected = models.DateTimeField()
    closed = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    published = models.BooleanField(default=False)

    @property
    def coarse(self) -> tuple[float | None, float | None]:
        """Longitude and latitude as others may know them: to some ten metres, for it may be somebody's own yard."""
        return _rounded(self.longitude), _rounded(self.latitude)

    class Meta:
        indexes = [models.Index(fields=["city", "made"]), models.Index(fields=["city", "kind", "closed"])]
