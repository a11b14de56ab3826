"""Time that passes for rounds: live, as the clock goes, or simulated, in steps from event to event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from toimiva.capabilities.decisions import api as decisions
from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.rounds.following import follow, following, has_news
from toimiva.capabilities.rounds.measuring import measure
from toimiva.capabilities.rounds.models import Round
from toimiva.capabilities.rounds.second_wave import offer_second
from toimiva.capabilities.rounds.simulating import Act, acts_of_window, switch_phones_off
from toimiva.capabilities.rounds.ticking import tick
from toimiva.capabilities.services import api as services
from toimiva.capabilities.services.api import Service
from toimiva.core.channels import api as channels
from toimiva.core.city import api as cities
from toimiva.core.city.api import City

__all__ = ["advance", "advance_live", "live_to", "live_until", "move_on", "steps"]

UnderWay = Mapping[str, Sequence[Round]]  # rounds under way, by service

_BUCKET = timedelta(hours=6)
_MOST_ACTS = 400
_REST = 25
_HANDLED_AFTER = timedelta(seconds=2)


# --- live


def advance_live(turn: int = 0) -> int:
    """One turn for every round that is under way; how many they are. Simulated ones are left to their simulation.

    Every 25th turn late replies to measured rounds are heard, and services that follow changes look for news.
    """
    resting = turn % _REST == 0
    found = _rounds_of_turn(resting)
    for (city, name), rows in found.items():
        advance(services.get_service(cities.load(city), name), rows, at=cities.now(city))
    if resting:
        _look_for_news()
    return sum(len(rows) for rows in found.values())


def _rounds_of_turn(resting: bool) -> dict[tuple[str, str], list[Round]]:
    """Of each service: those under way that follow changes, and the newest round."""
    found: dict[tuple[str, str], list[Round]] = defaultdict(list)
    for row in Round.objects.exclude(phase__in=["created", "stopped"]).order_by("created", "id"):
        kept = [other for other in found[row.city, row.service] if row.follows and other.phase != "measured"]
        found[row.city, row.service] = [*kept, row]
    due = {key: [row for row in rows if _is_due(row, resting)] for key, rows in found.items()}
    return {key: rows for key, rows in due.items() if rows}


def _is_due(row: Round, resting: bool) -> bool:
    return resting if row.phase == "measured" else not row.simulated


def _look_for_news() -> None:
    """Services that an official has started meet what has changed since; one that is paused or stopped does not."""
    last = {(row.city, row.service): row for row in Round.objects.filter(follows=True).order_by("created", "id")}
    for (city, name), row in last.items():
        if row.simulated or row.paused or row.phase == "stopped":
            continue
        service = services.get_service(cities.load(city), name)
        if has_news(service):
            follow(service, seed=row.seed, simulated=False)


def advance(service: Service, rows: Sequence[Round], *, at: datetime) -> None:
    """A service's live rounds as time passes: one tick, and the next phase where a window has closed."""
    tick(service, rows, at=at)
    decisions.render_waiting(service.city.id)
    for row in rows:
        next_phase(row, service, at)


def next_phase(row: Round, service: Service, at: datetime) -> None:
    """Close the window that has ended, and go on; also from between the two, where a stop may have left the round."""
    if row.phase == "offered" and at > row.closes:
        _close(row, service, 1, at)
    elif row.phase == "second_offered" and row.second_closes and at > row.second_closes:
        _close(row, service, 2, at)
    if row.phase == "closed":
        offer_second(row, service)
    elif row.phase == "done":
        measure(row, service)


def _close(row: Round, service: Service, wave: int, at: datetime) -> None:
    offers.close_due(service, row.id, wave, at=at)
    move_on(row, wave)


def move_on(row: Round, wave: int) -> None:
    """The phase after a wave's window."""
    row.phase = "closed" if wave == 1 else "done"
    row.save(update_fields=["phase"])


# --- simulated time


def live_until(city: City, until: datetime) -> None:
    """Services that follow changes live to an instant: texts leave, simulated families answer, windows close."""
    under = _under_way(city)
    acts = [act for service, rows in under.items() for row in rows for act in _acts(city, service, row)]
    begun = [row.opens for rows in under.values() for row in rows]
    for at, due in steps(cities.now(city.id), until, sorted(acts, key=lambda act: (act.at, act.offer)), begun):
        live_to(city, under, at, due)
        for service, rows in under.items():
            for row in rows:
                next_phase(row, services.get_service(city, service), at)
    decisions.render_waiting(city.id)


def _under_way(city: City) -> UnderWay:
    ended = ("created", "measured", "stopped")
    rows = list(Round.objects.filter(city=city.id, follows=True).exclude(phase__in=ended).order_by("created", "id"))
    return {service.id: [row for row in rows if row.service == service.id] for service in following(city)}


def _acts(city: City, service: str, row: Round) -> Iterator[Act]:
    if row.simulated:
        found = services.get_service(city, service)
        switch_phones_off(row, found)
        yield from acts_of_window(found, row, 1 if row.phase == "offered" else 2)


def steps(
    start: datetime, end: datetime, acts: Sequence[Act], others: Iterable[datetime] = ()
) -> Iterator[tuple[datetime, list[Act]]]:
    """Instants to live through after `start`, each with what families do before it; at most so many acts a step."""
    between = [act for act in acts if start < act.at <= end]
    marks = [start + _BUCKET * n for n in range(int((end - start) / _BUCKET) + 1)] + [end]
    marks += [act.at for act in between[_MOST_ACTS - 1 :: _MOST_ACTS]] + [at for at in others if start < at < end]
    position = 0
    for _, at in pairwise(sorted(set(marks))):
        first = position
        while position < len(between) and between[position].at <= at:
            position += 1
        yield at, between[first:position]


def live_to(city: City, under: UnderWay, at: datetime, acts: Sequence[Act]) -> None:
    """Families act, then everything that is due by `at` is done."""
    if cities.now(city.id) > at:
        return  # lived through before a stop
    texts = [act for act in acts if act.number]
    channels.write_many([(f"sim/{a.offer}/{a.guardian}/{a.at.timestamp():.0f}", a.number, a.text, a.at) for a in texts])
    offers.wish_many([(act.offer, act.wishes) for act in acts if act.wishes])
    clicks = [act for act in acts if not act.number]
    offers.record([offers.Answer(a.offer, a.guardian, a.yes, a.at, a.at + _HANDLED_AFTER, "web") for a in clicks])
    for service, rows in under.items():
        tick(
            services.get_service(city, service), rows, at=at, all_at_once=True,
            instant=lambda reply: reply.received + _HANDLED_AFTER,
        )  # fmt: skip
    cities.set_to(city.id, at)
