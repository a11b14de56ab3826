"""What is kept of who reported: of nobody in the registers; contacts and unpublished words go after the answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from toimiva.capabilities.reports.models import Report
from toimiva.core.city.api import City
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["ReportHolder"]

_AFTER_THE_ANSWER = timedelta(days=90)


@holders.register("reports")
class ReportHolder(Holder):
    """Three months after the answer nobody can be reached by a report, and words that were not published are gone."""

    def holdings(self, city: City, person: str) -> Iterable[Holding]:
        """Nothing: a report is of nobody in the registers."""
        return ()

    def expire(self, city: City, at: datetime) -> int:
        """What is left is the kind, the place and the times."""
        old = Report.objects.filter(city=city.id, closed__lt=at - _AFTER_THE_ANSWER)
        known = old.exclude(email="", phone="", media_url="")
        gone = known.update(email="", phone="", media_url="", key=None)
        return gone + old.filter(published=False).exclude(text="", answer="").update(text="", answer="")
