"""Encoders: from what a device is told to do to the bytes of a downlink; a plug-in each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from toimiva.core.registry import Registry

if TYPE_CHECKING:
    from toimiva.capabilities.devices.types import Command

__all__ = ["Encoder", "Payload", "encoders"]


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
