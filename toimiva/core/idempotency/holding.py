"""What programs were answered about a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy

from toimiva.core.city.api import City
from toimiva.core.idempotency.answering import KEPT
from toimiva.core.idempotency.models import Given
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["GivenHolder"]


@holders.register("idempotency")
class GivenHolder(Holder):
    """All of it goes, after a day in any case."""

    def holdings(self, city: City, person: str) -> Iterator[Holding]:
        """Answers to the person's own programs."""
        count = Given.objects.filter(who=person).count()
        if count:
            yield Holding(gettext_lazy("answers to your programs, kept for a day"), count, "erase", "")

    def erase(self, city: City, person: str) -> None:
        """Of the person."""
        Given.objects.filter(who=person).delete()

    def expire(self, city: City, at: datetime) -> int:
        """Older than a day by the machine's own clock."""
        return Given.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]
