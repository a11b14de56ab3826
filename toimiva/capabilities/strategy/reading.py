"""A city's strategy, as its `strategy.toml` draws it."""

from __future__ import annotations

from toimiva.core.city.api import City, Strict, read_model
from toimiva.core.errors import NotFound

__all__ = ["Strategy", "Tile", "strategy_of"]

Words = dict[str, str]


class Tile(Strict):
    """An objective or initiative; without a figure it is not built yet."""

    id: str
    title: Words
    goal: Words | None = None
    figure: str | None = None


class Theme(Strict):
    """A development theme with its initiatives."""

    id: str
    title: Words
    initiatives: tuple[Tile, ...]


class Stakeholder(Strict):
    """To whom, and what it means for them."""

    title: Words
    text: Words


class Also(Strict):
    """What is named beside the themes: a heading, a list, and the name of the page of each, or "" for none."""

    title: Words
    items: dict[str, list[str]]
    pages: tuple[str, ...] = ()


class Strategy(Strict):
    """The page whole."""

    vision: Words
    objectives: tuple[Tile, ...]
    stakeholders: tuple[Stakeholder, ...]
    themes: tuple[Theme, ...]
    also: tuple[Also, ...] = ()

    def tile(self, tile_id: str) -> Tile:
        """A tile by its id. Raises NotFound."""
        every = [*self.objectives, *(tile for theme in self.themes for tile in theme.initiatives)]
        found = next((tile for tile in every if tile.id == tile_id), None)
        if found is None:
            raise NotFound(what=f"The strategy has no tile {tile_id!r}.", mend="Choose one on the front page.")
        return found


def strategy_of(city: City) -> Strategy:
    """The city's strategy. Raises NotFound where it has none, Invalid with every fault."""
    path = city.find("strategy.toml")
    if path is None:
        raise NotFound(what=f"{city.id} has no strategy.toml.", mend="Write one; Helsinki's is an example.")
    return read_model(path, Strategy, "The strategy cannot be shown.")
