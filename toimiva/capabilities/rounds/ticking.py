"""The work of a round as time passes, the same live and in a simulation: each part may stop anywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.rounds.models import Round
from toimiva.capabilities.services.api import Service
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities

__all__ = ["tick"]

_SEND_BATCH = 500


def tick(
    service: Service, row: Round, *, at: datetime, instant: Callable[[channels.Reply], datetime] | None = None,
    all_at_once: bool = False,
) -> None:  # fmt: skip
    """Send what is due, collect what came in, handle replies, remind, write letters.

    Live, one call sends at most a second's worth of the gateway's rate; `all_at_once` sends everything due. `instant`
    gives when each reply counts as handled (now, if None).
    """
    city = service.city
    if not row.paused:
        _send(city, at, all_at_once=all_at_once)
    channels.collect()
    while offers.handle_replies(city, instant=instant or (lambda _: at)):
        pass
    if not row.paused:
        offers.remind_due(service, row.id, at=at)
        offers.write_letters_due(service, at=at)
        _send(city, at, all_at_once=all_at_once)


def _send(city: cities.City, at: datetime, *, all_at_once: bool) -> None:
    limit = _SEND_BATCH if all_at_once else settings.SMS_PER_SECOND
    while channels.send_due(city, at=at, limit=limit) and all_at_once:
        pass
