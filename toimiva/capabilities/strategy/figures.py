"""What the running system does for each tile: a figure, its days, and the pages behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from django.urls import get_resolver, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _lazy

from toimiva.capabilities.cases import api as cases
from toimiva.capabilities.datasets import api as datasets
from toimiva.capabilities.developers import api as developers
from toimiva.capabilities.rounds import api as rounds
from toimiva.capabilities.sensors import api as sensors
from toimiva.capabilities.services import api as services
from toimiva.capabilities.twin import api as twin
from toimiva.capabilities.watches import api as watches
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.ledger import api as ledger
from toimiva.core.purposes import api as purposes
from toimiva.core.registers import api as registers
from toimiva.core.ui.api import grouped

__all__ = ["FIGURES", "Figure", "figure_of", "state_of"]

_DAYS = 28


@dataclass(frozen=True, slots=True)
class Figure:
    """A count with its unit in words; `days` are counts by day, `pages` addresses with their names."""

    value: str
    unit: str | Promise
    days: Mapping[date, int] = field(default_factory=dict)
    pages: tuple[tuple[str, str | Promise], ...] = ()
    simulated: bool = False


def figure_of(name: str, city: City) -> Figure:
    """A figure of a city as it is now, computed again when anything has changed. Raises KeyError for an unknown one."""
    return _figure(name, city.id, state_of(city))


def state_of(city: City) -> str:
    """A text that changes with whatever figures are made of: the ledger, the city's day, rounds, sensors."""
    phases = ",".join(row.phase for row in rounds.list_rounds(city.id))
    told = f"{sensors.count_streams()} {watches.count_alarms(city)} {datasets.count()} {developers.count()}"
    return f"{ledger.head()} {cities.now(city.id).date()} {phases} {told} {twin.version(city)}"


@lru_cache(maxsize=256)
def _figure(name: str, city: str, _state: str) -> Figure:
    return FIGURES[name](cities.load(city))


def _tally(city: City) -> tuple[date, ledger.Tally]:
    today = cities.today(city)
    return today, ledger.tally(city.id, since=today - timedelta(days=_DAYS - 1))


def _by_day(city: City, *kinds: str) -> dict[date, int]:
    today, found = _tally(city)
    days = [today - timedelta(days=n) for n in reversed(range(_DAYS))]
    return {day: sum(found.days.get(kind, {}).get(day, 0) for kind in kinds) for day in days}


def _rounds_page(city: City) -> tuple[tuple[str, str | Promise], ...]:
    found = rounds.list_rounds(city.id, follows=False)
    return ((reverse("round", args=[found[0].id]), _lazy("The newest round")),) if found else ()


def _counted(unit: Promise, *kinds: str) -> Callable[[City], Figure]:
    def count(city: City) -> Figure:
        total = sum(_tally(city)[1].totals.get(kind, 0) for kind in kinds)
        pages = _rounds_page(city)
        return Figure(grouped(total), unit, _by_day(city, *kinds), pages, city.synthetic)

    return count


def _placement(city: City) -> Figure:
    found = rounds.progress(city.id)
    if found is None:
        return Figure("–", _lazy("no round yet"), pages=((reverse("rounds"), _lazy("Rounds")),))
    share = round(100 * found.accepted / found.offered) if found.offered else 0
    days = _by_day(city, "decision.made")
    return Figure(
        f"{share} %", _lazy("of offers accepted in the newest round"), days, _rounds_page(city), city.synthetic
    )


def _objections(city: City) -> Figure:
    total = sum(purposes.count_objections(city, name) for name in purposes.purposes(city))
    days = _by_day(city, "purpose.objected", "purpose.objection_withdrawn")
    pages = ((reverse("my_purposes"), _lazy("Why data is used, and your say")),)
    return Figure(grouped(total), _lazy("objections in force, kept to at once"), days, pages, city.synthetic)


def _services(city: City) -> Figure:
    names = services.names_of(city)
    days = _by_day(city, "draft.opened", "service.published", "deployment.signed")
    return Figure(f"{len(names)}", _lazy("services as folders"), days, ((reverse("catalogue"), _lazy("Services")),))


def _contracts(city: City) -> Figure:
    tables = sum(len(contract.tables) for contract in registers.contracts(city).values())
    flows = (reverse("lineage", args=[city.id]), _lazy("Where data flows"))
    pages = (flows, (reverse("data"), _lazy("Open data")))
    return Figure(f"{tables}", _lazy("tables under contract"), _by_day(city, "delivery.landed"), pages)


def _sensors(city: City) -> Figure:
    alarms = watches.count_alarms(city)
    pages = ((reverse("sensors"), _lazy("Sensors of the city")), (reverse("watches"), _lazy("What the city watches")))
    value = f"{grouped(sensors.count_streams())} / {grouped(alarms)}"
    return Figure(value, _lazy("streams of sensors / alarms now"), pages=pages)


def _datasets(city: City) -> Figure:
    pages = ((reverse("data"), _lazy("Open data")),)
    return Figure(f"{datasets.count()}", _lazy("data sets open to everybody"), pages=pages)


def _twin(city: City) -> Figure:
    pages = ((reverse("twin", args=[city.id]), _lazy("The digital twin")),)
    return Figure(grouped(twin.count_objects(city)), _lazy("objects in the city model"), pages=pages)


def _developers(city: City) -> Figure:
    pages = ((reverse("developers"), _lazy("For developers")),)
    return Figure(f"{developers.count()}", _lazy("keys of developers in use"), pages=pages)


def _interfaces(city: City) -> Figure:
    interface = next(p for p in get_resolver().url_patterns if str(p.pattern) == "api/v1/")
    count = len(getattr(interface, "url_patterns", ()))
    return Figure(
        f"{count}", _lazy("addresses of the open interface"), pages=((reverse("api:openapi-json"), "OpenAPI"),)
    )


def _measured(city: City) -> Figure:
    found = [row for row in rounds.list_rounds(city.id, follows=False) if row.phase == "measured"]
    return Figure(f"{len(found)}", _lazy("rounds measured"), pages=_rounds_page(city), simulated=city.synthetic)


def _desk(city: City) -> Figure:
    page = f"{reverse('desk')}?city={city.id}"
    days = _by_day(city, "case.closed")
    pages = ((page, _lazy("Staff queue")),)
    return Figure(grouped(cases.count_open(city.id)), _lazy("open cases"), days, pages, city.synthetic)


FIGURES: Mapping[str, Callable[[City], Figure]] = {
    "placement": _placement,
    "offers": _counted(_lazy("offers made without an application"), "offer.made"),
    "decisions": _counted(_lazy("decisions made at once"), "decision.made"),
    "accesses": _counted(_lazy("uses of personal data on record"), "data.read"),
    "messages": _counted(_lazy("answers from families"), "offer.answered"),
    "objections": _objections,
    "services": _services,
    "contracts": _contracts,
    "interfaces": _interfaces,
    "sensors": _sensors,
    "datasets": _datasets,
    "developers": _developers,
    "twin": _twin,
    "rounds": _measured,
    "desk": _desk,
}
