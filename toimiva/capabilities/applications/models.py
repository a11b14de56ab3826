"""Applications of residents. Personal data: who, for whom, what was answered on both sides; see holding.py."""

from __future__ import annotations

from django.db import models


class Sent(models.Model):
    """An application: `answers` are canonical JSON by the fields of the form. `granted` and `answer` are the
    official's, once it is `answered`; until then there is no other for the same person and service.
    """

    city = models.CharField(max_length=40)
    service = models.CharField(max_length=40)
    person = models.CharField(max_length=16)
    applicant = models.CharField(max_length=16)
    answers = models.TextField(blank=True)
    sent = models.DateTimeField()
    due = models.DateTimeField()
    answered = models.DateTimeField(null=True)
    granted = models.BooleanField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["city", "applicant"])]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "service", "person"], condition=models.Q(answered=None), name="one_open_application"
            )
        ]
