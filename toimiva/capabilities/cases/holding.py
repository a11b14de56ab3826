"""What staff have handled of a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from toimiva.capabilities.cases.models import Case, Note
from toimiva.capabilities.services import api as services
from toimiva.core.city.api import City
from toimiva.core.purposes import api as purposes
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["CaseHolder"]


@holders.register("cases")
class CaseHolder(Holder):
    """Facts and notes of closed cases go; that there was a case, and who closed it, stays without them."""

    def holdings(self, city: City, person: str) -> Iterator[Holding]:
        """Cases about the person."""
        mine = Case.objects.filter(city=city.id, person=person)
        open_ones = mine.filter(closed=None).count()
        if open_ones:
            why = gettext_lazy("an official has not handled it yet")
            yield Holding(gettext_lazy("your cases with staff"), open_ones, "wait", why)
        written = _written(mine).count()
        if written:
            yield Holding(gettext_lazy("facts and notes of your cases"), written, "erase", "")

    def erase(self, city: City, person: str) -> None:
        """Of the person."""
        _forget(Case.objects.filter(city=city.id, person=person))

    def expire(self, city: City, at: datetime) -> int:
        """Of cases closed longer ago than the service's purpose keeps."""
        known, gone = purposes.purposes(city), 0
        for name in services.names_of(city):
            days = known[services.get_service(city, name).definition.purpose].retention_days
            old = Case.objects.filter(city=city.id, service=name, closed__lt=at - timedelta(days=days))
            gone += _forget(old)
        return gone


def _forget(rows: QuerySet[Case]) -> int:
    closed = rows.exclude(closed=None)
    Note.objects.filter(case__in=closed).update(text="")
    return _written(closed).update(facts="", note="")


def _written(rows: QuerySet[Case]) -> QuerySet[Case]:
    return rows.exclude(closed=None).exclude(facts="", note="")
