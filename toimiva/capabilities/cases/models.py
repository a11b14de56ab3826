"""Cases for staff. Personal data: a pseudonym with the reason a person must look; kept as its purpose says."""

from __future__ import annotations

from django.db import models


class Case(models.Model):
    """Something only a person may decide. One open case per person, round and reason. One of a place has no person:
    `about` names the place, `service` the watch that saw it.

    `facts` is canonical JSON of what the rules looked at, where they left it to a person. `assigned` is who works on
    it; `official` who closed it; `due` is when a person should have looked at it.
    """

    key = models.CharField(max_length=120, unique=True)
    city = models.CharField(max_length=40)
    round = models.CharField(max_length=60)
    service = models.CharField(max_length=40)
    person = models.CharField(max_length=16)
    about = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=40)
    facts = models.TextField(blank=True)
    opened = models.DateTimeField()
    due = models.DateTimeField()
    closed = models.DateTimeField(null=True)
    assigned = models.CharField(max_length=80, blank=True)
    official = models.CharField(max_length=80, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["city", "closed", "reason"]), models.Index(fields=["round", "reason"])]


class Note(models.Model):
    """What an official has written in a case. The ledger has only the `digest` of `salt` and text: it proves the note
    and tells nothing of it, so that the text, which may name people, can be erased.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField(blank=True)
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64, unique=True)
