"""A round run to its end, phase by phase. After any stop it goes on from the phase it was in; nothing is done twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.rounds.following import follow
from toimiva.capabilities.rounds.living import live_to, live_until, move_on, steps
from toimiva.capabilities.rounds.measuring import measure
from toimiva.capabilities.rounds.models import Round
from toimiva.capabilities.rounds.planning import AS_USUAL, Terms, resume_or_plan
from toimiva.capabilities.rounds.preparing import offer_first, prepare
from toimiva.capabilities.rounds.second_wave import offer_second
from toimiva.capabilities.rounds.simulating import acts_of_window, switch_phones_off
from toimiva.capabilities.services.api import Service
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.ledger import api as ledger

__all__ = ["run", "start"]

Step = Callable[[str], None]
_LATE = timedelta(days=2)


def start(
    service: Service, *, seed: int, simulated: bool, terms: Terms = AS_USUAL, on_step: Step = lambda _: None
) -> Round:
    """Plan or resume, prepare, and put the offers into the outbox; nothing has left yet.

    A service that follows the registers looks at what has changed since it last looked.
    """
    if service.definition.runs == "by_changes":
        return follow(service, seed=seed, simulated=simulated)
    row = resume_or_plan(service, seed=seed, simulated=simulated, terms=terms)
    if row.phase == "created":
        with _phase(row, "prepare", on_step):
            prepared = prepare(row, service)
        with _phase(row, "offer", on_step):
            offer_first(row, service, prepared)
    return row


def run(service: Service, *, seed: int, terms: Terms = AS_USUAL, on_step: Step = lambda _: None) -> Round:
    """A whole round with simulated replies, in simulated time, to the measured end."""
    channels.release_claims(service.city)  # one process runs a simulation; claims left behind are of a dead one
    row = start(service, seed=seed, simulated=True, terms=terms, on_step=on_step)
    if row.follows:
        return _live_out(row, service, on_step)
    writer = decisions.DocumentWriter(row.city)
    steps: dict[str, Callable[[], None]] = {
        "offered": lambda: _window(row, service, 1, writer, on_step),
        "closed": lambda: _second(row, service, on_step),
        "second_offered": lambda: _window(row, service, 2, writer, on_step),
        "done": lambda: _finish(row, service, writer, on_step),
    }
    while row.phase in steps:
        steps[row.phase]()
    return row


def _live_out(row: Round, service: Service, on_step: Step) -> Round:
    """A round of a service that follows the registers, to the end of its windows."""
    while row.phase not in ("measured", "stopped"):
        on_step(row.phase)
        closes = row.closes if row.phase == "offered" else row.second_closes or row.closes
        live_until(service.city, closes + timedelta(minutes=1))
        row.refresh_from_db()
    return row


def _second(row: Round, service: Service, on_step: Step) -> None:
    with _phase(row, "second_wave", on_step):
        offer_second(row, service)


def _finish(row: Round, service: Service, writer: decisions.DocumentWriter, on_step: Step) -> None:
    with _phase(row, "documents", on_step):
        while writer.submit():
            pass
        writer.finish()
    with _phase(row, "measure", on_step):
        ledger.close_days(cities.now(row.city).date())
        measure(row, service)


def _window(row: Round, service: Service, wave: int, writer: decisions.DocumentWriter, on_step: Step) -> None:
    """One reply window lived through: texts go out, families act, time passes to its end; documents are begun."""
    with _phase(row, "replies" if wave == 1 else "second_replies", on_step):
        closes = row.closes if wave == 1 else row.second_closes
        assert closes is not None  # noqa: S101 - set when the second wave was offered
        switch_phones_off(row, service)
        opens = row.opens if wave == 1 else cities.now(row.city)
        live_to(service.city, {service.id: [row]}, opens, [])
        acts = [act for act in acts_of_window(service, row, wave) if act.at <= closes + _LATE]
        for at, due in steps(opens, closes, acts):
            live_to(service.city, {service.id: [row]}, at, due)
            writer.submit()
        offers.close_due(service, row.id, wave, at=closes + timedelta(minutes=1))
        for at, due in steps(closes, closes + _LATE, acts):
            live_to(service.city, {service.id: [row]}, at, due)
        move_on(row, wave)


@contextmanager
def _phase(row: Round, name: str, on_step: Step) -> Iterator[None]:
    """Time a phase by the machine's clock and keep it with the round."""
    on_step(name)
    started = time.perf_counter()
    yield
    row.seconds[name] = round(row.seconds.get(name, 0) + time.perf_counter() - started, 3)
    row.save(update_fields=["seconds"])
