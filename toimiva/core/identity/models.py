"""Who is and was signed in. Personal data: a pseudonym or an official's name; kept for a year."""

from __future__ import annotations

from django.db import models


class SignIn(models.Model):
    """One signed-in session of a browser: a `resident` (`who` is a pseudonym of `city`) or an `official` (a name).

    `persons` are an official's own pseudonyms by city, where the issuer tells their identity code: nobody handles
    their own case. `level` is the assurance that the issuer stated, `roles` an official's. `subject` is a resident's
    name at their issuer, hashed, so that other services of the city may ask on their behalf. `agent` is what the
    browser calls itself.
    """

    kind = models.CharField(max_length=10)
    who = models.CharField(max_length=80)
    city = models.CharField(max_length=40, blank=True)
    level = models.CharField(max_length=100, blank=True)
    roles = models.JSONField(default=list)
    persons = models.JSONField(default=dict)
    subject = models.CharField(max_length=64, blank=True)
    agent = models.CharField(max_length=120, blank=True)
    started = models.DateTimeField()
    seen = models.DateTimeField()
    ended = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "who", "ended"]), models.Index(fields=["subject"])]
