"""What residents have said of the use of their data: kept, as proof."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy

from toimiva.core.city.api import City
from toimiva.core.purposes.models import Consent, Objection
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["SaidHolder"]


@holders.register("purposes")
class SaidHolder(Holder):
    """Objections and consents stay: without them the city would forget a no."""

    def holdings(self, city: City, person: str) -> Iterator[Holding]:
        """Both, in force or not."""
        why = gettext_lazy("proof of what you have said: GDPR, articles 5(2) and 7(1)")
        for model, what in (
            (Objection, gettext_lazy("your objections")),
            (Consent, gettext_lazy("your consents")),
        ):
            count = model.objects.filter(city=city.id, person=person).count()
            if count:
                yield Holding(what, count, "keep", why)
