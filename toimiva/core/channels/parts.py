"""The GSM 7-bit alphabet (3GPP TS 23.038): how many parts a text takes, and what received bytes say."""

from __future__ import annotations

__all__ = ["gsm_text", "sms_parts"]

_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPE = 0x1B
_EXTENDED = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€",
}  # fmt: skip
_ONE = frozenset(_ALPHABET) - {"\x1b"}
_TWO = frozenset(_EXTENDED.values())


def sms_parts(text: str) -> int:
    """Parts a text is sent in: 160 or 153 septets each in GSM 7-bit, else 70 or 67 UTF-16 units. 1 for no text."""
    if all(char in _ONE or char in _TWO for char in text):
        length = len(text) + sum(char in _TWO for char in text)
        return 1 if length <= 160 else -(-length // 153)
    length = len(text.encode("utf-16-be")) // 2
    return 1 if length <= 70 else -(-length // 67)


def gsm_text(septets: bytes) -> str:
    """The text of unpacked septets, as SMPP's default data coding has them."""
    text, escaped = "", False
    for value in septets:
        if value == _ESCAPE and not escaped:
            escaped = True
            continue
        text += _EXTENDED.get(value, "?") if escaped else _ALPHABET[value & 0x7F]
        escaped = False
    return text
