"""The living strategy for programs: each tile with its present figure and the days behind it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from toimiva.capabilities.strategy.figures import figure_of
from toimiva.capabilities.strategy.reading import Tile, strategy_of
from toimiva.core.city import api as cities
from toimiva.core.http import REFUSALS, Problem, Words
from toimiva.core.identity.api import OfficialSession
from toimiva.core.lake import api as lake

__all__ = ["router"]

router = Router(auth=OfficialSession(), tags=["strategy"])


class FigureOut(Schema):
    """A figure as it is now and by day (2027-01-11); `simulated` where simulated people make it."""

    value: str
    unit: Words
    days: dict[str, int]
    simulated: bool


class TileOut(Schema):
    """A tile of the strategy; without a figure it is not built yet."""

    id: str
    title: str
    goal: str
    figure: FigureOut | None


def _tile(city: cities.City, item: Tile, language: str) -> dict[str, Any]:
    figure = figure_of(item.figure, city) if item.figure and lake.tables(city.id) else None
    goal = cities.text_in(item.goal, language) if item.goal else ""
    figures = figure and {
        "value": figure.value, "unit": figure.unit, "simulated": figure.simulated,
        "days": {str(day): n for day, n in figure.days.items()},
    }  # fmt: skip
    return {"id": item.id, "title": cities.text_in(item.title, language), "goal": goal, "figure": figures}


@router.get("/{city}", response={200: list[TileOut], REFUSALS: Problem})
def list_tiles(request: HttpRequest, city: str) -> list[dict[str, Any]]:
    """Every tile: objectives first, then initiatives by theme."""
    found = cities.load(city)
    strategy = strategy_of(found)
    tiles = [*strategy.objectives, *(tile for theme in strategy.themes for tile in theme.initiatives)]
    return [_tile(found, tile, request.LANGUAGE_CODE) for tile in tiles]


@router.get("/{city}/{tile_id}", response={200: TileOut, REFUSALS: Problem})
def get_tile(request: HttpRequest, city: str, tile_id: str) -> dict[str, Any]:
    """One tile."""
    found = cities.load(city)
    return _tile(found, strategy_of(found).tile(tile_id), request.LANGUAGE_CODE)
