"""The work of rounds as time passes, the same live and in a simulation: each part may stop anywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    service: Service, rows: Sequence[Round], *, at: datetime,
    instant: Callable[[channels.Reply], datetime] | None = None, all_at_once: bool = False,
) -> None:  # fmt: skip
    """Send what is due, collect what came in, handle replies, remind, write letters.

    `rows` are the service's rounds that are under way. Live, one call sends at most a second's worth of the gateway's
    rate; `all_at_once` sends everything due. `instant` gives when each reply counts as handled (now, if None).
    """
    city = service.city
    _send(city, at, all_at_once=all_at_once)
    channels.collect()
    while offers.handle_replies(city, instant=instant or (lambda _: at)):
        pass
    moving = [row for row in rows if not row.paused]
    for row in moving:
        offers.remind_due(service, row.id, at=at)
    if moving:
        offers.write_letters_due(service, at=at)
    _send(city, at, all_at_once=all_at_once)


def _send(city: cities.City, at: datetime, *, all_at_once: bool) -> None:
    limit = _SEND_BATCH if all_at_once else settings.SMS_PER_SECOND
    held = Round.objects.filter(city=city.id, paused=True).order_by("id").values_list("id", flat=True)
    paused = [f"{round_id}." for round_id in held]
    while channels.send_due(city, at=at, limit=limit, paused=paused) and all_at_once:
        pass
