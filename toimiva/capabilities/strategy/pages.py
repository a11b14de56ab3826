"""The front page, one tile's page, and the guided tour."""

from __future__ import annotations

from datetime import date
from itertools import zip_longest
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from toimiva.capabilities.offers import api as offers
from toimiva.capabilities.rounds import api as rounds
from toimiva.capabilities.services import api as services
from toimiva.capabilities.strategy.figures import Figure, figure_of, state_of
from toimiva.capabilities.strategy.reading import Tile, strategy_of
from toimiva.core.city import api as cities
from toimiva.core.lake import api as lake

__all__ = ["components", "front", "tile", "tour"]

_WIDTH, _HEIGHT = 200, 40


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The strategy as it is drawn, with present figures."""
    city, language = _city(request), request.LANGUAGE_CODE
    strategy = strategy_of(city)
    context = _of(city, language) | {
        "vision": cities.text_in(strategy.vision, language), "state": state_of(city),
        # Called by the template, which keeps what they give while the state is the same.
        "objectives": lambda: [_tile(city, item, language) for item in strategy.objectives],
        "stakeholders": [
            {"title": cities.text_in(s.title, language), "text": cities.text_in(s.text, language)}
            for s in strategy.stakeholders
        ],
        "themes": lambda: [
            {"id": theme.id, "title": cities.text_in(theme.title, language),
             "tiles": [_tile(city, item, language) for item in theme.initiatives]}
            for theme in strategy.themes
        ],
        "also": [
            {"title": cities.text_in(a.title, language),
             "items": list(zip_longest(a.items.get(language, a.items["fi"]), a.pages, fillvalue=""))}
            for a in strategy.also
        ],
    }  # fmt: skip
    return render(request, "strategy/front.html", context)


@require_safe
def tile(request: HttpRequest, city: str, tile_id: str) -> HttpResponse:
    """One tile: its goal, its figure day by day, and where the figure comes from."""
    found, language = cities.load(city), request.LANGUAGE_CODE
    shown = _tile(found, strategy_of(found).tile(tile_id), language)
    return render(request, "strategy/tile.html", _of(found, language) | {"tile": shown})


@require_safe
def tour(request: HttpRequest) -> HttpResponse:
    """The whole story in steps, each with its page: a parent's two minutes, then the official's and the designer's."""
    city, language = _city(request), request.LANGUAGE_CODE
    found = rounds.list_rounds(city.id, follows=False)
    live = next((row for row in found if row.phase not in ("measured", "stopped")), None)
    sample = offers.sample_recipient(live.id) if live else None
    context = _of(city, language) | {
        "newest": found[0] if found else None, "live": live, "sample": sample,
        "services": services.names_of(city), "link": offers.link(sample.offer, sample.guardian) if sample else "",
    }  # fmt: skip
    return render(request, "strategy/tour.html", context)


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component of the interface, as it is: for those who build pages."""
    return render(
        request, "ui/components.html", {"days": _points({date(2027, 1, n): n * n % 17 for n in range(1, 29)})}
    )


def _city(request: HttpRequest) -> cities.City:
    """The city asked for; else the first that has residents and the newest round."""
    asked = request.GET.get("city")
    ready = [name for name in cities.cities() if lake.tables(name)]
    lived = next((row.city for row in rounds.list_rounds() if row.city in ready), None)
    return cities.load(asked or lived or next(iter(ready or cities.cities())))


def _of(city: cities.City, language: str) -> dict[str, Any]:
    others = [name for name in cities.cities() if name != city.id and lake.tables(name)]
    return {
        "city": city, "name": cities.text_in(city.names, language), "now": cities.now(city.id),
        "empty": not lake.tables(city.id),
        "others": [{"id": n, "name": cities.text_in(cities.load(n).names, language)} for n in others],
    }  # fmt: skip


def _tile(city: cities.City, item: Tile, language: str) -> dict[str, Any]:
    figure = figure_of(item.figure, city) if item.figure and lake.tables(city.id) else None
    return {
        "id": item.id, "title": cities.text_in(item.title, language), "built": item.figure is not None,
        "goal": cities.text_in(item.goal, language) if item.goal else "", "figure": figure, **_trend(figure),
    }  # fmt: skip


def _trend(figure: Figure | None) -> dict[str, Any]:
    if figure is None or not figure.days:
        return {"points": "", "week": None}
    return {"points": _points(figure.days), "week": sum(list(figure.days.values())[-7:])}


def _points(days: dict[date, int] | Any) -> str:
    """The corners of a small line, left to right, in a box of 200 x 40."""
    counts = list(days.values())
    top = max([*counts, 1])
    step = _WIDTH / max(len(counts) - 1, 1)
    return " ".join(f"{i * step:.1f},{_HEIGHT - 2 - (_HEIGHT - 4) * n / top:.1f}" for i, n in enumerate(counts))
