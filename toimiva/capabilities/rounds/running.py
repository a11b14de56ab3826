"""A round run to its end, phase by phase. After any stop it goes on from the phase it was in; nothing is done twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise

from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.rounds.measuring import measure
from toimiva.capabilities.rounds.models import Round
from toimiva.capabilities.rounds.planning import resume_or_plan
from toimiva.capabilities.rounds.preparing import offer_first, prepare
from toimiva.capabilities.rounds.second_wave import offer_second
from toimiva.capabilities.rounds.simulating import Act, acts_of_window, phones_off
from toimiva.capabilities.rounds.ticking import tick
from toimiva.capabilities.services import api as services
from toimiva.capabilities.services.api import Service
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.ledger import api as ledger

__all__ = ["advance", "advance_live", "run", "start"]

Step = Callable[[str], None]
_BUCKET = timedelta(hours=6)
_MOST_ACTS = 400
_LATE = timedelta(days=2)
_REST = 25
_HANDLED_AFTER = timedelta(seconds=2)


def start(service: Service, *, seed: int, simulated: bool, on_step: Step = lambda _: None) -> Round:
    """Plan or resume, prepare, and put the offers into the outbox; nothing has left yet."""
    row = resume_or_plan(service, seed=seed, simulated=simulated)
    if row.phase == "created":
        with _phase(row, "prepare", on_step):
            prepared = prepare(row, service)
        with _phase(row, "offer", on_step):
            offer_first(row, service, prepared)
    return row


def run(service: Service, *, seed: int, on_step: Step = lambda _: None) -> Round:
    """A whole round with simulated replies, in simulated time, to the measured end."""
    channels.release_claims(service.city)  # one process runs a simulation; claims left behind are of a dead one
    row = start(service, seed=seed, simulated=True, on_step=on_step)
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


def advance(row: Round, service: Service, *, at: datetime) -> None:
    """A live round as time passes: one tick, and the next phase when a window has closed."""
    tick(service, row, at=at)
    decisions.render_waiting(row.city)
    if row.phase == "offered" and at > row.closes:
        _close(row, service, 1, at)
        offer_second(row, service)
    elif row.phase == "second_offered" and row.second_closes and at > row.second_closes:
        _close(row, service, 2, at)
        measure(row, service)


def _close(row: Round, service: Service, wave: int, at: datetime) -> None:
    offers.close_due(service, row.id, wave, at=at)
    _move_on(row, wave)


def _move_on(row: Round, wave: int) -> None:
    row.phase = "closed" if wave == 1 else "done"
    row.save(update_fields=["phase"])


# --- simulated time


def _window(row: Round, service: Service, wave: int, writer: decisions.DocumentWriter, on_step: Step) -> None:
    """One reply window lived through: texts go out, families act, time passes to its end; documents are begun."""
    with _phase(row, "replies" if wave == 1 else "second_replies", on_step):
        closes = row.closes if wave == 1 else row.second_closes
        assert closes is not None  # noqa: S101 - set when the second wave was offered
        _switch_phones_off(row, service)
        opens = row.opens if wave == 1 else cities.now(row.city)
        _live(row, service, opens, [])
        acts = [act for act in acts_of_window(service, row, wave) if act.at <= closes + _LATE]
        for at, due in _steps(service, opens, closes, acts):
            _live(row, service, at, due)
            writer.submit()
        offers.close_due(service, row.id, wave, at=closes + timedelta(minutes=1))
        for at, due in _steps(service, closes, closes + _LATE, acts):
            _live(row, service, at, due)
        _move_on(row, wave)


def _switch_phones_off(row: Round, service: Service) -> None:
    rows = offers.recipients_of(offer.id for offer in offers.offers_of(row.id))
    channels.switch_off(phones_off(service, row, [r.phone for told in rows.values() for r in told]))


def _steps(service: Service, start: datetime, end: datetime, acts: list[Act]) -> Iterator[tuple[datetime, list[Act]]]:
    """Instants to live through after `start`, each with what families do before it; at most so many acts a step."""
    between = [act for act in acts if start < act.at <= end]
    marks = [start + _BUCKET * n for n in range(int((end - start) / _BUCKET) + 1)] + [end]
    marks += [act.at for act in between[_MOST_ACTS - 1 :: _MOST_ACTS]]
    position = 0
    for _, at in pairwise(sorted(set(marks))):
        first = position
        while position < len(between) and between[position].at <= at:
            position += 1
        yield at, between[first:position]


def _live(row: Round, service: Service, at: datetime, acts: list[Act]) -> None:
    """Families act, then everything that is due by `at` is done."""
    if cities.now(row.city) > at:
        return  # lived through before a stop
    texts = [act for act in acts if act.number]
    channels.write_many([(f"sim/{a.offer}/{a.guardian}/{a.at.timestamp():.0f}", a.number, a.text, a.at) for a in texts])
    offers.wish_many([(act.offer, act.wishes) for act in acts if act.wishes])
    clicks = [act for act in acts if not act.number]
    offers.record([offers.Answer(a.offer, a.guardian, a.yes, a.at, a.at + _HANDLED_AFTER, "web") for a in clicks])
    tick(service, row, at=at, instant=lambda reply: reply.received + _HANDLED_AFTER, all_at_once=True)
    cities.set_to(row.city, at)


@contextmanager
def _phase(row: Round, name: str, on_step: Step) -> Iterator[None]:
    """Time a phase by the machine's clock and keep it with the round."""
    on_step(name)
    started = time.perf_counter()
    yield
    row.seconds[name] = round(row.seconds.get(name, 0) + time.perf_counter() - started, 3)
    row.save(update_fields=["seconds"])


def advance_live(turn: int = 0) -> int:
    """One turn for every round: of each city and service the newest, unless a simulation is living through it.

    A measured round has only late replies to hear: it gets every 25th turn.
    """
    newest: dict[tuple[str, str], Round] = {}
    for row in Round.objects.exclude(phase__in=["created", "stopped"]).order_by("created", "id"):
        newest[row.city, row.service] = row
    for row in newest.values():
        if (row.simulated and row.phase != "measured") or (row.phase == "measured" and turn % _REST):
            continue
        advance(row, services.get_service(cities.load(row.city), row.service), at=cities.now(row.city))
    return len(newest)
