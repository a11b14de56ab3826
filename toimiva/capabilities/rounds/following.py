"""A service that runs by the registers' changes: what has changed since it last looked becomes a round of its own.

A birth, a move, a birthday: only those whom the change concerns are decided again, and each offer tells its cause.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from toimiva.capabilities.rounds.measuring import measure
from toimiva.capabilities.rounds.models import Round
from toimiva.capabilities.rounds.planning import plan
from toimiva.capabilities.rounds.preparing import offer_first, prepare
from toimiva.capabilities.services import api as services
from toimiva.capabilities.services.api import Service
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.lake import api as lake
from toimiva.core.purposes import api as purposes
from toimiva.core.registers import api as registers

__all__ = ["follow", "follow_all", "following", "has_news"]

Step = Callable[[str], None]


def follow_all(city: City, *, seed: int, simulated: bool, on_step: Step = lambda _: None) -> list[Round]:
    """Every service of the city that follows changes meets those since it last looked; the rounds this gave."""
    rounds = []
    for service in following(city):
        missing = sorted({*purposes.purpose(city, service.definition.purpose).tables} - {*lake.tables(city.id)})
        if missing:
            on_step(f"{service.id} waits: nothing of {', '.join(missing)} has been delivered yet")
        elif has_news(service):
            on_step(f"{service.id} follows what has changed")
            rounds.append(follow(service, seed=seed, simulated=simulated))
    return rounds


def following(city: City) -> list[Service]:
    """The city's services that run by changes."""
    found = (services.get_service(city, name) for name in services.names_of(city))
    return [service for service in found if service.definition.runs == "by_changes"]


def has_news(service: Service) -> bool:
    """Whether any table that the service reads, the day or the rules are others than when it last looked."""
    last = look_of(service)
    if last is None or last.phase == "created":
        return True
    day = cities.today(service.city)
    pins = registers.get_snapshot(last.snapshot).tables
    tables = purposes.purpose(service.city, service.definition.purpose).tables
    newest = {name: lake.version(last.city, name) for name in tables}
    return (last.day, last.folder) != (day, service.digest) or any(
        pins.get(name, {}).get("version") != version for name, version in newest.items()
    )


def look_of(service: Service, before: Round | None = None) -> Round | None:
    """The service's newest round, or the one before another."""
    rows = Round.objects.filter(city=service.city.id, service=service.id, follows=True)
    rows = rows if before is None else rows.exclude(pk=before.pk).filter(created__lte=before.created)
    return rows.order_by("-created", "-id").first()


def follow(service: Service, *, seed: int, simulated: bool) -> Round:
    """One round over what has changed since the last, up to offers in the outbox; goes on with one that was stopped."""
    last = look_of(service)
    row = last if last and last.phase == "created" else plan(service, seed=seed, simulated=simulated)
    prepared = prepare(row, service, lambda gate: _concerned(service, row, look_of(service, row), gate))
    offer_first(row, service, prepared)
    if not prepared.proposal.placed.height:
        measure(row, service)
    return row


def _concerned(
    service: Service, row: Round, last: Round | None, gate: purposes.Gate
) -> Mapping[str, Mapping[str, Any]]:
    """Who is decided again, and why: everyone where the service looks for the first time or by other rules."""
    if last is None or last.folder != row.folder:
        cause = services.Cause("first" if last is None else "rules").as_dict()
        return dict.fromkeys(services.decide_cohort(service, gate, row.day)["person"], cause)
    before, after = (registers.get_snapshot(name) for name in (last.snapshot, row.snapshot))
    city, purpose = service.city, service.definition.purpose
    about_nobody = [source.table for source in service.definition.inputs.values() if source.of]
    found = purposes.changes(
        city, purpose, before, after, actor="rule", reason=row.id, at=row.created, also=about_nobody
    )
    with purposes.open_gate(city, purpose, actor="rule", reason=row.id, snapshot=before, at=row.created) as earlier:
        causes = services.causes(service, earlier, gate, found, (last.day, row.day))
    return {person: cause.as_dict() for person, cause in causes.items()}
