"""Cayenne Low Power Payload (myDevices): channel, type, value, one after another."""

from __future__ import annotations

from collections.abc import Mapping

from toimiva.capabilities.devices.decoding import Decoder, Fields, Sent, decoders

__all__ = ["Cayenne"]

# By type (IPSO object id less 3200): name, bytes of each value, signed, divisor, names of several values.
_TYPES: Mapping[int, tuple[str, int, bool, float, tuple[str, ...]]] = {
    0x00: ("digital_in", 1, False, 1, ()), 0x01: ("digital_out", 1, False, 1, ()),
    0x02: ("analog_in", 2, True, 100, ()), 0x03: ("analog_out", 2, True, 100, ()),
    0x65: ("luminosity", 2, False, 1, ()), 0x66: ("presence", 1, False, 1, ()),
    0x67: ("temperature", 2, True, 10, ()), 0x68: ("humidity", 1, False, 2, ()),
    0x71: ("accelerometer", 2, True, 1000, ("x", "y", "z")), 0x73: ("pressure", 2, False, 10, ()),
    0x86: ("gyrometer", 2, True, 100, ("x", "y", "z")),
}  # fmt: skip
_GPS = 0x88


@decoders.register("cayenne-lpp")
class Cayenne(Decoder):
    """Fields are named by what they are and their channel, as temperature_1."""

    def fields(self, sent: Sent) -> Fields:
        """Raises ValueError at the first byte that is not as it should be."""
        found: dict[str, float | str] = {}
        place, payload = 0, sent.payload
        while place < len(payload):
            if place + 2 > len(payload):
                raise ValueError(f"byte {place}: a channel without a type")
            channel, kind = payload[place], payload[place + 1]
            place += 2
            told, length = _gps(payload, place) if kind == _GPS else _values(payload, place, kind)
            found |= {f"{name}_{channel}{ending}": value for name, ending, value in told}
            place += length
        return found


def _values(payload: bytes, place: int, kind: int) -> tuple[list[tuple[str, str, float]], int]:
    if kind not in _TYPES:
        raise ValueError(f"byte {place - 1}: there is no type {kind:#04x}")
    name, size, signed, divisor, parts = _TYPES[kind]
    length = size * max(1, len(parts))
    if place + length > len(payload):
        raise ValueError(f"byte {place}: {name} has {length} bytes, and {len(payload) - place} are left")
    numbers = [
        int.from_bytes(payload[start : start + size], "big", signed=signed) / divisor
        for start in range(place, place + length, size)
    ]
    endings = [f"_{part}" for part in parts] or [""]
    return [(name, ending, number) for ending, number in zip(endings, numbers, strict=True)], length


def _gps(payload: bytes, place: int) -> tuple[list[tuple[str, str, float]], int]:
    if place + 9 > len(payload):
        raise ValueError(f"byte {place}: gps has 9 bytes, and {len(payload) - place} are left")
    numbers = [int.from_bytes(payload[start : start + 3], "big", signed=True) for start in range(place, place + 9, 3)]
    scales = (("latitude", 1e4), ("longitude", 1e4), ("altitude", 1e2))
    return [("gps", f"_{name}", number / scale) for (name, scale), number in zip(scales, numbers, strict=True)], 9
