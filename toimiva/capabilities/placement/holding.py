"""Wishes in the problems that later waves were computed from: kept, as proof."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy

from toimiva.capabilities.placement.models import WaveProblem
from toimiva.core.city.api import City
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["WishHolder"]


@holders.register("placement")
class WishHolder(Holder):
    """A matching can be proven only whole; it has pseudonyms alone."""

    def holdings(self, city: City, person: str) -> Iterator[Holding]:
        """Matchings that the person was in."""
        count = WaveProblem.objects.filter(round__startswith=f"{city.id}-", text__contains=person).count()
        if count:
            why = gettext_lazy("proof that places were given fairly; without a name; kept as long as the decisions")
            yield Holding(gettext_lazy("your wishes in the matching of places"), count, "keep", why)
