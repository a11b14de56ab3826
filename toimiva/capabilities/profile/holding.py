"""What a resident has asked of their data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from toimiva.capabilities.profile.models import Correction, Mandate
from toimiva.core.channels import api as channels
from toimiva.core.city.api import City
from toimiva.core.purposes import api as purposes
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["ProfileHolder"]

_UNDER_WAY, _CODES = ("open", "passed"), timedelta(days=1)


@holders.register("profile")
class ProfileHolder(Holder):
    """Words of answered requests go, and mandates; that there was a request stays, without them."""

    def holdings(self, city: City, person: str) -> Iterator[Holding]:
        """Requests about the person or asked by them."""
        mine = _of(city, person)
        waiting = mine.filter(state__in=_UNDER_WAY).count()
        if waiting:
            why = gettext_lazy("an official has not answered it yet")
            yield Holding(gettext_lazy("your requests for a correction"), waiting, "wait", why)
        written = _written(mine).count()
        if written:
            yield Holding(gettext_lazy("the words of your requests for a correction"), written, "erase", "")
        mandates = _mandates(city, person).count()
        if mandates:
            yield Holding(gettext_lazy("mandates that you gave or hold"), mandates, "erase", "")

    def erase(self, city: City, person: str) -> None:
        """Of the person."""
        _forget(_of(city, person))
        _mandates(city, person).delete()

    def expire(self, city: City, at: datetime) -> int:
        """Answered longer ago than the purpose keeps, and codes of a day ago."""
        known = purposes.purposes(city).get("corrections")
        before = at - timedelta(days=known.retention_days if known else 730)
        over, _ = Mandate.objects.filter(city=city.id, ends__lt=before.date()).delete()
        over += channels.forget_kind(city, "contact_code", queued_before=at - _CODES)
        over += channels.forget_kind(city, "correction", queued_before=before)
        return over + _forget(Correction.objects.filter(city=city.id, answered__lt=before))


def _of(city: City, person: str) -> QuerySet[Correction]:
    return Correction.objects.filter(Q(person=person) | Q(asked_by=person), city=city.id)


def _mandates(city: City, person: str) -> QuerySet[Mandate]:
    return Mandate.objects.filter(Q(giver=person) | Q(holder=person), city=city.id)


def _written(rows: QuerySet[Correction]) -> QuerySet[Correction]:
    return rows.exclude(state__in=_UNDER_WAY).exclude(was="", wanted="", answer="")


def _forget(rows: QuerySet[Correction]) -> int:
    return _written(rows).update(was="", wanted="", answer="")
