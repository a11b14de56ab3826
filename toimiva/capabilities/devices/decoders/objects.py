"""What the network, or a Zigbee gateway, has decoded itself: a JSON object of fields."""

from __future__ import annotations

from toimiva.capabilities.devices.decoding import Decoder, Fields, Sent, decoders

__all__ = ["Decoded"]


@decoders.register("object")
class Decoded(Decoder):
    """Numbers, texts and truths of the object; what lies deeper is named with a dot."""

    def fields(self, sent: Sent) -> Fields:
        """Raises ValueError where the network sent no object."""
        if not sent.decoded:
            raise ValueError("the network has not decoded it: set its formatter, or choose a type with another decoder")
        found: dict[str, float | str] = {}
        waiting = [("", sent.decoded)]
        while waiting:
            before, some = waiting.pop()
            for name, value in some.items():
                if isinstance(value, dict) and len(waiting) < 50:
                    waiting.append((f"{before}{name}.", value))
                elif isinstance(value, bool | int | float):
                    found[f"{before}{name}"] = float(value)
                elif isinstance(value, str):
                    found[f"{before}{name}"] = value
        return found
