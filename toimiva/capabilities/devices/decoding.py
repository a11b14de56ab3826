"""Decoders: from what a device sends to its fields; a plug-in each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toimiva.core.registry import Registry

__all__ = ["BATTERY", "Decoder", "Fields", "Sent", "decoders"]

Fields = Mapping[str, float | str]
BATTERY = "battery"  # per cent, of any device


@dataclass(frozen=True, slots=True)
class Sent:
    """What came: bytes, and fields where the network has decoded them itself."""

    payload: bytes
    decoded: Mapping[str, Any]


class Decoder(ABC):
    """Reads one format."""

    @abstractmethod
    def fields(self, sent: Sent) -> Fields:
        """Fields by name. Raises ValueError for bytes that are not of the format, with the place."""


decoders = Registry[Decoder]("decoder")
