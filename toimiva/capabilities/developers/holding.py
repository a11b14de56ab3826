"""What is kept of developers: of nobody in the registers; e-mail addresses go with their keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from toimiva.capabilities.developers.keys import LINK_HOLDS
from toimiva.capabilities.developers.models import Key
from toimiva.core.city.api import City
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["KeyHolder"]

_AFTER_THE_END = timedelta(days=30)


@holders.register("developers")
class KeyHolder(Holder):
    """Keys that were never confirmed go after a day, ended ones after a month."""

    def holdings(self, city: City, person: str) -> Iterable[Holding]:
        """Nothing: a developer is known by an e-mail address only."""
        return ()

    def expire(self, city: City, at: datetime) -> int:
        """By how long ago they were asked for or ended, on the machine's own clock: keys know no city's."""
        now = timezone.now()
        never = Q(confirmed=None, asked__lt=now - LINK_HOLDS)
        return Key.objects.filter(never | Q(ended__lt=now - _AFTER_THE_END)).delete()[0]
