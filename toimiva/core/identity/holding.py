"""What sign-in has of a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from django.utils.translation import gettext_lazy

from toimiva.core.city.api import City
from toimiva.core.identity.models import SignIn
from toimiva.core.retention.api import Holder, Holding, holders

__all__ = ["SignInHolder"]

_KEPT = timedelta(days=365)


@holders.register("identity")
class SignInHolder(Holder):
    """Sessions, with what the browser called itself; they end with it."""

    def holdings(self, city: City, person: str) -> Iterator[Holding]:
        """Sessions of the person."""
        count = SignIn.objects.filter(kind="resident", city=city.id, who=person).count()
        if count:
            yield Holding(gettext_lazy("your sessions, and what your browser called itself"), count, "erase", "")

    def erase(self, city: City, person: str) -> None:
        """All of them, the one that asks for it too."""
        SignIn.objects.filter(kind="resident", city=city.id, who=person).delete()

    def expire(self, city: City, at: datetime) -> int:
        """Sessions of a year ago, officials' too, by the real clock, which they are kept by."""
        SessionStore.clear_expired()
        gone, _ = SignIn.objects.filter(city__in=(city.id, ""), started__lt=timezone.now() - _KEPT).delete()
        return gone
