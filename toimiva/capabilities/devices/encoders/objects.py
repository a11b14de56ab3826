"""What the network encodes itself: parameters by their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from toimiva.capabilities.devices.encoding import Command, Encoder, Payload, encoders

__all__ = ["Named"]


@encoders.register("object")
class Named(Encoder):
    """The network's own formatter makes bytes of it."""

    def payload(self, command: Command, given: Mapping[str, Any]) -> Payload:
        """As it is."""
        return Payload(fields=given)
