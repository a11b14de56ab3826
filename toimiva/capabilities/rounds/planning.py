"""A round planned: which snapshot, when its window opens and closes, and its name. Nothing is sent by planning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from toimiva.capabilities.rounds.models import Round
from toimiva.capabilities.services import api as services
from toimiva.capabilities.services.api import Service
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.errors import Conflict, Invalid, NotFound
from toimiva.core.registers import api as registers

__all__ = [
    "Terms",
    "get_round",
    "list_rounds",
    "measured_before",
    "plan",
    "resume_or_plan",
    "second_window",
    "unfinished",
    "window",
]


_LONGEST = 90  # days of a window
_MOST_KEPT = 90  # per cent of places kept back


@dataclass(frozen=True, slots=True)
class Terms:
    """What whoever plans a round may set: the day it opens and the days it stays open (otherwise the service's own),
    and the per cent of each group's places that are kept back, as for families who move in later.

    Raises Invalid for what no round can have.
    """

    opens: date | None = None
    days: int | None = None
    kept_back: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.kept_back <= _MOST_KEPT:
            raise Invalid(what=f"{self.kept_back} % of places cannot be kept back.", mend=f"Use 0 to {_MOST_KEPT}.")
        if self.days is not None and not 1 <= self.days <= _LONGEST:
            raise Invalid(what=f"A window of {self.days} days is not possible.", mend=f"Use 1 to {_LONGEST} days.")


AS_USUAL = Terms()


def plan(service: Service, *, seed: int, simulated: bool, terms: Terms = AS_USUAL) -> Round:
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
        opens, closes = window(service, day, now, terms)
        return Round.objects.create(
            id=_name(service, opens), city=city.id, service=service.id, seed=seed, day=day, snapshot=snapshot.pk,
            folder=service.digest, simulated=simulated, created=now, opens=opens, closes=closes, follows=follows,
            kept_back=terms.kept_back,
        )  # fmt: skip


def resume_or_plan(service: Service, *, seed: int, simulated: bool, terms: Terms = AS_USUAL) -> Round:
    """The service's unfinished round, to go on with as it was planned, or a new one."""
    return unfinished(service) or plan(service, seed=seed, simulated=simulated, terms=terms)


def unfinished(service: Service) -> Round | None:
    """The service's round that is under way, if any."""
    rows = Round.objects.filter(city=service.city.id, service=service.id).exclude(phase__in=["measured", "stopped"])
    return rows.order_by("created", "id").first()


def _name(service: Service, opens: datetime) -> str:
    start = f"{service.city.id}-{service.id}-{opens.year}"
    return f"{start}-{Round.objects.filter(id__startswith=f'{start}-').count() + 1}"


def window(service: Service, day: date, now: datetime, terms: Terms = AS_USUAL) -> tuple[datetime, datetime]:
    """From the day of the terms or of the service (or now, if it has passed) to the window's last minute.

    A service that follows the registers' changes opens the same day. None opens before its messages may leave: who is
    asked in the quiet hours or on a holiday has the whole window too.
    """
    reply, zone, rounds = service.definition.reply, service.city.zone, service.definition.runs == "in_rounds"
    usual = services.value_on(service.parameters["round_opens"], day).value if rounds else day
    opens = channels.next_loud(service.city, max(datetime.combine(terms.opens or usual, reply.opens_at, zone), now))
    return opens.astimezone(UTC), _last_minute(service, opens, terms.days or reply.window_days)


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


def measured_before(row: Round) -> Round | None:
    """The same service's newest measured round that was made before this one."""
    earlier = Round.objects.filter(city=row.city, service=row.service, phase="measured", created__lt=row.created)
    return earlier.order_by("-created", "-id").first()


def list_rounds(city: str | None = None, *, follows: bool | None = None) -> list[Round]:
    """Rounds, newest first; only a year's, or only those that follow the registers' changes, where asked."""
    rows = Round.objects.filter(city=city) if city else Round.objects.all()
    rows = rows if follows is None else rows.filter(follows=follows)
    return list(rows.order_by("-created", "-id"))
