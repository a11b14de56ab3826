"""What a resident has said of how they are reached."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy

from toimiva.core.city.api import City
from toimiva.core.people.models import Contact, Wish
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["ContactHolder"]

_ENDED_FOR = timedelta(days=365)


@holders.register("people")
class ContactHolder(Holder):
    """All of it goes: the register's contacts are used again."""

    def holdings(self, city: City, person: str) -> Iterator[Holding]:
        """Contacts, in use or not, and wishes."""
        for model, what in (
            (Contact, gettext_lazy("contacts that you gave")),
            (Wish, gettext_lazy("your wishes for language and channel")),
        ):
            count = model.objects.filter(city=city.id, person=person).count()
            if count:
                yield Holding(what, count, "erase", "")

    def erase(self, city: City, person: str) -> None:
        """Of the person."""
        for model in (Contact, Wish):
            model.objects.filter(city=city.id, person=person).delete()

    def expire(self, city: City, at: datetime) -> int:
        """What ended over a year ago."""
        old = (m.objects.filter(city=city.id, ended__lt=at - _ENDED_FOR).delete()[0] for m in (Contact, Wish))
        return sum(old)
