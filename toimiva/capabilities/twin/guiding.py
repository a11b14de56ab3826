"""The guided walk of a city's twin: places one after another, with what is told there (`twin/walk.toml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import Field

from toimiva.core.city.api import City, Strict, Texts, read_model, text_in

__all__ = ["Stop", "walk_of"]


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop of the guided walk in one language, and where it is seen from: longitude, latitude, heading and pitch in
    degrees, height in metres above the ellipsoid."""

    title: str
    text: str
    view: Mapping[str, float]


class _Stop(Strict):
    title: Texts
    text: Texts
    longitude: float = Field(ge=-180, le=180)
    latitude: float = Field(ge=-90, le=90)
    height: float = Field(ge=-10_000, le=1e6)
    heading: float = Field(ge=-360, le=360)
    pitch: float = Field(ge=-90, le=90)

    def told(self, language: str) -> Stop:
        view = self.model_dump(exclude={"title", "text"})
        return Stop(text_in(self.title, language), text_in(self.text, language), view)


class _Walk(Strict):
    stops: tuple[_Stop, ...] = ()


def walk_of(city: City, language: str) -> list[Stop]:
    """The guided walk; empty where the city has none. Raises Invalid with every fault of its file."""
    file = city.own("twin/walk.toml")
    walk = read_model(file, _Walk, "The walk cannot be shown.") if file else _Walk()
    return [stop.told(language) for stop in walk.stops]
