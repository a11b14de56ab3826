"""What the ledger says of a person: kept, as proof."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy

from toimiva.core.city.api import City
from toimiva.core.ledger.models import Entry
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["LedgerHolder"]


@holders.register("ledger")
class LedgerHolder(Holder):
    """Entries are chained: none can go. They have a pseudonym, and no name, code or contact but what an official may
    have written as the grounds of an annulment, which belong to the decision."""

    def holdings(self, city: City, person: str) -> Iterator[Holding]:
        """Entries about the person."""
        count = Entry.objects.filter(city=city.id, subject=person).count()
        if count:
            why = gettext_lazy("proof of who used your data; without a name: GDPR, articles 5(2) and 17(3)(b)")
            yield Holding(gettext_lazy("entries of the ledger about you"), count, "keep", why)
