"""A round planned: which snapshot, when its window opens and closes, and its name. Nothing is sent by planning."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from toimiva.capabilities.rounds.models import Round
from toimiva.capabilities.services import api as services
from toimiva.capabilities.services.api import Service
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, NotFound
from toimiva.core.registers import api as registers

__all__ = ["get_round", "list_rounds", "plan", "resume_or_plan", "second_window", "unfinished", "window"]


def plan(service: Service, *, seed: int, simulated: bool) -> Round:
    """A new round over the newest snapshot. Raises Conflict while another of the service is under way.

    A service that follows the registers' changes may have many rounds under way, one a day or more.
    """
    city = service.city
    now = cities.now(city.id)
    day = now.astimezone(city.zone).date()
    follows = service.definition.runs == "by_changes"
    with transaction.atomic():
        snapshot = registers.take_snapshot(city, as_of=day, at=now)
        under_way = unfinished(service)
        if under_way and not follows:
            raise Conflict(
                what=f"Round {under_way.id} of {service.id} is under way.",
                why=f"It is in phase {under_way.phase} and its window closes {under_way.closes:%Y-%m-%d %H:%M} UTC.",
                mend="Follow it on its page, or stop it first.",
            )
        opens, closes = window(service, day, now)
        return Round.objects.create(
            id=_name(service, opens), city=city.id, service=service.id, seed=seed, day=day, snapshot=snapshot.pk,
            folder=service.digest, simulated=simulated, created=now, opens=opens, closes=closes, follows=follows,
        )  # fmt: skip


def resume_or_plan(service: Service, *, seed: int, simulated: bool) -> Round:
    """The service's unfinished round, to go on with, or a new one."""
    return unfinished(service) or plan(service, seed=seed, simulated=simulated)


def unfinished(service: Service) -> Round | None:
    """The service's round that is under way, if any."""
    rows = Round.objects.filter(city=service.city.id, service=service.id).exclude(phase__in=["measured", "stopped"])
    return rows.order_by("created", "id").first()


def _name(service: Service, opens: datetime) -> str:
    start = f"{service.city.id}-{service.id}-{opens.year}"
    return f"{start}-{Round.objects.filter(id__startswith=f'{start}-').count() + 1}"


def window(service: Service, day: date, now: datetime) -> tuple[datetime, datetime]:
    """From the service's opening day (or now, if it has passed) to the last minute of the window's last day.

    A service that follows the registers' changes opens the same day.
    """
    reply, zone, rounds = service.definition.reply, service.city.zone, service.definition.runs == "in_rounds"
    first = services.value_on(service.parameters["round_opens"], day).value if rounds else day
    opens = max(datetime.combine(first, reply.opens_at, zone), now)
    return opens.astimezone(UTC), _last_minute(service, opens, reply.window_days)


def second_window(service: Service, opens: datetime) -> datetime:
    """When the second wave's window closes."""
    return _last_minute(service, opens, service.definition.second_reply.window_days)


def _last_minute(service: Service, opens: datetime, days: int) -> datetime:
    zone = service.city.zone
    last_day = opens.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(last_day, time(23, 59), zone).astimezone(UTC)


def get_round(round_id: str) -> Round:
    """A round by its id. Raises NotFound with the rounds there are."""
    found = Round.objects.filter(pk=round_id).first()
    if found is None:
        known = ", ".join(Round.objects.order_by("id").values_list("id", flat=True)) or "none yet"
        raise NotFound(what=f"There is no round {round_id!r}.", mend=f"There are: {known}.")
    return found


def list_rounds(city: str | None = None, *, follows: bool | None = None) -> list[Round]:
    """Rounds, newest first; only a year's, or only those that follow the registers' changes, where asked."""
    rows = Round.objects.filter(city=city) if city else Round.objects.all()
    rows = rows if follows is None else rows.filter(follows=follows)
    return list(rows.order_by("-created", "-id"))
