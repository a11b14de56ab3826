"""Types of devices: a file of the city, without code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from toimiva.capabilities.devices.decoding import decoders
from toimiva.capabilities.devices.encoding import Command
from toimiva.core.city import api as cities
from toimiva.core.city.api import City, Strict
from toimiva.core.errors import NotFound

__all__ = ["DeviceType", "Measure", "type_of", "types_of"]


class Measure(Strict):
    """A field that a device sends: what it is, its unit in UCUM, and between what it can be."""

    title: str
    unit: str
    property: str
    lowest: float
    highest: float


class DeviceType(Strict):
    """A type: how it is decoded, how often it is heard, its fields, its commands, and properties of its thing."""

    id: str
    name: dict[str, str]
    decoder: str
    every_minutes: int = Field(ge=1, le=7 * 24 * 60)
    thing: dict[str, Any] = {}
    fields: dict[str, Measure] = Field(min_length=1)
    commands: dict[str, Command] = {}

    @model_validator(mode="after")
    def _known(self) -> DeviceType:
        if self.decoder not in decoders:
            raise ValueError(f"there is no decoder {self.decoder!r}; use one of {', '.join(decoders.keys())}")
        return self


def types_of(city: City) -> dict[str, DeviceType]:
    """A city's types by id."""
    return {path.stem: _read(path) for path in city.all("devices/*.toml")}


def type_of(city: City, name: str) -> DeviceType:
    """A type by its id. Raises NotFound."""
    found = types_of(city).get(name)
    if found is None:
        known = ", ".join(types_of(city)) or "none"
        raise NotFound(what=f"There is no type of device {name[:40]!r}.", mend=f"Use one of: {known}.")
    return found


def _read(path: Path) -> DeviceType:
    return cities.read_model(path, DeviceType, f"The type {path.stem} cannot be used.", id=path.stem)
