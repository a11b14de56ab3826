"""Decisions about a person: kept, as the law says."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy

from toimiva.capabilities.decisions.models import Decision
from toimiva.capabilities.offers import api as offers
from toimiva.core.city.api import City
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["DecisionHolder"]


@holders.register("decisions")
class DecisionHolder(Holder):
    """A decision and its document, which names the child, are of the archive."""

    def holdings(self, city: City, person: str) -> Iterator[Holding]:
        """Decisions about the person, or on an offer that they were asked about (an official's grounds may name them);
        one whose document is being written must be waited for."""
        asked = [offer.id for offer in offers.offers_to(city.id, person)]
        found = Decision.objects.filter(Q(person=person) | Q(offer__in=asked), city=city.id)
        unwritten = found.filter(document_digest="").count()
        if unwritten:
            why = gettext_lazy("its document is being written")
            yield Holding(
                gettext_lazy("decisions about you or your children without a document yet"), unwritten, "wait", why
            )
        count = found.exclude(document_digest="").count()
        if count:
            why = gettext_lazy("decisions are archived: Archives Act (831/1994), section 6")
            yield Holding(
                gettext_lazy("decisions about you or your children, with their documents"), count, "keep", why
            )
