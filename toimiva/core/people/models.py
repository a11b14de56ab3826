"""How residents want to be reached. Personal data: contacts by pseudonym, kept until they end or are erased."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Contact(models.Model):
    """A telephone number or e-mail address that a resident gave: asked for, verified by a code, ended by another.

    `code` is hashed; `tries` counts wrong ones. The rows of a person are the versions of their contacts.
    """

    city = models.CharField(max_length=40)
    person = models.CharField(max_length=16)
    kind = models.CharField(max_length=5, choices=[("phone", "phone"), ("email", "email")])
    value = models.CharField(max_length=254)
    asked = models.DateTimeField()
    code = models.CharField(max_length=64)
    tries = models.SmallIntegerField(default=0)
    verified = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city", "person", "kind"], condition=Q(ended=None) & ~Q(verified=None), name="one_own_contact"
            )
        ]
        indexes = [models.Index(fields=["city", "person", "asked"])]


class Wish(models.Model):
    """In which language and by which channel a resident wants to be written to; empty where they have not said."""

    city = models.CharField(max_length=40)
    person = models.CharField(max_length=16)
    language = models.CharField(max_length=2, blank=True)
    channel = models.CharField(max_length=10, blank=True)
    since = models.DateTimeField()
    ended = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "person"], condition=Q(ended=None), name="one_wish_in_force")
        ]
