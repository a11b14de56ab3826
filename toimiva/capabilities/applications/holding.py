"""What residents have applied for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from toimiva.capabilities.applications.models import Sent
from toimiva.capabilities.applications.sending import PURPOSE
from toimiva.core.city.api import City
from toimiva.core.purposes import api as purposes
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["ApplicationHolder"]


@holders.register("applications")
class ApplicationHolder(Holder):
    """Answers and words of what has been answered go; that there was an application, and its end, stays."""

    def holdings(self, city: City, person: str) -> Iterator[Holding]:
        """Applications by the person, or for them."""
        mine = _of(city, person)
        waiting = mine.filter(answered=None).count()
        if waiting:
            why = gettext_lazy("an official has not answered it yet")
            yield Holding(gettext_lazy("your applications"), waiting, "wait", why)
        written = _written(mine).count()
        if written:
            yield Holding(gettext_lazy("what you wrote in applications, and the answers"), written, "erase", "")

    def erase(self, city: City, person: str) -> None:
        """Of the person."""
        _written(_of(city, person)).update(answers="", answer="")

    def expire(self, city: City, at: datetime) -> int:
        """What was answered longer ago than the purpose keeps."""
        known = purposes.purposes(city).get(PURPOSE)
        if known is None:
            return 0
        old = Sent.objects.filter(city=city.id, answered__lt=at - timedelta(days=known.retention_days))
        return _written(old).update(answers="", answer="")


def _of(city: City, person: str) -> QuerySet[Sent]:
    return Sent.objects.filter(Q(person=person) | Q(applicant=person), city=city.id)


def _written(rows: QuerySet[Sent]) -> QuerySet[Sent]:
    return rows.exclude(answered=None).exclude(answers="", answer="")
