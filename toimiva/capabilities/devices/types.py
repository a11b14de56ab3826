"""Types of devices: a file of the city, without code."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from toimiva.capabilities.devices.decoding import decoders
from toimiva.capabilities.devices.encoding import encoders
from toimiva.core.city import api as cities
from toimiva.core.city.api import City
from toimiva.core.errors import Invalid, NotFound

__all__ = ["Command", "DeviceType", "Measure", "Parameter", "type_of", "types_of"]


_HEX = "^([0-9a-f]{2})*$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Measure(_Strict):
    """A field that a device sends: what it is, its unit in UCUM, and between what it can be."""

    title: str
    unit: str
    property: str
    lowest: float
    highest: float


class Parameter(_Strict):
    """What a command takes: a kind of SWE Common (OGC 08-094r1), between what it can be, and its place in the bytes."""

    kind: Literal["Boolean", "Count", "Quantity"] = "Count"
    lowest: float | None = None
    highest: float | None = None
    bytes: int = Field(default=1, ge=1, le=8)
    order: Literal["big", "little"] = "big"


class Command(_Strict):
    """What devices of a type can be told to do over LoRaWAN: on which port, and how it is written (`before` and `after`
    its parameters stand bytes in hexadecimal)."""

    description: str
    port: int = Field(ge=1, le=223)
    encoder: str
    before: str = Field(default="", pattern=_HEX)
    after: str = Field(default="", pattern=_HEX)
    confirmed: bool = False
    parameters: dict[str, Parameter] = {}

    @model_validator(mode="after")
    def _known(self) -> Command:
        if self.encoder not in encoders:
            raise ValueError(f"there is no encoder {self.encoder!r}; use one of {', '.join(encoders.keys())}")
        return self


class DeviceType(_Strict):
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
    return {path.stem: _read(path, path.stat().st_mtime_ns) for path in city.all("devices/*.toml")}


def type_of(city: City, name: str) -> DeviceType:
    """A type by its id. Raises NotFound."""
    found = types_of(city).get(name)
    if found is None:
        known = ", ".join(types_of(city)) or "none"
        raise NotFound(what=f"There is no type of device {name[:40]!r}.", mend=f"Use one of: {known}.")
    return found


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int) -> DeviceType:
    text = path.read_text(encoding="utf-8")
    try:
        return DeviceType(**tomllib.loads(text), id=path.stem)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(what=f"{path} is not TOML.", why=str(error), mend="Correct it at that place.") from error
    except ValidationError as error:
        faults = cities.faults_of(error, str(path), text)
        raise Invalid(what=f"The type {path.stem} cannot be used.", faults=faults) from error
