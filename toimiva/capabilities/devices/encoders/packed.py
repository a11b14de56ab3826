"""Whole numbers one after another, each in its bytes, between what always stands before and after them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from toimiva.capabilities.devices.encoding import Command, Encoder, Payload, encoders

__all__ = ["Packed"]


@encoders.register("packed")
class Packed(Encoder):
    """In the order in which the command names its parameters; negative ones as two's complement, truths as 0 and 1."""

    def payload(self, command: Command, given: Mapping[str, Any]) -> Payload:
        """Raises ValueError for a number that is not whole or needs more bytes than it has."""
        parts = [bytes.fromhex(command.before)]
        for name, parameter in command.parameters.items():
            value = given.get(name)
            if not isinstance(value, int | float) or not float(value).is_integer():
                raise ValueError(f"{name} is no whole number")
            try:
                parts.append(int(value).to_bytes(parameter.bytes, parameter.order, signed=value < 0))
            except OverflowError as error:
                raise ValueError(f"{name} does not fit into {parameter.bytes} bytes") from error
        return Payload(b"".join([*parts, bytes.fromhex(command.after)]))
