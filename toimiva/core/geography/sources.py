"""Where a city publishes its ground: `sources.toml` in the city's folder."""

from __future__ import annotations

import httpx

from toimiva.core.city.api import City, Strict, read_model
from toimiva.core.errors import NotFound, Unavailable

__all__ = ["AreaSource", "Sources", "UnitService", "UnitSource", "get", "sources"]


class AreaSource(Strict):
    """A WFS layer of sub-areas, asked as GeoJSON in CRS84."""

    wfs: str
    layer: str


class UnitService(Strict):
    """A service of the service map, by its Finnish name, and the language it is given in."""

    name: str
    language: str


class UnitSource(Strict):
    """A service map's address and the services whose units are wanted."""

    url: str
    municipality: str
    services: tuple[UnitService, ...]


class Sources(Strict):
    """A city's open-data services."""

    areas: AreaSource
    units: UnitSource


def sources(city: City) -> Sources:
    """The city's sources. Raises NotFound where it names none, Invalid with every fault."""
    path = city.find("sources.toml")
    if path is None:
        raise NotFound(
            what=f"{city.id} names no open-data services.", mend="Write a sources.toml; see docs/recipes/add-a-city.md."
        )
    return read_model(path, Sources, "The sources cannot be used.")


def get(client: httpx.Client, url: str) -> bytes:
    """The body of an answer. Raises Unavailable, naming the address, where there is none or it is an error."""
    try:
        answer = client.get(url)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise Unavailable(
            what=f"{url} cannot be fetched.",
            why=f"{type(error).__name__}: {error}".split("\n")[0],
            mend="Check the connection and the address in the city's sources.toml; what was there before is kept.",
        ) from error
    return answer.content
