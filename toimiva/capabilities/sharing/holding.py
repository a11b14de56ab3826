"""Which services a person has let in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy

from toimiva.capabilities.sharing.models import Permission
from toimiva.core.city.api import City
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["SharingHolder"]

_ENDED_FOR = timedelta(days=365)


@holders.register("sharing")
class SharingHolder(Holder):
    """Permissions go, and with them their tokens: nothing can be fetched any more."""

    def holdings(self, city: City, person: str) -> Iterator[Holding]:
        """Permissions, in force or not."""
        count = Permission.objects.filter(city=city.id, person=person).count()
        if count:
            yield Holding(gettext_lazy("services that you have let fetch your data"), count, "erase", "")

    def erase(self, city: City, person: str) -> None:
        """Of the person."""
        Permission.objects.filter(city=city.id, person=person).delete()

    def expire(self, city: City, at: datetime) -> int:
        """What ended over a year ago."""
        return Permission.objects.filter(city=city.id, ended__lt=at - _ENDED_FOR).delete()[0]
