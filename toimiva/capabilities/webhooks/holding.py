"""What is kept of webhooks: of nobody in the registers; notices go after a month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from toimiva.capabilities.webhooks.delivering import forget_old
from toimiva.core.city.api import City
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["HookHolder"]


@holders.register("webhooks")
class HookHolder(Holder):
    """Notices that were told, and hooks that ended, go after a month."""

    def holdings(self, city: City, person: str) -> Iterable[Holding]:
        """Nothing: a hook is of a program."""
        return ()

    def expire(self, city: City, at: datetime) -> int:
        """By the machine's own clock: programs know no city's."""
        return forget_old(timezone.now())
