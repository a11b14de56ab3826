"""How many parts a text message takes: GSM 7-bit 160 or 153 characters each, otherwise 70 or 67 (3GPP TS 23.038)."""

from __future__ import annotations

__all__ = ["sms_parts"]

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWO = frozenset("^{}\\[~]|€")


def sms_parts(text: str) -> int:
    """Parts a text is sent in; 1 for the empty text."""
    if all(char in _GSM or char in _GSM_TWO for char in text):
        length = len(text) + sum(char in _GSM_TWO for char in text)
        return 1 if length <= 160 else -(-length // 153)
    length = len(text.encode("utf-16-be")) // 2
    return 1 if length <= 70 else -(-length // 67)
