"""UltraLight 2.0 (FIWARE): `t|23.5|h|41`, groups of them parted by `#`; the last of a name stays."""

from __future__ import annotations

from toimiva.capabilities.devices.decoding import Decoder, Fields, Sent, decoders

__all__ = ["UltraLight"]


@decoders.register("ultralight")
class UltraLight(Decoder):
    """Names and values, parted by bars."""

    def fields(self, sent: Sent) -> Fields:
        """Raises ValueError for a name without a value, or bytes that are no text."""
        found: dict[str, float | str] = {}
        for group in sent.payload.decode("utf-8").strip().split("#"):
            parts = group.split("|")
            if len(parts) % 2 or not all(parts[::2]):
                raise ValueError(f"{group[:40]!r}: names and values do not pair")
            for name, value in zip(parts[::2], parts[1::2], strict=True):
                found[name] = _value(value)
        return found


def _value(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
