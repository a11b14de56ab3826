"""A city's `twin/noise.toml`: the year's air, studded tyres, and what drives on roads that nobody has counted."""

from __future__ import annotations

from pydantic import Field

from toimiva.core.city.api import City, Strict, read_model
from toimiva.core.errors import NotFound

__all__ = ["NoiseSettings", "RoadClass", "noise_settings"]

Share = float
Three = tuple[float, float, float]


class _Air(Strict):
    degrees: float = Field(default=10.0, ge=-30, le=40)
    humidity: float = Field(default=70.0, gt=0, le=100)
    favourable: Three = (0.5, 0.75, 1.0)


class _Winter(Strict):
    studded: Share = Field(default=0.0, ge=0, le=1)
    months: float = Field(default=0.0, ge=0, le=12)


class RoadClass(Strict):
    """Vehicles in a day of both directions, the share of heavy ones, and km/h."""

    daily: float = Field(ge=0)
    heavy: Share = Field(ge=0, le=1)
    speed: float = Field(gt=0, le=200)


class NoiseSettings(Strict):
    """What noise is computed with. `hours` and `shares` are of day, evening and night."""

    source: str
    hours: Three = (12, 4, 8)
    shares: Three
    heavy_of_two_sizes: Share = Field(default=0.5, ge=0, le=1)
    ground: float = Field(default=0.0, ge=0, le=1)
    air: _Air = _Air()
    winter: _Winter = _Winter()
    roads: dict[str, RoadClass]

    def of(self, kind: str) -> RoadClass | None:
        """The class of a road; a link is as what it leads to. None where the city has none."""
        return self.roads.get(kind) or self.roads.get(kind.removesuffix("_link"))


def noise_settings(city: City) -> NoiseSettings:
    """The city's settings. Raises NotFound where it has none, Invalid with every fault."""
    path = city.find("twin/noise.toml")
    if path is None:
        raise NotFound(
            what=f"{city.id} does not say what drives on its roads.",
            mend="Write twin/noise.toml in the city's folder; docs/twin.md shows one.",
        )
    return read_model(path, NoiseSettings, "Noise cannot be computed.")
