"""Commands, and encoders: from what a device is told to do to the bytes of a downlink; a plug-in each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field, model_validator

from toimiva.core.city.api import Strict
from toimiva.core.registry import Registry

__all__ = ["Command", "Encoder", "Parameter", "Payload", "encoders"]

_HEX = "^([0-9a-f]{2})*$"


class Parameter(Strict):
    """What a command takes: a kind of SWE Common (OGC 08-094r1), between what it can be, and its place in the bytes."""

    kind: Literal["Boolean", "Count", "Quantity"] = "Count"
    lowest: float | None = None
    highest: float | None = None
    bytes: int = Field(default=1, ge=1, le=8)
    order: Literal["big", "little"] = "big"


class Command(Strict):
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


@dataclass(frozen=True, slots=True)
class Payload:
    """Bytes, or fields that the network makes bytes of by the formatter that it has for the device."""

    data: bytes | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


class Encoder(ABC):
    """Writes one format."""

    @abstractmethod
    def payload(self, command: Command, given: Mapping[str, Any]) -> Payload:
        """What a command's parameters become. Raises ValueError for what cannot be written."""


encoders = Registry[Encoder]("encoder")
