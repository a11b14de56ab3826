"""Consents to a text that has changed since: they end when that is first seen, and the resident is asked again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from toimiva.core.city.api import City
from toimiva.core.ledger import api as ledger
from toimiva.core.purposes.catalogue import Purpose
from toimiva.core.purposes.models import Consent

__all__ = ["lapse_outdated"]


def lapse_outdated(city: City, allowed: Purpose, *, at: datetime) -> int:
    """End the consents to another version of the purpose's text than today's; how many there were."""
    rows = Consent.objects.filter(city=city.id, purpose=allowed.id, withdrawn=None).exclude(version=allowed.version)
    if not rows.exists():
        return 0
    with transaction.atomic():
        persons = sorted(rows.select_for_update().values_list("person", flat=True))
        count = rows.update(withdrawn=at, lapsed=True)
        body = {"version": allowed.version}
        ledger.append_many(
            [ledger.NewEntry(city.id, "purpose.consent_lapsed", "rule", at, p, allowed.id, body) for p in persons]
        )
    return count
